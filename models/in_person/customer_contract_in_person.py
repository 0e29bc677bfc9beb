import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq

TOKEN_BYTES = 32
MINUTES_TO_OPEN = 15
MINUTES_TO_SIGN = 30


class CustomerContractInPerson(models.Model):
    """A device that an employee hands over, for somebody to sign in person.

    The device gets a session that can do nothing but show and sign this one contract,
    as that one person, for a short time. It is opened once, by a token of which only the
    digest is stored. Who handed it over is the witness.
    """

    _name = "customer.contract.in.person"
    _inherit = "customer.contract.component.mixin"
    _description = "Signing in Person"
    _order = "id desc"
    _rec_name = "participant_id"

    participant_id = fields.Many2one(
        "customer.contract.participant", required=True, index=True, ondelete="cascade"
    )
    version_id = fields.Many2one("customer.contract.version", required=True, ondelete="cascade")
    witness_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    token_digest = fields.Char(required=True)
    expires_on = fields.Datetime(required=True)
    opened_on = fields.Datetime()
    session_digest = fields.Char(help="Which device it was opened on.")
    is_closed = fields.Boolean()
    _token_digest_unique = models.UniqueIndex("(token_digest)", "Every handover is unique.")

    @api.model
    def _issue(self, participant, witness):
        """Prepare to hand a device over; what was prepared for the person before is void.

        :param recordset participant: the `customer.contract.participant`
        :param recordset witness: the employee's `res.users`
        :return: the address to open on the device, with the token that is stored nowhere
        :rtype: str
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        # Nobody has rights on handovers: they are made by the system only.
        model_sudo = self.sudo()
        model_sudo._get_of(participant)._close()
        model_sudo.create(
            {
                "participant_id": participant.id,
                "version_id": participant.sudo().contract_id.current_version_id.id,
                "witness_id": witness.id,
                "token_digest": self._digest(token),
                "expires_on": fields.Datetime.now() + timedelta(minutes=MINUTES_TO_OPEN),
            }
        )
        return f"{participant.contract_id.get_base_url()}/contract/in_person/{token}"

    @api.model
    def _digest(self, token):
        """Return what is stored of a token."""
        return hashlib.sha256(token.encode()).hexdigest()

    @api.model
    def _find(self, token):
        """Find what a token opens, as long as it was not opened.

        :param str token: the token from the address
        :rtype: recordset of `customer.contract.in.person`, elevated
        """
        # Whoever holds the token is let in by it, whatever the user's rights.
        found_sudo = self.sudo().search([("token_digest", "=", self._digest(token or ""))], limit=1)
        return found_sudo.filtered(
            lambda handover: not handover.opened_on and handover._is_current()
        )

    @api.model
    def _get_of(self, participant):
        """Return what was prepared or opened for a participant and is not over.

        :param recordset participant: the `customer.contract.participant`
        :rtype: recordset of `customer.contract.in.person`
        """
        return self.search([("participant_id", "=", participant.id), ("is_closed", "=", False)])

    def _is_current(self):
        """Tell whether the time is not over, and the contract still the same."""
        self.ensure_one()
        participant = self.participant_id
        contract = participant.contract_id
        return (
            not self.is_closed
            and self.expires_on > fields.Datetime.now()
            and self.version_id == contract.current_version_id
            and contract.state == "sent"
            and participant._is_in_turn()
            and self.witness_id.active
        )

    def _is_usable(self):
        """Tell whether a device that was handed over may show and sign the contract."""
        self.ensure_one()
        return bool(self.exists()) and bool(self.opened_on) and self._is_current()

    def _is_opened_by(self, secret):
        """Tell whether this was opened on the device that knows a secret.

        :param str secret: what :meth:`_open` gave to the device
        """
        self.ensure_one()
        return bool(secret and self.session_digest) and consteq(
            self._digest(str(secret)), self.session_digest
        )

    def _open(self):
        """Start the time that the person has to read and sign, on one device.

        Of devices that come at the same moment, one gets it: the row is locked, and names
        the device by a secret that only its session knows.

        :return: the secret; none if another device was first
        :rtype: str | None
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return None
        self.invalidate_recordset()
        if self.opened_on or not self._is_current():
            return None
        secret = secrets.token_urlsafe(TOKEN_BYTES)
        now = fields.Datetime.now()
        self.write(
            {
                "opened_on": now,
                "expires_on": now + timedelta(minutes=MINUTES_TO_SIGN),
                "session_digest": self._digest(secret),
            }
        )
        self.flush_recordset()
        return secret

    def _close(self):
        """End it: the device can do nothing more."""
        self.write({"is_closed": True})

    @api.autovacuum
    def _gc_handovers(self):
        """Forget handovers that are over."""
        limit = fields.Datetime.now() - timedelta(days=30)
        self.search([("expires_on", "<", limit)], limit=10000).unlink()
