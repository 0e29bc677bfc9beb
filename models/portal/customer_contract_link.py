import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models

TOKEN_BYTES = 32
REFERENCE_BYTES = 18
# How a mail that waits says where a link belongs
AT_SENDING = "at-sending-"
# Each mail has a link of its own, and older ones go on working; beyond these, the oldest end.
MOST_LIVE_LINKS = 10


class CustomerContractLink(models.Model):
    """A personal link that was sent to a participant.

    Only the token's digest is stored: the link can be used by whoever received
    the mail, not by whoever reads the database. Every mail has a token of its own,
    so that links can be replaced without keeping any of them.
    """

    _name = "customer.contract.link"
    _inherit = "customer.contract.component.mixin"
    _description = "Personal Link of a Contract Participant"
    _order = "id desc"
    _rec_name = "participant_id"

    participant_id = fields.Many2one(
        "customer.contract.participant", required=True, index=True, ondelete="cascade"
    )
    version_id = fields.Many2one(
        "customer.contract.version",
        ondelete="cascade",
        help="The version that the mail with the link was about.",
    )
    token_digest = fields.Char(required=True)
    mail_reference = fields.Char(
        help="Stands for the link in a mail until it is sent. It opens nothing."
    )
    expires_on = fields.Datetime(required=True)
    is_revoked = fields.Boolean()
    opened_on = fields.Datetime()
    _mail_reference = models.UniqueIndex("(mail_reference) WHERE mail_reference IS NOT NULL")
    _token_digest_unique = models.UniqueIndex("(token_digest)", "Every link is unique.")

    @api.model
    def _issue(self, participant):
        """Make a new personal link for a participant.

        :param recordset participant: the `customer.contract.participant`
        :return: the address, with the token that is stored nowhere
        :rtype: str
        """
        return self._reserve(participant)._make_address()

    @api.model
    def _issue_in_mail(self, participant):
        """Prepare a new personal link for a participant, for a mail.

        Mails wait in the database, some for ever. They hold a reference that opens
        nothing; the token is made when the mail is built for sending.

        :param recordset participant: the `customer.contract.participant`
        :return: what stands in the mail for the address
        :rtype: str
        """
        link_sudo = self._reserve(participant)
        base = participant.contract_id.get_base_url()
        return f"{base}/contract/sign/{AT_SENDING}{link_sudo.mail_reference}"

    @api.model
    def _reserve(self, participant):
        """Make a link that nobody has the token of.

        :param recordset participant: the `customer.contract.participant`
        :rtype: recordset of `customer.contract.link`, elevated
        """
        self._end_oldest(participant)
        # Nobody has rights on links: they are handed out by the system only.
        return self.sudo().create(
            {
                "participant_id": participant.id,
                "version_id": participant.sudo().contract_id.current_version_id.id,
                "token_digest": self._digest(secrets.token_urlsafe(TOKEN_BYTES)),
                "mail_reference": secrets.token_urlsafe(REFERENCE_BYTES),
                "expires_on": self._get_expiry(participant.contract_id),
            }
        )

    def _make_address(self):
        """Make the link's token, a new one each time: the one before ends.

        :return: the address, with the token that is stored nowhere
        :rtype: str
        """
        self.ensure_one()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self.token_digest = self._digest(token)
        return f"{self.participant_id.contract_id.get_base_url()}/contract/sign/{token}"

    @api.model
    def _end_oldest(self, participant):
        """Have a person's oldest links expire, so that a new one can be given out.

        :param recordset participant: the `customer.contract.participant`
        """
        now = fields.Datetime.now()
        # Nobody has rights on links.
        living_sudo = self.sudo().search(
            [
                ("participant_id", "=", participant.id),
                ("is_revoked", "=", False),
                ("expires_on", ">", now),
            ],
            order="id desc",
        )
        living_sudo[MOST_LIVE_LINKS - 1 :].expires_on = now

    @api.model
    def _digest(self, token):
        """Return what is stored of a token."""
        return hashlib.sha256(token.encode()).hexdigest()

    @api.model
    def _get_expiry(self, contract):
        """Return when a link given out now stops working.

        It lasts as long as the request; without a deadline, and for finished
        contracts, as long as the company says.

        :param recordset contract: the `customer.contract`
        :rtype: datetime
        """
        company = contract.company_id
        expiry = fields.Datetime.now() + timedelta(days=company.contract_link_days)
        if contract.sign_deadline_at and contract.state in ("draft", "approval", "sent"):
            expiry = contract.sign_deadline_at
        return expiry

    @api.model
    def _find(self, token):
        """Find the link that a token opens.

        :param str token: the token from the address
        :return: the link, or none if there is no such token
        :rtype: recordset of `customer.contract.link`, elevated
        """
        # Whoever holds the token is let in by it, whatever the user's rights.
        return self.sudo().search([("token_digest", "=", self._digest(token or ""))], limit=1)

    def _is_usable(self):
        """Tell whether the link still opens the contract."""
        self.ensure_one()
        return (
            bool(self.exists()) and not self.is_revoked and self.expires_on > fields.Datetime.now()
        )

    @api.autovacuum
    def _gc_links(self):
        """Forget links that stopped working long ago."""
        limit = fields.Datetime.now() - timedelta(days=365)
        self.search([("expires_on", "<", limit)], limit=10000).unlink()
