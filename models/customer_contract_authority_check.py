from odoo import _, api, fields, models
from odoo.exceptions import UserError


class CustomerContract(models.Model):
    """Whether those who sign for the counterparty may bind it."""

    _inherit = "customer.contract"

    authority_warning = fields.Text(compute="_compute_authority_warning", groups="base.group_user")
    authority_hint = fields.Text(compute="_compute_authority_warning", groups="base.group_user")

    @api.depends(
        "state",
        "partner_id",
        "amount_total",
        "currency_id",
        "participant_ids.partner_id",
        "participant_ids.role",
        "participant_ids.party",
        "participant_ids.state",
    )
    def _compute_authority_warning(self):
        for contract in self:
            doubts = contract._get_authority_doubts() if contract._waits_for_signatures() else []
            warnings = [text for kind, text in doubts if kind != "unknown"]
            hints = [text for kind, text in doubts if kind == "unknown"]
            contract.authority_warning = "\n".join(warnings)
            contract.authority_hint = "\n".join(hints)

    def _waits_for_signatures(self):
        """Tell whether somebody may still have to sign."""
        self.ensure_one()
        return self.state in ("draft", "approval", "sent", "disputed")

    def _get_authority_doubts(self):
        """Find doubts about the authority of those who sign for the counterparty.

        :return: pairs of a kind and a sentence
        :rtype: list[tuple[str, str]]
        """
        self.ensure_one()
        Authority = self.env["customer.contract.authority"]
        signers = self._get_expected_signers().filtered(
            lambda person: person.party == "counterparty" and person.state != "done"
        )
        doubts = [Authority._find_doubt(self, person) for person in signers.partner_id]
        return [doubt for doubt in doubts if doubt[0]]

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        if self.company_id.contract_authority_refuse:
            problems += [text for kind, text in self._get_authority_doubts() if kind != "unknown"]
        return problems

    def _freeze(self):
        version = super()._freeze()
        # Whoever sends in spite of a warning does it knowingly: the trail says so.
        for kind, text in self._get_authority_doubts():
            if kind != "unknown":
                self._log_event("authority_doubted", details={"doubt": text})
        return version

    def _delegate(self, participant, partner, reason, identified_by):
        is_doubted, doubt = False, ""
        if participant.role == "signer" and participant.party == "counterparty":
            kind, doubt = self.env["customer.contract.authority"]._find_doubt(self, partner)
            is_doubted = kind in ("expired", "amount")
        if is_doubted and self.company_id.contract_authority_refuse:
            raise UserError(_("This person may not sign this contract for the company."))
        stand_in = super()._delegate(participant, partner, reason, identified_by)
        if is_doubted:
            self._log_event("authority_doubted", details={"doubt": doubt})
            self._tell_manager(doubt)
        return stand_in
