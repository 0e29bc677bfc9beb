from datetime import timedelta
from textwrap import shorten

import lxml.html

from odoo import _, api, fields, models
from odoo.fields import Domain

from odoo.addons.base.models.res_users import check_identity

from ...const import MAIL_LAYOUT, OPEN_STATES, PREPARING_STATES, SIGNABLE_STATES
from ...tools.safe_style import find_hidden_texts
from ...utils import check_one

MOST_OF_TEXT = 80


class CustomerContract(models.Model):
    """What the back office shows about a contract, and its buttons' dialogs.

    Pictures that the contract's text shows now, and would not when it is frozen; text in it
    that nobody sees.
    """

    _inherit = "customer.contract"

    next_step = fields.Char(compute="_compute_next_step")
    has_next_to_do = fields.Boolean(compute="_compute_has_next_to_do")
    is_signed_by_us = fields.Boolean(compute="_compute_is_signed_by_us")
    needs_approval = fields.Boolean(compute="_compute_possible_acts")
    can_sign = fields.Boolean(compute="_compute_possible_acts")
    can_approve = fields.Boolean(compute="_compute_possible_acts")
    waits_for_me = fields.Boolean(
        compute="_compute_possible_acts",
        search="_search_waits_for_me",
        string="Waits for Me",
    )
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    picture_warning = fields.Text(compute="_compute_picture_warning", groups="base.group_user")

    @api.depends(
        "state",
        "current_version_id",
        "participant_ids.state",
        "participant_ids.sequence",
        "signed_document_id",
        "user_id",
    )
    @api.depends_context("lang", "uid")
    def _compute_next_step(self):
        # Most contracts of a list are signed and filed, and nothing follows.
        over = self.filtered(
            lambda contract: contract.state == "signed" and contract.signed_document_id
        )
        over.next_step = ""
        # Readers see who is waited for, not each other's records. For whom is read of those
        # contracts only that wait for somebody.
        others = self - over
        open_ones = others.filtered(lambda contract: contract.state in OPEN_STATES)
        # read along with the managers, whose names stand beside it
        users = self.env.user | self.user_id
        partner = self.env.user.with_prefetch(users.ids).partner_id
        for contracts in (open_ones, others - open_ones):
            for contract, contract_sudo in zip(contracts, contracts.sudo(), strict=True):
                contract.next_step = contract_sudo._tell_next_step(partner)

    def _tell_next_step(self, partner):
        """Tell an employee what happens next with the contract.

        :param recordset partner: the employee
        :rtype: str
        """
        self.ensure_one()
        if self.state == "draft" and self.current_version_id:
            # signed on our side, but nobody was asked yet
            people = self._get_next_participants().mapped("partner_id.name")
            return _("Ready to be sent to %(people)s", people=", ".join(people))
        return self._get_next_step(partner)

    @api.depends(
        "state",
        "participant_ids.state",
        "participant_ids.role",
        "participant_ids.sequence",
    )
    @api.depends_context("uid")
    def _compute_possible_acts(self):
        may_sign = self.env.user.has_group("customer_contract.group_contract_esign")
        for contract in self:
            # Whoever signs need not see the others.
            own = contract.sudo()._get_own_turn()
            roles = own.mapped("role")
            contract.needs_approval = contract.sudo()._needs_approval()
            contract.can_sign = may_sign and "signer" in roles and contract.state in SIGNABLE_STATES
            contract.can_approve = "approver" in roles and contract.state in (
                "approval",
                "sent",
            )
            contract.waits_for_me = contract.can_approve or (
                "signer" in roles and contract.state == "sent"
            )

    @api.depends("primary_act", "participant_ids.state")
    @api.depends_context("uid")
    def _compute_has_next_to_do(self):
        for contract in self:
            contract.has_next_to_do = bool(
                not contract.primary_act
                and contract._has_acted(self.env.user)
                and contract._find_next_to_do()
            )

    def _has_acted(self, user):
        """Tell whether somebody did a part on the contract, and may go on with the next.

        :param recordset user: the employee
        :rtype: bool
        """
        self.ensure_one()
        return any(
            person.partner_id == user.partner_id and person.state == "done"
            for person in self.sudo().participant_ids
        )

    def _find_next_to_do(self):
        """Find another contract that waits for the user, the oldest first.

        :rtype: recordset of `customer.contract`
        """
        self.ensure_one()
        return self.search(
            Domain("waits_for_me", "=", True) & Domain("id", "!=", self._origin.id),
            order="id",
            limit=1,
        )

    def action_open_next(self):
        """Open the next contract that waits for the user.

        :return: an action; the list of what is to do, if nothing is left
        :rtype: dict
        """
        check_one(self)
        following = self._find_next_to_do()
        if not following:
            return self.env["ir.actions.act_window"]._for_xml_id(
                "customer_contract.customer_contract_action_to_do"
            )
        return following._get_records_action()

    @api.depends("state", "participant_ids.state", "participant_ids.role")
    def _compute_is_signed_by_us(self):
        """Tell whether a draft is signed by the company, and waits to be sent."""
        for contract in self:
            contract.is_signed_by_us = contract.state == "draft" and any(
                person.role == "signer" and person.state == "done"
                for person in contract.sudo().participant_ids
            )

    def _search_waits_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_portal_to_do_domain()

    @api.depends("state", "sign_deadline_at")
    def _compute_is_late(self):
        horizon = self._get_late_horizon()
        late = self.filtered(
            lambda contract: (
                contract.state in OPEN_STATES
                and contract.sign_deadline_at
                and contract.sign_deadline_at <= horizon
            )
        )
        late.is_late = True
        (self - late).is_late = False

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "in", OPEN_STATES) & Domain(
            "sign_deadline_at", "<=", self._get_late_horizon()
        )

    @api.model
    def _get_late_horizon(self):
        """Return up to when a deadline is near: today, tomorrow and the day after are left.

        :rtype: datetime
        """
        return fields.Datetime.now() + timedelta(days=3)

    def action_open_sign(self):
        """Open the dialog in which the user signs for the company.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        self._check_may_sign_for_company()
        if self._can_be_edited():
            self._check_can_be_sent()
        self._get_participant_in_turn(self.env.user.partner_id, "signer")
        if self.company_id.contract_confirm_identity:
            # asked beforehand, so that nothing is drawn and typed in vain
            return self._open_sign_with_identity_check()
        return self._prepare_sign_action()

    @check_identity
    def _open_sign_with_identity_check(self):
        """Open the signing dialog once the user's identity is confirmed."""
        return self._prepare_sign_action()

    def _prepare_sign_action(self):
        """Prepare the dialog in which the user signs.

        :return: an action
        :rtype: dict
        """
        return self._open_dialog(
            "customer.contract.sign",
            _("Sign %(reference)s", reference=self.name),
            {
                "default_contract_id": self.id,
                "default_is_sent_next": bool(self.env.context.get("customer_contract_send_next")),
            },
        )

    def action_open_send(self):
        """Open the mail that asks whoever is next, or ask employees right away.

        :return: an action
        :rtype: dict
        :raise UserError: listing everything that is missing
        """
        check_one(self)
        self.check_access("write")
        self._check_state(*PREPARING_STATES, "sent")
        self._check_can_be_sent()
        following = self._get_next_participants()
        outside = following.filtered(lambda participant: participant._is_outside())
        if self.state != "sent" and (self._needs_approval() or not outside):
            self._submit_or_send()
            # Only now are those asked, or whoever stands in for them.
            return self._notify_asked(self._get_next_participants())
        if self.state != "sent":
            self._propose_sign_deadline()  # the mail names it
        template = self.env.ref(
            "customer_contract.mail_template_reminder"
            if self.state == "sent"
            else "customer_contract.mail_template_request",
            raise_if_not_found=False,
        )
        return self._open_dialog(
            "mail.compose.message",
            _("Remind") if self.state == "sent" else _("Send for Signature"),
            {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_partner_ids": outside.partner_id.ids,
                "default_email_layout_xmlid": MAIL_LAYOUT,
                "customer_contract_send": True,
                "force_email": True,
            },
        )

    def _notify_asked(self, participants):
        """Tell the user who was asked, as no mail had to be written.

        :param recordset participants: those who were asked
        :return: an action
        :rtype: dict
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": _(
                    "%(people)s has been asked to act.",
                    people=", ".join(participants.mapped("partner_id.name")),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _describe_sent(self, people):
        """Tell the sender that contracts went out.

        :param recordset people: the `res.partner` who were written to
        :rtype: str
        """
        return _("Sent to %(people)s.", people=", ".join(people.mapped("name")))

    def action_open_reason(self):
        """Open the dialog that asks for the reason of what the context names.

        :return: an action
        :rtype: dict
        """
        purpose = self.env.context.get("customer_contract_purpose", "cancel")
        return self._open_dialog(
            "customer.contract.reason",
            self.env["customer.contract.reason"]._get_purposes()[purpose].title,
            {"default_contract_ids": self.ids, "default_purpose": purpose},
        )

    @api.model
    def get_import_templates(self):
        """Return the file that shows how contracts are imported.

        :rtype: list[dict[str, str]]
        """
        return [
            {
                "label": _("Import Template for Contracts"),
                "template": "/customer_contract/static/xls/contracts_import_template.xlsx",
            }
        ]

    def _open_dialog(self, model, title, context):
        """Prepare the action that opens a dialog.

        :param str model: the dialog's model
        :param str title: what stands above it
        :param dict context: what it starts with
        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    def action_view_documents(self):
        """Open the contract's PDF: signed by all, by some, or frozen.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        self.check_access("read")
        attachment = self._get_shown_pdf()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    # === PICTURES === #

    # Not on the sections: the form would ask the server after every word typed in them.
    # What is shown is what was saved.
    @api.depends(
        "state", "current_version_id", "partner_id.lang", "participant_ids.partner_id.lang"
    )
    @api.depends_context("lang")
    def _compute_picture_warning(self):
        for contract in self:
            warnings = contract._get_sending_warnings() if contract._can_be_edited() else []
            contract.picture_warning = "\n".join(warnings)

    def _get_sending_warnings(self):
        """Find what the sender should know before the contract is frozen.

        None of it keeps the contract from being sent.

        :return: one sentence per warning
        :rtype: list[str]
        """
        self.ensure_one()
        warnings = []
        for section in self.section_ids:
            for source in self._find_lost_pictures(section.body):
                warnings.append(
                    _(
                        "Section %(section)s: the picture %(address)s is not stored here and "
                        "will be missing in the contract. Upload it instead.",
                        section=section.title or section.number,
                        address=source,
                    )
                )
            for text in find_hidden_texts(section.body):
                warnings.append(
                    _(
                        "Section %(section)s: “%(text)s” stands in the contract, and nobody "
                        "sees it. It is white, transparent, tiny or hidden.",
                        section=section.title or section.number,
                        text=shorten(text, MOST_OF_TEXT, placeholder="…"),
                    )
                )
        return warnings

    def _find_lost_pictures(self, html):
        """Find the pictures in a text that are dropped when it is frozen.

        :param str html: the text
        :return: their addresses, shortened
        :rtype: list[str]
        """
        if not html or "<img" not in html:
            return []
        root = lxml.html.fragment_fromstring(str(html), create_parent="div")
        sources = [node.get("src") or "" for node in root.iter("img")]
        return [
            source if len(source) <= 80 else f"{source[:79]}…"
            for source in sources
            if not self._prepare_embedded_image(source)
        ]
