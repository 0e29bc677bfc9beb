"""Makes ready all that a server or a test run needs."""

import locks
import odoo_source
import postgres
import python_environments
import system_packages
from odoo_commands import Workplace


def prepare(addons, *, for_tests=False):
    """Install what is missing and start PostgreSQL.

    Fast when everything is there. ``addons`` is the folder that holds, or will
    hold, the copies of the addons.
    """
    with locks.hold("environment"):
        system_packages.ensure(for_tests=for_tests)
        odoo = odoo_source.ensure()
        python = python_environments.ensure_odoo()
        postgres.ensure()
    return Workplace(odoo, python, addons)
