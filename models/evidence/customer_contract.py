import logging
from functools import partial

import psycopg2

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from ...utils import Pending, check_one, strip_unseen_in
from .customer_contract_rows import ROWS_KEY, ReadRows

_logger = logging.getLogger(__name__)
# Of what there are several, each is a check of its own.
CHECK_KINDS = {"version": "versions", "signature": "signatures", "annex": "annexes"}


class CustomerContract(models.Model):
    """The audit trail, and the proof that nothing in the contract was touched.

    What proves the contract: versions, signatures, events and the final file.
    """

    _inherit = "customer.contract"

    version_ids = fields.One2many(
        "customer.contract.version",
        "contract_id",
        "Versions",
        readonly=True,
        copy=False,
    )
    current_version_id = fields.Many2one(
        "customer.contract.version",
        "Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    signature_ids = fields.One2many(
        "customer.contract.signature",
        "contract_id",
        "Signatures",
        readonly=True,
        copy=False,
    )
    current_signature_ids = fields.One2many(
        "customer.contract.signature", compute="_compute_current_signature_ids"
    )
    is_deletable = fields.Boolean(compute="_compute_is_deletable")
    event_ids = fields.One2many(
        "customer.contract.event",
        "contract_id",
        "Audit Trail",
        readonly=True,
        copy=False,
    )
    export_ids = fields.Many2many(
        "customer.contract.export",
        "customer_contract_export_rel",
        "contract_id",
        "export_id",
        "Exports",
        readonly=True,
        copy=False,
        groups="customer_contract.group_contract_user",
    )
    trail_length = fields.Integer(readonly=True, copy=False, groups="base.group_user")
    trail_head = fields.Char(readonly=True, copy=False, groups="base.group_user")
    verification_code = fields.Char(readonly=True, copy=False, index="btree_not_null")
    signed_document_id = fields.Many2one(
        "ir.attachment", "Signed Contract", readonly=True, copy=False
    )
    signed_document_digest = fields.Char(
        "Signed Contract's SHA-256", readonly=True, copy=False, groups="base.group_user"
    )
    copies_sent_on = fields.Datetime(readonly=True, copy=False, groups="base.group_user")
    _verification_code_unique = models.UniqueIndex(
        "(verification_code) WHERE verification_code IS NOT NULL",
        "Two contracts cannot share a verification code.",
    )
    _to_finalize = models.Index("(id) WHERE state = 'signed' AND copies_sent_on IS NULL")

    def _log_event(self, event_type, details=None, participant=None, actor=None):
        """Append an event to the trail of one contract.

        :param str event_type: a kind of event
        :param dict details: what to keep about it
        :param recordset participant: whom it is about; whoever acts if left out
        :param Actor actor: the participant who acts, if it is one
        :return: the event
        :rtype: recordset of `customer.contract.event`
        """
        self.ensure_one()
        participant = participant or (actor.participant if actor else None)
        payload = {
            "actor": self._prepare_event_actor(actor),
            "identified_by": actor.identified_by if actor else "",
            "details": details or {},
            **self._prepare_event_client(),
        }
        if participant:
            payload["participant"] = self._prepare_event_participant(participant)
        version_sudo = self.sudo().current_version_id
        if version_sudo:
            payload["version"] = self._prepare_event_version(version_sudo)
        # Names of people and files were typed by somebody, wherever they come from.
        payload = strip_unseen_in(payload)
        return self.env["customer.contract.event"]._append(self, event_type, payload)

    def _prepare_event_participant(self, participant):
        """Prepare whom an event is about.

        :param recordset participant: the participant
        :rtype: dict
        """
        return {
            "id": participant.id,
            "name": participant.partner_id.name or "",
            "email": participant._get_email(),
            "role": participant.role,
        }

    def _prepare_event_version(self, version):
        """Prepare which version an event is about.

        :param recordset version: the `customer.contract.version`
        :rtype: dict
        """
        return {"number": version.number, "content_digest": version.content_digest}

    def _prepare_event_actor(self, actor):
        """Prepare who acts: the participant by a personal link, else the user.

        :param Actor actor: the participant who acts, if it is one
        :rtype: dict
        """
        if actor and actor.participant and self.env.user._is_public():
            partner = actor.participant.partner_id
            return {
                "kind": "participant",
                "name": partner.name or "",
                "email": actor.participant._get_email(),
            }
        user = self.env.user
        if user._is_superuser() or user._is_public():
            return {"kind": "system", "name": _("System")}
        return {
            "kind": "portal" if user.share else "user",
            "id": user.id,
            "name": user.name or "",
            "login": user.login or "",
        }

    def _prepare_event_client(self):
        """Prepare where a request comes from, if there is one.

        The address is the one that Odoo's proxy mode vouches for, never a header
        that the client may set.

        :rtype: dict
        """
        if not request:
            return {}
        http_request = request.httprequest
        return {
            "ip_address": http_request.remote_addr or "",
            "user_agent": (http_request.user_agent.string or "")[:512],
        }

    def _prepare_change_details(self, values):
        """Prepare the old and new values of a change, for the trail.

        :param dict values: the values about to be written
        :return: details by contract, without contracts that do not change
        :rtype: dict
        """
        names = [
            name
            for name in self._get_trailed_fields() & set(values)
            if self._fields[name].type not in ("one2many", "many2many")
        ]
        if not names or self._is_system_write():
            return {}
        changes = {}
        for contract in self:
            changed = {}
            for name in names:
                field = self._fields[name]
                old = field.convert_to_write(contract[name], contract)
                new = field.convert_to_write(
                    field.convert_to_record(
                        field.convert_to_cache(values[name], contract, validate=False),
                        contract,
                    ),
                    contract,
                )
                if old != new:
                    label = self.env["ir.model.fields"]._get(self._name, name).field_description
                    changed[label] = [
                        contract._format_change(name, old),
                        contract._format_change(name, new),
                    ]
            if changed:
                changes[contract] = {"fields": changed}
        return changes

    def _get_trailed_fields(self):
        """Return the fields whose changes stand in the trail.

        :return: field names
        :rtype: set[str]
        """
        return self._get_content_fields() | {"sign_deadline"}

    def _format_change(self, name, value):
        """Return a field's value as text for the trail."""
        field = self._fields[name]
        if not value and field.type != "monetary":
            return ""
        if field.type == "many2one":
            return self.env[field.comodel_name].browse(value).display_name
        if field.type in ("date", "datetime"):
            return field.to_string(value)
        return str(value)

    @api.readonly
    def get_audit_trail(self):
        """Return the audit trail of one contract, oldest event first.

        :return: one dictionary per event: ``sequence``, ``event_type``,
            ``occurred_on`` (UTC), ``payload``, ``payload_digest``,
            ``previous_hash`` and ``hash``
        :rtype: list[dict]
        :raise AccessError: if the user may not read the contract
        """
        check_one(self)
        self._check_may_audit()
        return [event._export() for event in self.event_ids.sorted("sequence")]

    def _check_may_audit(self):
        """Refuse whoever may not read the evidence of the contract.

        :raise AccessError: for portal users, and users who may not read the contract
        """
        self.check_access("read")
        if self.env.user.share:
            raise AccessError(_("The audit trail is for the contract's managers."))

    @api.readonly
    def verify_integrity(self):
        """Check that nothing of the contract's evidence was changed.

        Files are read from where they are stored and hashed again.

        While the signed file or its seal is still to be made, that check is *pending*, and
        so is the whole, unless something is damaged. Evidence that cannot be read, or is
        gone, is damaged: it never makes this fail.

        :return: ``{"ok": bool, "state": str, "checks": [{"name": str, "state": str,
            "ok": bool, "detail": str}]}``; each ``state`` is ``ok``, ``pending`` or
            ``damaged``, and ``ok`` tells that it is ``ok``
        :rtype: dict
        :raise AccessError: if the user may not read the contract
        """
        check_one(self)
        if not self.env.user.share and not self.exists():
            check = {
                "name": "contract",
                "state": "damaged",
                "ok": False,
                "detail": _("the contract itself is missing"),
            }
            return {"ok": False, "state": "damaged", "checks": [check]}
        self._check_may_audit()
        # Reading the evidence as a whole needs no more rights than the contract.
        contract_sudo = self.sudo()
        # what is in memory proves nothing
        self.env.flush_all()
        self.env.invalidate_all()
        return contract_sudo.with_context(**{ROWS_KEY: ReadRows()})._run_integrity_checks()

    def _find_intact(self):
        """Return those contracts whose evidence is intact, with what is read for all at once.

        The checks are those of :meth:`verify_integrity`. It tells what is wrong with the
        others, or that nothing is: one that cannot be read may hide what was to be read
        together with it.

        :return: the intact ones
        :rtype: recordset
        """
        self.env.flush_all()
        self.env.invalidate_all()
        contracts = self.exists().with_context(**{ROWS_KEY: ReadRows(is_quick=True)})
        intact = contracts.filtered(lambda contract: contract._run_integrity_checks()["ok"])
        return self.browse(intact.ids)

    def _run_integrity_checks(self):
        """Run all checks on what the database and the files say now.

        :return: the result, as :meth:`verify_integrity` returns it
        :rtype: dict
        """
        self.ensure_one()
        checks = []
        for name, find_problem in self._get_integrity_checks():
            problem = self._try_check(name, find_problem)
            state = "ok"
            if problem:
                state = "pending" if isinstance(problem, Pending) else "damaged"
            checks.append(
                {
                    "name": name,
                    "state": state,
                    "ok": state == "ok",
                    "detail": str(problem or ""),
                }
            )
        states = {check["state"] for check in checks}
        state = next((worse for worse in ("damaged", "pending") if worse in states), "ok")
        return {"ok": state == "ok", "state": state, "checks": checks}

    @api.model
    def _get_check(self, name):
        """Return what a check checks, as ``verify.py`` names it in its list.

        ``state`` and ``contract`` are not among those: only the server knows them.

        :param str name: the check's name, such as ``version 1``
        :rtype: str
        """
        return CHECK_KINDS.get(name.partition(" ")[0], name)

    def _try_check(self, name, find_problem):
        """Run one check; what cannot be read is damaged, whatever the reason.

        :param str name: the check's name
        :param callable find_problem: what it does
        :return: what is wrong, or none
        :rtype: str | None
        :raise psycopg2.Error: if the database failed, which says nothing of the evidence
        """
        self.ensure_one()
        try:
            return find_problem()
        except psycopg2.Error:
            raise
        except Exception as error:
            _logger.exception("Evidence of contract %s cannot be read: %s", self.id, name)
            return _(
                "it cannot be read, or is gone (%(reason)s)",
                reason=str(error)[:500] or type(error).__name__,
            )

    def _get_integrity_checks(self):
        """Return the checks of :meth:`verify_integrity`.

        Finding out what there is to check must not read what may be damaged: that is for
        the checks themselves.

        :return: pairs of a check's name and what runs it, which returns what is wrong, or
            none, or :class:`~..utils.Pending`
        :rtype: list[tuple[str, callable]]
        """
        self.ensure_one()
        checks = [("trail", self._find_trail_problem), ("versions", self._find_lost_version)]
        for version in self.version_ids.sorted("number"):
            find_problem = partial(self._find_version_problem, version)
            checks.append((f"version {version.number}", find_problem))
        for signature in self.signature_ids.sorted("id"):
            checks.append((f"signature {signature.signed_by}", signature._find_problem))
        checks.append(("consents", self._find_consent_problem))
        # Whether there has to be a file is what the trail says, too: a state is easily changed.
        if self.state == "signed" or self._get_events("document_stored"):
            checks.append(("signed contract", self._find_signed_document_problem))
        checks.append(("state", self._find_state_problem))
        if self.current_version_id:
            checks.append(("contract", self._find_row_problem))
        return checks

    # === PROOF === #

    def init(self):
        """Keep contracts that were frozen, whatever goes around the ORM."""
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION customer_contract_refuse_deletion()
            RETURNS trigger AS $$
            BEGIN
                IF EXISTS (
                    SELECT 1 FROM customer_contract_version
                     WHERE contract_id = OLD.id
                ) THEN
                    RAISE EXCEPTION 'Contract % cannot be deleted: it is evidence',
                        OLD.id USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN OLD;
            END
            $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS customer_contract_refuse_deletion
                ON customer_contract;
            CREATE TRIGGER customer_contract_refuse_deletion
                BEFORE DELETE ON customer_contract
                FOR EACH ROW EXECUTE FUNCTION customer_contract_refuse_deletion();
            """
        )

    @api.depends("signature_ids", "current_version_id")
    def _compute_current_signature_ids(self):
        for contract in self:
            contract.current_signature_ids = contract.signature_ids.filtered(
                lambda signature, contract=contract: (
                    signature.version_id == contract.current_version_id
                )
            )

    @api.depends("version_ids")
    def _compute_is_deletable(self):
        for contract in self:
            # Whoever may not read versions still must not be offered to delete them.
            contract.is_deletable = not contract.sudo().version_ids

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        for contract in self:
            if contract.sudo().version_ids:
                raise UserError(
                    _(
                        "%(contract)s was frozen for signature, so its records are "
                        "evidence. Cancel or archive it instead.",
                        contract=contract.display_name,
                    )
                )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "version_ids",
            "current_version_id",
            "signature_ids",
            "event_ids",
            "export_ids",
            "trail_length",
            "trail_head",
            "verification_code",
            "signed_document_id",
            "signed_document_digest",
            "copies_sent_on",
        }
