"""Where everything lives, and what the person who called asked for.

Everything that the tools make lies in ``.dev`` of the checkout, but for the
PostgreSQL cluster (see ``postgres.py``).
"""

import hashlib
import os
from pathlib import Path

ADDON = "customer_contract"

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ROOT / "dev"
MADE = ROOT / ".dev"

ODOO_HOME = MADE / "odoo"
VENV = MADE / "venv"
LINT_VENV = MADE / "lint-venv"
SCREENSHOTS_VENV = MADE / "screenshots-venv"
LOAD_VENV = MADE / "load-venv"
NODE_HOME = MADE / "node"
ADDONS = MADE / "addons"
ADDON_COPY = ADDONS / ADDON
DATA_DIR = MADE / "data"
LOGS = MADE / "logs"
# What `make run` mails, as pages.
MAILS = MADE / "mails"
LOCKS = MADE / "locks"

# Tells one checkout's cluster and databases from another's on the same machine.
CHECKOUT_ID = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]


def own_odoo():
    """The Odoo 19 tree that the caller brought (``ODOO=``), if any."""
    value = os.environ.get("ODOO")
    return Path(value).expanduser().resolve() if value else None


def own_postgres():
    """True if the caller brought a PostgreSQL server (``PGHOST=``)."""
    return bool(os.environ.get("PGHOST"))


def http_port():
    """The port of ``make run``."""
    return int(os.environ.get("PORT") or 8069)
