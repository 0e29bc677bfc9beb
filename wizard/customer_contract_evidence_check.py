from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..utils import check_one


class CustomerContractEvidenceCheck(models.TransientModel):
    """Tells whether a file that somebody brings is the one that is kept here.

    The file itself is not stored: it is checked when the dialog is saved, and dropped.
    """

    _name = "customer.contract.evidence.check"
    _inherit = "customer.contract.dialog.mixin"
    _description = "Check of a File with Evidence"

    file = fields.Binary("Evidence Bundle or Contract", store=False)
    file_name = fields.Char("File")
    contract_id = fields.Many2one("customer.contract", readonly=True)
    result = fields.Selection(
        [
            ("kept", "The Same as Kept Here"),
            ("different", "Not the Same as Kept Here"),
            ("unknown", "Of No Contract Here"),
        ],
        readonly=True,
    )
    line_ids = fields.One2many(
        "customer.contract.evidence.check.line", "check_id", "Checks", readonly=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            self._check_opening_values(values)
        dialogs = super().create([{"file_name": values.get("file_name")} for values in vals_list])
        for dialog, values in zip(dialogs, vals_list, strict=True):
            dialog._check_file(values.get("file"))
        return dialogs

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(_("This file is checked already. Please start again."))

    def _check_file(self, content):
        """Check a file, and keep what is found.

        :param str | bytes content: the file in base64
        :raise UserError: if it is too large, or nothing of the kind
        """
        self.ensure_one()
        Contract = self.env["customer.contract"]
        answer = Contract.check_evidence_file(content)
        is_known = bool(answer["contract_id"])
        # pylint: disable=super-method-mismatch
        super().write(  # which users cannot
            {
                "contract_id": answer["contract_id"],
                "result": ("kept" if answer["ok"] else "different") if is_known else "unknown",
            }
        )
        Report = self.env["customer.contract.integrity.report"]
        self.env["customer.contract.evidence.check.line"].create(
            [
                {
                    "check_id": self.id,
                    "name": Report._get_label(check["name"]),
                    "in_itself": "intact" if check["ok"] else "damaged",
                    "compared": {True: "same", False: "other", None: False}[check["is_kept"]],
                    "detail": "\n".join(
                        filter(
                            None,
                            [
                                check["difference"],
                                "" if check["ok"] else f"verify.py: {check['detail']}",
                            ],
                        )
                    ),
                }
                for check in answer["checks"]
            ]
        )

    def action_check(self):
        """Show what was found.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": _("Check of a File"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_open_contract(self):
        """Open the contract that the file belongs to.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self.contract_id._get_records_action()
