import base64
import time

from odoo import _, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import request
from odoo.tools import consteq

from ...const import PREPARING_STATES, SIGNABLE_STATES
from ...exceptions import VersionChangedError
from ...utils import Actor, SignaturePlace, check_one, strip_unseen

MAX_NAME_LENGTH = 120
IDENTITY_CHECK_SECONDS = 10 * 60


class CustomerContract(models.Model):
    """The act of signing, whichever way it comes, and where the signatures stand."""

    _inherit = "customer.contract"

    def action_sign_as_manager(self, signature, signed_by=None):
        """Sign a contract for the company, as the internal signer whose turn it is.

        A draft is frozen first, after the same checks as for sending.

        :param str signature: the signature's picture, a PNG in base64
        :param str signed_by: the name under the signature; the user's own if left out
        :return: True
        :rtype: bool
        :raise AccessError: if the user may not sign for the company
        :raise UserError: if it is not the user's turn, the picture is no signature,
            or the contract is not ready
        """
        check_one(self)
        self._check_may_sign_for_company()
        if self.company_id.contract_confirm_identity and not self._is_identity_confirmed():
            raise UserError(
                _("Your company asks you to confirm your identity first: sign in the form.")
            )
        self.check_access("read")
        if self._can_be_edited():
            self.check_access("write")
            self._check_can_be_sent()
        participant = self._get_participant_in_turn(self.env.user.partner_id, "signer")
        version = self.sudo()._ensure_frozen()
        self._sign(
            Actor(participant, "identity_check" if self._is_identity_confirmed() else "backend"),
            signature=signature,
            signed_by=signed_by or self.env.user.name,
            digest=version.content_digest,
        )
        return True

    def action_open_sign_many(self):
        """Open the dialog in which the user signs several contracts for the company.

        :return: an action
        :rtype: dict
        :raise UserError: if none of the contracts waits for the user's signature
        """
        self.check_access("read")
        if len(self) == 1:
            return self.action_open_sign()
        self._check_may_sign_for_company()
        if not any(self.mapped("can_sign")):
            raise UserError(_("None of these contracts waits for your signature."))
        return self._open_dialog(
            "customer.contract.sign.many",
            _("Sign Several Contracts"),
            {"default_contract_ids": self.ids, "dialog_size": "large"},
        )

    def _get_sending_warnings(self):
        return super()._get_sending_warnings() + [
            self.env._(
                "There is no consent text in this language: %(language)s. Whoever reads it "
                "would agree to another text. Add one to the consent texts of the "
                "configuration.",
                language=language,
            )
            for language in self._find_languages_without_consent()
        ]

    def _find_languages_without_consent(self):
        """Find the languages of the contract and its outside signers without consent text.

        :return: the languages' names
        :rtype: list[str]
        """
        self.ensure_one()
        signers = self.participant_ids.filtered(
            lambda person: person.role == "signer" and person.party != "company"
        )
        codes = {self._get_content_language(), *signers.partner_id.mapped("lang")} - {False}
        Consent = self.env["customer.contract.consent"]
        missing = []
        for code in sorted(codes):
            consent_sudo = Consent._get_current(self.company_id, code)
            if not consent_sudo or not consent_sudo._is_in(code):
                missing.append(code)
        names = dict(Consent._get_languages()) if missing else {}
        return [names.get(code, code) for code in missing]

    def _check_may_sign_for_company(self):
        """Refuse users without the right to sign for the company.

        :raise AccessError: if the user lacks that right
        """
        if not self.env.user.has_group("customer_contract.group_contract_esign"):
            raise AccessError(_("You do not have the right to sign contracts for the company."))

    def _is_identity_confirmed(self):
        """Tell whether the user has confirmed the password within ten minutes."""
        return bool(request) and (
            request.session.get("identity-check-last", 0) > time.time() - IDENTITY_CHECK_SECONDS
        )

    def _get_participant_in_turn(self, partner, role):
        """Find a person's own part in the contract, if it is that person's turn.

        In a contract that was not sent yet, whoever comes first is in turn.

        :param recordset partner: the person
        :param str role: ``signer`` or ``approver``
        :return: the participant
        :rtype: recordset of `customer.contract.participant`
        :raise UserError: if the person has no such part, has done it, or is not in turn
        """
        self.ensure_one()
        own = self.participant_ids.filtered(
            lambda participant: participant.partner_id == partner and participant.role == role
        )
        if not own:
            raise UserError(_("You are not among those who act on this contract."))
        if own in self._get_next_participants():
            return own
        if own.state == "done":
            raise UserError(_("You have already signed this contract."))
        following = ", ".join(self._get_next_participants().mapped("partner_id.name"))
        if following and own.state == "waiting":
            raise UserError(_("It is not your turn yet: %(people)s comes first.", people=following))
        raise UserError(_("This contract cannot be signed any more."))

    def _can_be_signed(self, participant):
        """Tell whether a participant can sign now.

        :param recordset participant: the participant who wants to sign
        """
        self.ensure_one()
        return (
            participant.contract_id == self
            and participant.role == "signer"
            and participant in self._get_next_participants()
            and participant.channel == "esign"
            and self.state in SIGNABLE_STATES
            and bool(self.current_version_id)
            and not self._is_overdue()
        )

    def _sign(self, actor, *, signature, signed_by, digest, consent=None):
        """Record a signature and go on with whoever is next.

        The signature, its event and all states are one transaction. Callers have
        established who the acting person is; everything else is checked here.

        :param Actor actor: the signer
        :param str signature: the picture in base64
        :param str signed_by: the name as typed
        :param str digest: SHA-256 of the content the person was shown
        :param recordset consent: the `customer.contract.consent` agreed to
        :return: the signature
        :rtype: recordset of `customer.contract.signature`
        :raise VersionChangedError: if the person was shown something else
        :raise UserError: if the person cannot sign now
        """
        contract_sudo, actor_sudo, _reason = self._begin(actor, "sign")
        participant_sudo = actor_sudo.participant
        version = contract_sudo.current_version_id
        if not isinstance(digest, str) or not consteq(
            digest.encode(), version.content_digest.encode()
        ):
            raise VersionChangedError(
                _("The contract has changed since you opened it. Please read it again.")
            )
        Signature = self.env["customer.contract.signature"]
        image = Signature._prepare_image(signature)
        user = self.env.user
        return contract_sudo._record_signature(
            actor_sudo,
            {
                "signed_by": self._clean_name(signed_by),
                "capacity": participant_sudo.capacity,
                "image": base64.b64encode(image),
                "image_digest": Signature._digest(image),
                "consent_text": consent.text if consent else False,
                "consent_digest": consent.digest if consent else False,
                "account": participant_sudo._get_email() if user._is_public() else user.login,
                **self._prepare_event_client(),
            },
        )

    def _record_signature(self, actor, values, details=None):
        """Record an act of signing, whichever way it came, and go on with whoever is next.

        All checks are the caller's.

        :param Actor actor: who signed, elevated
        :param dict values: who signed, with what, and from where
        :param dict details: what else the trail keeps about it
        :return: the signature, elevated
        :rtype: recordset of `customer.contract.signature`
        """
        self.ensure_one()
        version = self.current_version_id
        row = self.env["customer.contract.signature"]._record(
            {
                "contract_id": self.id,
                "participant_id": actor.participant.id,
                "version_id": version.id,
                "content_digest": version.content_digest,
                "signed_on": fields.Datetime.now(),
                "intent_text": self._get_signing_intent(),
                "identified_by": actor.identified_by,
                **values,
            }
        )
        actor.participant._finish()
        self._log_event(
            "signed",
            details={
                "signature_digest": row._get_evidence_digest(),
                "signed_by": row.signed_by,
                **(details or {}),
            },
            actor=actor,
        )
        if self.state == "sent" or not self._get_next_participants():
            self._advance()
        # Of the last signature, the signed contract tells that all get.
        if self.state != "signed" and actor.participant._is_outside():
            self._tell_manager(
                lambda env: env._("Contract signed by %(person)s.", person=row.signed_by),
                activity_type=None,
            )
        return row

    def _get_signing_intent(self):
        """Return the words of the button with which a person signs this contract."""
        self.ensure_one()
        return _("I sign contract %(reference)s", reference=self.name)

    def _clean_name(self, name):
        """Return a typed name as one line of plain text.

        :param str name: the name as typed
        :rtype: str
        :raise ValidationError: if nobody sees a letter of it, or it is too long
        """
        clean = strip_unseen(name, one_line=True)
        if not any(sign.isalpha() for sign in clean):
            raise ValidationError(_("Please type your name."))
        if len(clean) > MAX_NAME_LENGTH:
            raise ValidationError(
                _(
                    "The name is too long: %(most)s characters are allowed.",
                    most=MAX_NAME_LENGTH,
                )
            )
        return clean

    def _explain_why_not(self, participant):
        """Explain to a participant why signing is not possible now.

        :param recordset participant: the participant who wants to sign
        :rtype: str
        """
        self.ensure_one()
        if participant.state == "done":
            return _("You have already signed this contract.")
        if self.state == "expired" or self._is_overdue():
            return _("The deadline to sign this contract has passed.")
        if self.state == "disputed":
            return _("This contract is disputed. It can be signed once that is settled.")
        if self.state in PREPARING_STATES:
            return _("This contract is being revised. You will get the new version.")
        if self.state == "sent" and participant.state == "waiting":
            people = ", ".join(self._get_next_participants().mapped("partner_id.name"))
            return _("It is not your turn yet: %(people)s comes first.", people=people)
        if self.state == "sent" and participant.channel == "paper":
            return _("You asked to sign on paper.")
        return _("This contract cannot be signed any more.")

    # === PLACES === #

    def _get_signature_places(self, content, signatures):
        """Pair the signers that the content names with the signatures given.

        The content is frozen and names the original signers. A signature given in
        somebody's place stands where that person is named, and says so. Nobody has to
        sign in the place of those whose step others have completed.

        :param dict content: the canonical content
        :param recordset signatures: the `customer.contract.signature` rows to show
        :rtype: list[SignaturePlace]
        """
        self.ensure_one()
        given = {signature.participant_id._get_origin().id: signature for signature in signatures}
        known = {participant.id: participant for participant in self.participant_ids}
        places = []
        for person in content.get("participants", []):
            if person["role"] != "signer":
                continue
            signature = given.get(person["id"], signatures.browse())
            participant = known.get(person["id"])
            if signature or not (participant and participant._is_needless()):
                note = signature._get_place_note() if signature else ""
                places.append(SignaturePlace(person, signature, note))
        return places
