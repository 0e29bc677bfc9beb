import secrets
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

CODE_DIGITS = 6
REFERENCE_BYTES = 18
# How a mail that waits says where the code belongs
CODE_AT_SENDING = "code-at-sending-"
MINUTES_VALID = 10
MAX_TRIES = 5
MAX_CODES = 5
MINUTES_OF_MAX_CODES = 60
SECONDS_BETWEEN_CODES = 60


class CustomerContractCode(models.Model):
    """A one-time code sent by e-mail, which shows who reads that mailbox.

    Only a slow hash of the code is stored. Tries are counted in the database before
    a code is compared, so that every server process counts the same.
    """

    _name = "customer.contract.code"
    _inherit = "customer.contract.component.mixin"
    _description = "One-Time Code of a Contract Participant"
    _order = "id desc"
    _rec_name = "participant_id"

    participant_id = fields.Many2one(
        "customer.contract.participant", required=True, index=True, ondelete="cascade"
    )
    version_id = fields.Many2one(
        "customer.contract.version", required=True, index=True, ondelete="cascade"
    )
    code_hash = fields.Char(help="Empty until the mail with the code is sent.")
    mail_reference = fields.Char(
        help="Stands for the code in its mail until it is sent. It opens nothing."
    )
    sent_on = fields.Datetime(required=True)
    expires_on = fields.Datetime(required=True)
    tries = fields.Integer()
    is_spent = fields.Boolean(help="Used, replaced, or tried too often.")

    @api.model
    def _issue(self, participant):
        """Make a new code for a participant; it replaces the one before.

        :param recordset participant: the `customer.contract.participant`
        :return: the code, which is stored nowhere
        :rtype: str
        :raise UserError: if codes are asked for too often
        """
        return self._reserve(participant)._make_code()

    @api.model
    def _issue_in_mail(self, participant):
        """Prepare a new code for a participant, for a mail; it replaces the one before.

        The mail holds a reference; the code is made when the mail is built for sending.

        :param recordset participant: the `customer.contract.participant`
        :return: what stands in the mail for the code
        :rtype: str
        :raise UserError: if codes are asked for too often
        """
        return f"{CODE_AT_SENDING}{self._reserve(participant).mail_reference}"

    @api.model
    def _reserve(self, participant):
        """Make a code that nobody knows yet.

        :param recordset participant: the `customer.contract.participant`
        :rtype: recordset of `customer.contract.code`, elevated
        :raise UserError: if codes are asked for too often
        """
        # Nobody has rights on codes: they are checked by the system only.
        Code_sudo = self.sudo()
        now = fields.Datetime.now()
        recent_sudo = Code_sudo.search(
            [
                ("participant_id", "=", participant.id),
                ("sent_on", ">", now - timedelta(minutes=MINUTES_OF_MAX_CODES)),
            ]
        )
        if recent_sudo and recent_sudo[0].sent_on > now - timedelta(seconds=SECONDS_BETWEEN_CODES):
            raise UserError(_("A code was just sent. Please wait a minute before you ask again."))
        if len(recent_sudo) >= MAX_CODES:
            raise UserError(_("Too many codes were asked for. Please try again in an hour."))
        Code_sudo.search(
            [("participant_id", "=", participant.id), ("is_spent", "=", False)]
        ).is_spent = True
        return Code_sudo.create(
            {
                "participant_id": participant.id,
                "version_id": participant.contract_id.current_version_id.id,
                "mail_reference": secrets.token_urlsafe(REFERENCE_BYTES),
                "sent_on": now,
                "expires_on": now + timedelta(minutes=MINUTES_VALID),
            }
        )

    def _make_code(self):
        """Make the code, a new one each time; its minutes begin now.

        :return: the code, which is stored nowhere
        :rtype: str
        """
        self.ensure_one()
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        self.write(
            {
                "code_hash": self._get_hasher().hash(code),
                "expires_on": fields.Datetime.now() + timedelta(minutes=MINUTES_VALID),
            }
        )
        return code

    @api.model
    def _get_hasher(self):
        """Return what hashes codes: Odoo's own, for passwords."""
        return self.env["res.users"]._crypt_context()

    @api.model
    def _spend(self, participant, code):
        """Compare a code and use it up.

        :param recordset participant: the `customer.contract.participant`
        :param str code: the code as typed
        :return: ``ok``, ``wrong``, ``expired`` (also: used, replaced, none was sent)
            or ``locked`` (this was the last try)
        :rtype: str
        """
        # Nobody has rights on codes.
        live_sudo = self.sudo().search(
            [
                ("participant_id", "=", participant.id),
                ("version_id", "=", participant.contract_id.current_version_id.id),
                ("is_spent", "=", False),
                ("expires_on", ">", fields.Datetime.now()),
            ],
            limit=1,
        )
        if not live_sudo:
            return "expired"
        # Counted before comparing: of several tries at once, each counts.
        self.env.cr.execute(
            SQL(
                "UPDATE customer_contract_code SET tries = COALESCE(tries, 0) + 1"
                " WHERE id = %s RETURNING tries",
                live_sudo.id,
            )
        )
        tries = self.env.cr.fetchone()[0]
        live_sudo.invalidate_recordset(["tries"])
        typed = "".join(character for character in str(code or "") if character.isdigit())
        is_right = bool(
            tries <= MAX_TRIES
            and len(typed) == CODE_DIGITS
            and live_sudo.code_hash
            and self._get_hasher().verify(typed, live_sudo.code_hash)
        )
        if is_right or tries >= MAX_TRIES:
            live_sudo.is_spent = True
        if is_right:
            return "ok"
        return "locked" if tries >= MAX_TRIES else "wrong"

    @api.autovacuum
    def _gc_codes(self):
        """Forget codes that no longer count for any limit."""
        limit = fields.Datetime.now() - timedelta(days=1)
        self.search([("sent_on", "<", limit)], limit=10000).unlink()
