import json

from odoo import Command, _, api, fields, models


class CustomerContractExport(models.Model):
    """Who took data of contracts out, what and of which: one row an export.

    It is not an event of each contract: whoever exports thousands must not wait until
    thousands of trails are written, nor hold up whoever acts on them. Each contract shows
    its rows beside its trail.
    """

    _name = "customer.contract.export"
    _inherit = "customer.contract.evidence.mixin"
    _description = "Export of Contracts"
    _order = "id desc"
    _rec_name = "exported_on"

    exported_on = fields.Datetime("When", required=True, index=True)
    user_name = fields.Char("Who", required=True)
    user_login = fields.Char("Login")
    ip_address = fields.Char("IP Address")
    model = fields.Char(required=True, help="What was exported: contracts, or something of them.")
    field_names = fields.Text("Fields", required=True)
    contract_count = fields.Integer("Contracts", required=True)
    # One contract's reader need not learn which others were exported with it.
    contract_numbers = fields.Text(
        "Contracts' IDs",
        required=True,
        help="JSON.",
        groups="customer_contract.group_contract_manager",
    )
    contract_ids = fields.Many2many(
        "customer.contract",
        "customer_contract_export_rel",
        "export_id",
        "contract_id",
        help="For looking up; what was exported stands in the IDs, which nobody can change.",
        groups="customer_contract.group_contract_manager",
    )

    @api.model
    def _log_export(self, contracts, model, field_names):
        """Record an export by the user.

        :param recordset contracts: whose data was exported
        :param str model: what was exported
        :param list[str] field_names: the fields, as the export names them
        """
        if not contracts:
            return
        actor = contracts._prepare_event_actor(None)
        values = {
            "exported_on": fields.Datetime.now(),
            "user_name": actor["name"] or _("System"),
            "user_login": actor.get("login", ""),
            "ip_address": contracts._prepare_event_client().get("ip_address", ""),
            "model": model,
            "field_names": ", ".join(field_names),
            "contract_count": len(contracts),
            "contract_numbers": json.dumps(sorted(contracts.ids)),
            "contract_ids": [Command.set(contracts.ids)],
        }
        self._record_act(lambda exports: exports._record(values))
