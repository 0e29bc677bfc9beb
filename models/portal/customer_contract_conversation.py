from odoo import SUPERUSER_ID, api, models
from odoo.models import BaseModel

# Who follows a department's kinds of messages gets those only.
SUBTYPES_BY_STATE = {
    "approval": "mt_approval",
    "sent": "mt_sent",
    "signed": "mt_signed",
    "disputed": "mt_disputed",
    "declined": "mt_ended",
    "cancelled": "mt_ended",
    "expired": "mt_expired",
}


class CustomerContract(models.Model):
    """Who talks about a contract, and who hears what."""

    _inherit = "customer.contract"

    # === WHO WRITES === #

    def _is_written_by(self, partner):
        """Tell whether somebody belongs to the contract's conversation.

        :param recordset partner: the person
        """
        self.ensure_one()
        # Participants need not see each other to talk.
        contract_sudo = self.sudo()
        people = (
            contract_sudo.participant_ids.partner_id
            | contract_sudo.requester_id
            | contract_sudo.partner_id
        )
        return bool(partner) and partner in people

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        user = self.env.user
        if message_operation == "create" and user.share:
            # Colleagues who only read do not write; nobody's account has more rights.
            for contract in self:
                if not contract._is_written_by(user.partner_id):
                    operations[contract] = "write"
        return operations

    def message_post(self, *, message_type="notification", author_id=None, **kwargs):
        self.env["mail.message"]._check_named_author(author_id, kwargs.get("email_from"))
        if message_type == "email" and not self._may_mail(author_id):
            # A reference to a mail can be forwarded or guessed. What comes from elsewhere
            # is kept for the manager, and shown to nobody outside.
            kwargs.update(
                subtype_id=False,
                subtype_xmlid="mail.mt_note",
                partner_ids=self.sudo().user_id.partner_id.ids,
            )
        return super().message_post(message_type=message_type, author_id=author_id, **kwargs)

    def _may_mail(self, author_id):
        """Tell whether a mail's author belongs to the contract's conversation.

        :param int author_id: the `res.partner` found for the sender's address, if any
        """
        # Whether a sender is an employee is looked up by the mail gateway.
        author_sudo = self.env["res.partner"].sudo().browse(author_id or ())
        is_employee = any(not user.share for user in author_sudo.user_ids)
        return is_employee or self._is_written_by(author_sudo.sudo(False))

    # === WHO HEARS WHAT === #

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        for contract, values in zip(contracts, vals_list, strict=True):
            # Whoever follows the team follows its contracts, also where it was proposed.
            team_sudo = contract.sudo().team_id
            if team_sudo and "team_id" not in values:
                contract._message_auto_subscribe({"team_id": team_sudo.id})
        return contracts

    def _track_subtype(self, initial_values):
        self.ensure_one()
        name = SUBTYPES_BY_STATE.get(self.state) if "state" in initial_values else None
        if name:
            return self.env.ref(f"customer_contract.{name}")
        return super()._track_subtype(initial_values)

    def _message_track(self, fields_iter, initial_values_dict):
        if not self.env.user.share:
            return super()._message_track(fields_iter, initial_values_dict)
        # Employees read what customers change: in their language, and not by "Public user".
        tracking = {}
        for language, contracts in self.grouped(lambda one: one.sudo().user_id.lang).items():
            speaking = contracts.with_user(SUPERUSER_ID).with_context(lang=language)
            initial_values = {
                contract.id: {
                    name: value.with_env(speaking.env) if isinstance(value, BaseModel) else value
                    for name, value in initial_values_dict[contract.id].items()
                }
                for contract in contracts
            }
            tracking |= super(CustomerContract, speaking)._message_track(
                fields_iter, initial_values
            )
        return tracking

    def _log_event(self, event_type, details=None, participant=None, actor=None):
        event = super()._log_event(
            event_type, details=details, participant=participant, actor=actor
        )
        participant = participant or (actor.participant if actor else None)
        for audience in sorted(event._get_audiences().get(event_type, ())):
            if audience.startswith("mt_"):
                self._tell_followers(audience, event_type, participant)
        if event_type in self._get_noted_events():
            self._note_event(event_type, participant, details or {})
        return event

    @api.model
    def _get_noted_events(self):
        """Return the kinds of events of which the chatter tells employees by name.

        Features extend this, and :meth:`_describe_noted_event`.

        :rtype: set[str]
        """
        return {"approved", "approval_commented", "signed"}

    def _note_event(self, event_type, participant, details):
        """Leave a note in the chatter, in the manager's language, of what somebody did.

        :param str event_type: one of the kinds that are noted
        :param recordset participant: who acted, if it is one of the contract
        :param dict details: what the trail keeps about it
        """
        self.ensure_one()
        # Whoever acts in the portal posts nothing that only employees read.
        contract_sudo = self.sudo()._speaking_to(self.sudo().user_id)
        name = participant.sudo().partner_id.name if participant else ""
        contract_sudo.message_post(
            body=contract_sudo._describe_noted_event(event_type, name, details),
            author_id=self.env.ref("base.partner_root").id,
            subtype_xmlid="mail.mt_note",
        )

    def _describe_noted_event(self, event_type, name, details):
        """Return what the chatter says of an event.

        :param str event_type: one of the kinds that are noted
        :param str name: who acted
        :param dict details: what the trail keeps about it
        :rtype: str
        """
        if event_type == "signed":
            return self.env._("Signed by %(person)s", person=name)
        if event_type == "approved":
            return self.env._("Approved by %(person)s", person=name)
        return self.env._(
            "%(person)s comments on the approval: %(comment)s",
            person=name,
            comment=details.get("comment", ""),
        )

    def _tell_followers(self, subtype, event_type, participant):
        """Tell those who follow a kind of messages what happened.

        :param str subtype: the name of the `mail.message.subtype`
        :param str event_type: a kind of event
        :param recordset participant: whom it is about, if anybody
        """
        self.ensure_one()
        # Whoever acts in the portal posts nothing that only employees read.
        contract_sudo = self.sudo()._speaking_to(self.sudo().user_id)
        event_type_field = contract_sudo.event_ids._fields["event_type"]
        labels = dict(event_type_field._description_selection(contract_sudo.env))
        name = participant.partner_id.name if participant else ""
        contract_sudo.message_post(
            body=": ".join(filter(None, (name, labels[event_type]))),
            author_id=self.env.ref("base.partner_root").id,
            subtype_xmlid=f"customer_contract.{subtype}",
        )
