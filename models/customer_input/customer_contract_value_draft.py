import json

from odoo import fields, models


class CustomerContractValueDraft(models.Model):
    """What a participant has typed and not confirmed yet, as it was typed.

    Nothing counts of it: it is there again when the person comes back.
    """

    _name = "customer.contract.value.draft"
    _inherit = "customer.contract.component.mixin"
    _description = "Details Typed by a Contract Participant"
    _rec_name = "participant_id"

    participant_id = fields.Many2one(
        "customer.contract.participant", required=True, index=True, ondelete="cascade"
    )
    typed = fields.Text(required=True, default="{}", help="Texts by the fields' names, as JSON.")
    revision = fields.Integer(default=0, help="Grows whenever something is saved.")
    content_digest = fields.Char(help="Of the version that was shown while typing.")
    _participant_unique = models.UniqueIndex(
        "(participant_id)", "A participant's details are kept once."
    )

    def _get_typed(self):
        """Return what was typed, by the fields' names.

        :rtype: dict[str, str]
        """
        return json.loads(self.typed) if self else {}
