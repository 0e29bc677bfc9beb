import logging

from odoo import models
from odoo.sql_db import PoolError

_logger = logging.getLogger(__name__)


class IrCron(models.Model):
    _name = "ir.cron"
    _inherit = ["ir.cron", "customer.contract.needed.record.mixin"]

    def _notifydb(self):
        """Have no act fail because a job cannot be woken: it looks by itself each minute.

        This runs after the act was committed, and needs a connection of its own.
        """
        try:
            return super()._notifydb()
        except PoolError:
            _logger.info("Jobs start later: all connections to the database are taken")
