from odoo import _, api, fields, models


class CustomerContract(models.Model):
    """What the user does next with a contract: the form's main button.

    It is decided in one place, also before anything is saved. A feature that knows of
    something more urgent adds its act, and extends ``_find_primary_act``.
    """

    _inherit = "customer.contract"

    primary_act = fields.Selection(
        [
            ("approve", "Approve"),
            ("sign", "Sign"),
            ("sign_and_send", "Sign & Send"),
            ("submit", "Submit for Approval"),
            ("send", "Send"),
            ("ask", "Ask a Colleague to Sign"),
        ],
        compute="_compute_primary_act",
        help="What the user does next with the contract: the form's main button.",
    )
    ask_label = fields.Char(compute="_compute_primary_act")

    @api.depends(lambda self: self._get_primary_act_dependencies())
    @api.depends_context("uid", "lang")
    def _compute_primary_act(self):
        for contract in self:
            contract.primary_act = contract._find_primary_act()
            people = contract.primary_act == "ask" and contract._get_next_participants()
            contract.ask_label = people and _(
                "Ask %(people)s to Sign", people=", ".join(people.mapped("partner_id.name"))
            )

    @api.model
    def _get_primary_act_dependencies(self):
        """Return the fields that the main button goes by.

        :rtype: list[str]
        """
        return [
            "can_sign",
            "can_approve",
            "needs_approval",
            "state",
            "participant_ids.partner_id",
            "participant_ids.party",
            "participant_ids.role",
            "participant_ids.sequence",
            "participant_ids.state",
        ]

    def _find_primary_act(self):
        """Find what the user does next with the contract.

        A feature that knows of something more urgent extends this.

        :return: a value of ``primary_act``; none if it is nobody's or somebody else's turn
        :rtype: str | bool
        """
        self.ensure_one()
        if self.can_approve:
            return "approve"
        if self.state == "draft" and self.needs_approval:
            return "submit"
        if self.can_sign:
            return "sign_and_send" if self._is_sent_after_signing() else "sign"
        if self.state != "draft":
            return False
        following = self._get_next_participants()
        is_outside = any(person._is_outside() for person in following)
        return "ask" if following and not is_outside else "send"

    def _is_sent_after_signing(self):
        """Tell whether somebody outside is next, once the user has signed the draft.

        :rtype: bool
        """
        self.ensure_one()
        if self.state != "draft":
            return False
        if not any(person.party == "counterparty" for person in self.participant_ids):
            return True  # the customer is still to be chosen
        following = self._get_next_participants(after=self._get_own_turn())
        return any(person._is_outside() for person in following)
