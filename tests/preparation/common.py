from unittest.mock import patch

from odoo import Command

from ..common import ContractCommon

LONG = "<p>The supplier maintains the ovens and tells the customer in good time.</p>" * 1000


class PreparationCommon(ContractCommon):
    """A contract that takes long to print, and the job that sends it."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )

    def _create_long(self, **values):
        return self._create_contract(
            **{"section_ids": [Command.create({"title": "Everything", "body": LONG})], **values}
        )

    def _run_job(self):
        self.env["customer.contract.preparation"]._cron_prepare()
        self.env.invalidate_all()

    def _get_waiting(self, contracts):
        return contracts.filtered("is_being_prepared")

    def _get_events(self, contract):
        return contract.sudo().event_ids.sorted("sequence").mapped("event_type")
