import lxml.html

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ...utils import check_one
from .customer_contract_preparation import NOW_KEY

# How much text and how many pictures are printed while the sender waits: what takes about a
# second.
MOST_LETTERS = 60_000
MOST_PICTURES = 10
LATER_KEY = "customer_contract_prepared_later"
# What a mail is made of that was written in the dialog, and is sent by the job.
MAIL_FIELDS = (
    "attachment_ids",
    "author_id",
    "body",
    "email_add_signature",
    "email_from",
    "email_layout_xmlid",
    "notify_author",
    "notify_author_mention",
    "notify_skip_followers",
    "partner_ids",
    "reply_to",
    "reply_to_force_new",
    "subject",
    "subtype_id",
    "template_id",
)


class CustomerContract(models.Model):
    """Freezing and sending, out of the way of whoever sends.

    A short contract is frozen at once. Long ones, and several at a time, are *being
    prepared*: still drafts, which nobody was asked to sign, and which nobody changes. A job
    makes the PDF, checks it, and sends the contract, in one transaction. What cannot be sent
    comes back as a draft, and the sender is told why.
    """

    _inherit = "customer.contract"

    preparation_id = fields.Many2one(
        "customer.contract.preparation",
        "Being Prepared",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
    )
    is_being_prepared = fields.Boolean(
        compute="_compute_is_being_prepared",
        search="_search_is_being_prepared",
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"preparation_id"}

    @api.depends("state", "preparation_id")
    def _compute_is_being_prepared(self):
        for contract in self:
            contract.is_being_prepared = contract._is_being_prepared()

    def _search_is_being_prepared(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("preparation_id", "!=" if True in value else "=", False)]

    def _is_being_prepared(self):
        """Tell whether a job is to freeze and send the contract."""
        self.ensure_one()
        # Whoever reads the contract need not see what jobs do, and only drafts wait for them.
        return self.state == "draft" and bool(self.sudo().preparation_id)

    # === WHAT IS LEFT TO THE JOB === #

    def action_submit(self):
        self.check_access("write")
        now = self._leave_to_job("submit", lambda contract: contract._check_before_submitting())
        return super(CustomerContract, now).action_submit()

    def action_send(self):
        self.check_access("write")
        now = self._leave_to_job("send", lambda contract: contract._check_before_sending())
        return super(CustomerContract, now).action_send()

    def _leave_to_job(self, purpose, check):
        """Leave to the job what would keep the sender waiting.

        :param str purpose: ``submit`` or ``send``
        :param callable check: refuses a contract that is not ready
        :return: the contracts that are sent at once
        :rtype: recordset
        """
        if len(self) > 1:
            self = self.with_context(**{LATER_KEY: True})
        later = self.filtered(lambda contract: contract._is_prepared_later())
        for contract in later:
            check(contract)
            contract._start_preparation(purpose)
        return self - later

    def _is_prepared_later(self):
        """Tell whether freezing and sending the contract is left to the job.

        :rtype: bool
        """
        self.ensure_one()
        if self.env.context.get(NOW_KEY) or self.state != "draft":
            return False
        if self.env.context.get(LATER_KEY):
            return True
        return not self.current_version_id and self._is_long()

    def _is_long(self):
        """Tell whether printing the contract takes long, by what its sections hold."""
        self.ensure_one()
        letters = pictures = 0
        # Whoever sends need not see every section.
        for body in filter(None, self.sudo().section_ids.mapped("body")):
            root = lxml.html.fragment_fromstring(str(body), create_parent="div")
            letters += len(root.text_content())
            pictures += len(root.xpath("//img"))
        return letters > MOST_LETTERS or pictures > MOST_PICTURES

    def _start_preparation(self, purpose, mail=None):
        """Have the job freeze and send the contract, which nobody changes meanwhile.

        :param str purpose: ``submit`` or ``send``
        :param dict mail: the mail that is sent along
        """
        self.ensure_one()
        self._log_event("preparation_started")
        # Nobody has rights on what jobs do.
        row_sudo = (
            self.env["customer.contract.preparation"]
            .sudo()
            .create(
                {
                    "contract_id": self.id,
                    "user_id": self.env.uid,
                    "is_elevated": self.env.su,
                    "purpose": purpose,
                    "mail": mail or False,
                }
            )
        )
        self._write_protected({"preparation_id": row_sudo.id})
        self.env.ref("customer_contract.ir_cron_prepare").sudo()._trigger()

    def _stop_preparation(self):
        """Have the job leave the contracts alone."""
        for contract in self.filtered(lambda contract: contract._is_being_prepared()):
            contract._log_event("preparation_stopped")
            # Nobody has rights on what jobs do.
            contract.sudo().preparation_id.unlink()

    def action_take_back(self):
        """Have contracts that are being prepared be what they were before: nothing is sent.

        :return: True
        :rtype: bool
        :raise UserError: if a contract is not being prepared, as it has been sent meanwhile
        """
        self.check_access("write")
        for contract in self:
            if not contract._is_being_prepared():
                raise UserError(
                    _("%(contract)s is not being prepared.", contract=contract.display_name)
                )
        self._stop_preparation()
        return True

    def action_send_many(self):
        waiting = self.with_context(**{LATER_KEY: True})
        return super(CustomerContract, waiting).action_send_many()

    def _describe_done(self, done):
        if self.env.context.get(LATER_KEY):
            return _(
                "Being prepared to be sent: %(contracts)s. You are told as soon as it is done.",
                contracts=format_list(self.env, done),
            )
        return super()._describe_done(done)

    def _find_primary_act(self):
        return False if self._is_being_prepared() else super()._find_primary_act()

    @api.model
    def _get_primary_act_dependencies(self):
        return [*super()._get_primary_act_dependencies(), "preparation_id"]

    def _notify_asked(self, participants):
        action = super()._notify_asked(participants)
        if self._is_being_prepared():
            action["params"].update(type="info", message=self._describe_sent(participants))
        return action

    def _describe_sent(self, people):
        if any(contract._is_being_prepared() for contract in self):
            return _("It is being prepared to be sent. You are told as soon as it is done.")
        return super()._describe_sent(people)

    # === THE MAIL THAT IS SENT ALONG === #

    @api.model
    def _prepare_kept_mail(self, composer):
        """Prepare a mail that was written in the dialog, for the job.

        :param recordset composer: the `mail.compose.message`
        :rtype: dict
        """
        values = composer._convert_to_write(
            {name: composer[name] for name in MAIL_FIELDS if name in composer._fields}
        )
        return {name: values[name] or False for name in values}

    def _send_with_mail(self, mail):
        """Send the contract with a mail that was written in the dialog.

        :param dict mail: what :meth:`_prepare_kept_mail` returned
        """
        self.ensure_one()
        composer = (
            self.env["mail.compose.message"]
            .with_context(customer_contract_send=True, force_email=True)
            .create(
                {
                    **mail,
                    "model": self._name,
                    "res_ids": repr(self.ids),
                    "composition_mode": "comment",
                }
            )
        )
        composer._action_send_mail()

    def _tell_sender(self, user, reason):
        """Tell somebody that a contract which was to be sent is a draft again.

        :param recordset user: who asked for it
        :param str reason: why, in that person's language
        """
        self.ensure_one()
        told = user if user.active else self.sudo().user_id

        def say(env):
            return env._(
                "%(contract)s could not be sent, and is a draft again: %(reason)s",
                contract=self.display_name,
                reason=reason,
            )

        self._tell_employee(
            told,
            say,
            "mail.mail_activity_data_todo" if told.active else None,
            summary=lambda env: env._("Could not be sent"),
            note=say,
        )

    # === WHAT IS NOT DONE MEANWHILE === #

    def _explain_preparation(self):
        """Explain that something cannot be done while the contract is being prepared.

        :rtype: str
        """
        self.ensure_one()
        return _(
            "%(contract)s is being prepared to be sent. Wait until it is sent, or take it back "
            "first.",
            contract=self.display_name,
        )

    def _check_not_being_prepared(self):
        """Refuse what cannot be done while a contract is being prepared.

        :raise UserError: if one is
        """
        for contract in self:
            if contract._is_being_prepared():
                raise UserError(contract._explain_preparation())

    def _can_be_edited(self):
        return super()._can_be_edited() and not self._is_being_prepared()

    @api.depends("preparation_id")
    def _compute_is_editable(self):
        return super()._compute_is_editable()

    def _check_content_is_open(self, values=None):
        if not self._is_system_write() and (
            values is None or self._get_content_fields() & set(values)
        ):
            self._check_not_being_prepared()
        return super()._check_content_is_open(values)

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        if self._is_being_prepared():
            problems.insert(0, self._explain_preparation())
        return problems

    def _find_obstacle(self, participant, name):
        if self._is_being_prepared():
            return self._explain_preparation()
        return super()._find_obstacle(participant, name)

    @api.depends("preparation_id")
    def _compute_possible_acts(self):
        super()._compute_possible_acts()
        for contract in self:
            if contract._is_being_prepared():
                contract.can_sign = contract.can_approve = contract.waits_for_me = False

    @api.depends("preparation_id")
    def _compute_next_step(self):
        super()._compute_next_step()
        for contract in self:
            if contract._is_being_prepared():
                contract.next_step = contract._get_next_step()

    def _get_next_step(self, partner=None):
        if self._is_being_prepared():
            return _("Being prepared to be sent")
        return super()._get_next_step(partner)

    def action_open_send(self):
        check_one(self)
        self._check_not_being_prepared()
        return super().action_open_send()

    def action_open_sign(self):
        self._check_not_being_prepared()
        return super().action_open_sign()

    def action_sign_as_manager(self, signature, signed_by=None):
        self._check_not_being_prepared()
        return super().action_sign_as_manager(signature, signed_by=signed_by)

    def action_replace_participant(self, participant_id, partner_id, reason, void_signatures=False):
        self._check_not_being_prepared()
        return super().action_replace_participant(
            participant_id, partner_id, reason, void_signatures=void_signatures
        )

    def write(self, vals):
        if not vals.get("active", True) and not self._is_system_write():
            self._check_not_being_prepared()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_being_prepared(self):
        self._check_not_being_prepared()

    # === WHAT ENDS IT === #

    def _supersede(self):
        self._stop_preparation()
        return super()._supersede()

    def _close(self, state, event_type, reason="", actor=None):
        self._stop_preparation()
        return super()._close(state, event_type, reason, actor)
