"""A pytest plugin: each test worker has files of its own, as it has a database of its own.

pytest-odoo lets workers share the files of the database that theirs are copies of. But
what one worker's database does not know, its clean-up deletes, and another's test misses.
"""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest_odoo

from odoo.tools import config


@contextmanager
def _private_filestore(original, database):
    if original == database:
        yield
        return
    folder = Path(config.filestore(database))
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(config.filestore(original), folder)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


pytest_odoo._shared_filestore = _private_filestore
