from odoo import _, api, fields, models


class CustomerContractSignature(models.Model):
    """Signatures of people to whom somebody passed the signing on."""

    _inherit = "customer.contract.signature"

    delegated_by = fields.Char(
        help="Whom the contract names, when somebody else signed in that person's place."
    )
    delegation_reason = fields.Char(help="Why the person signed in somebody else's place.")

    @api.model
    def _record(self, values):
        participant_sudo = (
            self.env["customer.contract.participant"].sudo().browse(values["participant_id"])
        )
        if participant_sudo._is_stand_in():
            origin_sudo = participant_sudo._get_origin()
            chain_sudo = origin_sudo | origin_sudo._get_stand_ins()
            values = {
                **values,
                "delegated_by": origin_sudo.partner_id.name,
                "delegation_reason": "; ".join(
                    filter(None, chain_sudo.mapped("delegation_reason"))
                ),
            }
        return super()._record(values)

    def _export(self):
        # Acts without delegation keep the digest they always had.
        act = super()._export()
        if self.delegated_by:
            act["delegated_by"] = self.delegated_by
            act["delegated_by_participant"] = self.participant_id._get_origin().id
            act["delegation_reason"] = self.delegation_reason or ""
        return act

    def _get_place_note(self):
        if not self.delegated_by:
            return super()._get_place_note()
        return _("On behalf of %(person)s, by delegation", person=self.delegated_by)
