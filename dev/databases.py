"""Databases that the tools made, told from all others by a comment on them.

On a server that the caller brought there may be anybody's databases. Ours
carry a comment (``COMMENT ON DATABASE``) with the checkout they belong to and
what is installed in them; nothing without that comment is ever touched.
"""

import json
import os
import shutil

import layout
import postgres
from progress import Failure

MAKER = f"{layout.ADDON} development tools"


def details(name):
    """What the comment of our database says, or None if there is none.

    A database of that name made by anybody else is a failure.
    """
    sql = (
        "SELECT coalesce(shobj_description(oid, 'pg_database'), '')"
        f" FROM pg_database WHERE datname = '{name}'"
    )
    rows = postgres.query(f"SELECT count(*) FROM ({sql}) found")
    if rows == "0":
        return None
    found = _parse(postgres.query(sql))
    if not found:
        raise Failure(
            f"There is a database {name} that this checkout did not make, on the "
            f"PostgreSQL server {os.environ.get('PGHOST')}. It is left alone; rename "
            "or drop it, or use another server."
        )
    return found


def describe(name, **facts):
    """Write what is in our database into its comment."""
    comment = json.dumps({"maker": MAKER, "checkout": layout.CHECKOUT_ID, **facts})
    postgres.query(f"COMMENT ON DATABASE \"{name}\" IS '{comment}'")


def create(name, template=None):
    """Create a database, empty or as a copy of another with its filestore."""
    drop(name)
    if template:
        postgres.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        filestore = _filestore(template)
        if filestore.is_dir():
            shutil.copytree(filestore, _filestore(name))
    else:
        postgres.query(
            f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
        )
    describe(name)


def drop(name):
    """Drop a database of ours and its filestore, if it exists."""
    if details(name):
        postgres.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(_filestore(name), ignore_errors=True)


def drop_copies(name):
    """Drop the copies of one of our databases that test workers left behind."""
    rows = postgres.query(f"SELECT datname FROM pg_database WHERE datname LIKE '{name}-gw%'")
    for copy in rows.splitlines():
        postgres.query(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        shutil.rmtree(_filestore(copy), ignore_errors=True)


def ours():
    """The names of all databases of this checkout."""
    rows = postgres.query(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
        f" WHERE shobj_description(oid, 'pg_database') LIKE '%{layout.CHECKOUT_ID}%'"
    )
    pairs = (row.split("|", 1) for row in rows.splitlines())
    return [name for name, comment in pairs if _parse(comment)]


def _parse(comment):
    try:
        found = json.loads(comment)
    except ValueError:
        return None
    ours_ = found.get("maker") == MAKER and found.get("checkout") == layout.CHECKOUT_ID
    return found if ours_ else None


def _filestore(name):
    return layout.DATA_DIR / "filestore" / name
