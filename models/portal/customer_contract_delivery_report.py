import json

from odoo import api, fields, models
from odoo.tools import email_normalize, email_normalize_all

EVENT_TYPES = [
    ("mail_sent", "E-mail sent"),
    ("mail_failed", "E-mail not delivered"),
    ("mail_bounced", "E-mail came back"),
]


class CustomerContractDeliveryReport(models.Model):
    """What a mail server said about a mail to one person.

    Mails are delivered while others act on the same contract. So what became of them is
    written beside it, and a job joins it to the trail: neither waits for the other.
    Nothing in the database refers to the contract, since that would lock its row, and
    the rows outlive mails, participants and everything else.
    """

    _name = "customer.contract.delivery.report"
    _inherit = "customer.contract.evidence.mixin"
    _description = "Delivery Report of a Contract's E-mail"
    _order = "id"
    _rec_name = "event_type"
    _log_access = False

    # Not a Many2one: its foreign key would lock the contract while it is acted upon.
    contract_id = fields.Integer(required=True, index=True)
    event_type = fields.Selection(EVENT_TYPES, "Event", required=True)
    reported_on = fields.Datetime("When", required=True)
    payload = fields.Text(required=True, help="Canonical JSON.")

    @api.model
    def _report_mails(self, mails, success_partners, failure=""):
        """Write down what became of mails.

        :param recordset mails: the `mail.mail` records
        :param recordset success_partners: the `res.partner` whose mail a server took
        :param str failure: why it did not take the others; empty if it took all
        """
        for mail in mails:
            contract_sudo = self._find_contract(mail)
            for participant_sudo, partner_sudo in self._find_readers(mail, contract_sudo):
                is_sent = not failure or partner_sudo in success_partners
                details = {"message_id": mail.message_id or ""}
                if not is_sent:
                    details["reason"] = failure[:200]
                self._report(
                    contract_sudo,
                    "mail_sent" if is_sent else "mail_failed",
                    participant_sudo,
                    partner_sudo,
                    details,
                )

    @api.model
    def _report(self, contract_sudo, event_type, participant_sudo, partner_sudo, details):
        """Write one report, and have the job join it.

        :param recordset contract_sudo: the contract, elevated
        :param str event_type: what happened to the mail
        :param recordset participant_sudo: the reader's part in the contract, if there is one
        :param recordset partner_sudo: the reader
        :param dict details: what else is known
        :return: the report, elevated
        :rtype: recordset of `customer.contract.delivery.report`
        """
        now = fields.Datetime.now()
        moment = "delivered_on" if event_type == "mail_sent" else "reported_on"
        payload = {"details": {moment: fields.Datetime.to_string(now) + "Z", **details}}
        if participant_sudo:
            payload["participant"] = contract_sudo._prepare_event_participant(participant_sudo)
        else:
            payload["details"]["recipient"] = partner_sudo.email_formatted or ""
        if version_sudo := contract_sudo.current_version_id:
            payload["version"] = contract_sudo._prepare_event_version(version_sudo)
        report_sudo = self._record(
            {
                "contract_id": contract_sudo.id,
                "event_type": event_type,
                "reported_on": now,
                "payload": self._serialize(payload),
            }
        )
        # Whoever sends mails has no rights on what waits to be joined, nor on jobs.
        self.env["customer.contract.delivery.pending"].sudo().create(
            {"report_id": report_sudo.id, "contract_id": contract_sudo.id}
        )
        self.env.ref("customer_contract.ir_cron_join_deliveries").sudo()._trigger()
        return report_sudo

    @api.model
    def _find_contract(self, mail):
        """Return the contract that a mail is about, or whose dispute, milestone or person.

        :param recordset mail: the `mail.mail`
        :return: the contract, elevated; none if the mail is about something else
        :rtype: recordset of `customer.contract`
        """
        # What is sent by the queue, or by somebody who mails, is recorded all the same.
        Contract_sudo = self.env["customer.contract"].sudo()
        if not mail.res_id or not (mail.model or "").startswith(Contract_sudo._name):
            return Contract_sudo
        record_sudo = self.env[mail.model].sudo().browse(mail.res_id).exists()
        if record_sudo._name == Contract_sudo._name:
            return record_sudo
        field = record_sudo._fields.get("contract_id")
        is_contract = field and field.comodel_name == Contract_sudo._name
        return record_sudo.contract_id if is_contract else Contract_sudo

    @api.model
    def _find_readers(self, mail, contract_sudo):
        """Return those people of a contract to whom a mail goes.

        :param recordset mail: the `mail.mail`
        :param recordset contract_sudo: the contract, elevated
        :return: pairs of the person's part, if there is one, and the person; elevated
        :rtype: list[tuple]
        """
        partners_sudo = mail.sudo().recipient_ids
        addresses = email_normalize_all(mail.email_to or "")
        is_reader = lambda person, email: (  # noqa: E731
            person in partners_sudo or email_normalize(email or "") in addresses
        )
        if mail.model == "customer.contract.participant":
            parts_sudo = contract_sudo.participant_ids.filtered(
                lambda participant: participant.id == mail.res_id
            )
        else:
            parts_sudo = contract_sudo.participant_ids.filtered(
                lambda participant: not participant.is_retired
            )
        readers = [
            (part, part.partner_id)
            for part in parts_sudo
            if is_reader(part.partner_id, part._get_email())
        ]
        others_sudo = contract_sudo.requester_id | contract_sudo.user_id.partner_id
        others_sudo -= contract_sudo.participant_ids.partner_id
        return readers + [
            (contract_sudo.participant_ids.browse(), person)
            for person in others_sudo
            if is_reader(person, person.email)
        ]

    def _get_payload(self):
        """Return what is known about the delivery.

        :rtype: dict
        """
        self.ensure_one()
        return json.loads(self.payload)
