import logging
from datetime import timedelta
from functools import partial

import psycopg2

from odoo import _, api, fields, models
from odoo.exceptions import MissingError
from odoo.tools import SQL, split_every

from ...const import INTEGRITY_RESULTS
from ...utils import sha256_of

_logger = logging.getLogger(__name__)
ACTIVITY_TYPE = "customer_contract.mail_activity_type_integrity"
HOURS_BETWEEN_CHECKS = 20
MOST_CHECKED_AT_ONCE = 20
# How many contracts the job reads at once, all but their files
BATCH = 200
# How many contracts one run of the job takes up at most; it is called again for more.
MOST_IN_A_RUN = 20_000
MOST_ACTIVITIES = 20
# What comes of reading content that is damaged; whatever else fails is no damage.
UNREADABLE = (MissingError, KeyError, RecursionError, TypeError, ValueError)


class CustomerContract(models.Model):
    """The self-test: every night the evidence of all contracts is checked again."""

    _inherit = "customer.contract"

    anchor_ids = fields.One2many(
        "customer.contract.anchor",
        "contract_id",
        "Anchors",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    register_number = fields.Integer(
        "Number in the Register",
        readonly=True,
        copy=False,
        index=True,
        groups="base.group_user",
        help="Given once to each contract, and to no other: a gap shows a removed contract.",
    )
    last_integrity_check = fields.Datetime(
        "Evidence Checked On",
        readonly=True,
        copy=False,
        index=True,
        groups="base.group_user",
    )
    integrity_state = fields.Selection(
        [
            ("queued", "Check Pending"),
            ("pending", "Signed File Pending"),
            ("intact", "Intact"),
            ("damaged", "Damaged"),
        ],
        "Evidence",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="What the last check of the contract's evidence found.",
    )
    integrity_problems = fields.Text(
        "Damaged Evidence", readonly=True, copy=False, groups="base.group_user"
    )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "anchor_ids",
            "register_number",
            "last_integrity_check",
            "integrity_state",
            "integrity_problems",
        }

    # === THE REGISTER === #

    def init(self):
        super().init()
        self.env.cr.execute(
            "CREATE SEQUENCE IF NOT EXISTS customer_contract_register_number"
            " OWNED BY customer_contract.register_number"
        )

    def _prepare_initial_values(self, values):
        values = super()._prepare_initial_values(values)
        company = self.env["res.company"].browse(
            values.get("company_id") or self.default_get(["company_id"])["company_id"]
        )
        number = self.env["customer.contract.register"]._give_number(company)
        return {**values, "register_number": number}

    @api.ondelete(at_uninstall=False)
    def _unlink_to_register(self):
        Register = self.env["customer.contract.register"]
        for contract in self:
            # Whoever may delete a draft need not be somebody who may read its number.
            contract_sudo = contract.sudo()
            Register._note(
                "deleted",
                contract_sudo.company_id,
                contract_sudo.register_number,
                reference=contract_sudo.name,
            )

    # === ACTION METHODS === #

    def action_verify_integrity(self):
        """Check the evidence of contracts: a few at once, many in the background.

        What is left of many is found by their state, and goes on after an interruption.

        :return: an action that shows the result, or the contracts with their progress
        :rtype: dict
        :raise AccessError: if the user may not read one of the contracts
        """
        for contract in self:
            contract._check_may_audit()
        if len(self) > MOST_CHECKED_AT_ONCE:
            # Whoever may read contracts may have them checked, which changes nothing.
            return self.sudo()._queue_integrity_check()
        report = self.env["customer.contract.integrity.report"].create({})
        for contract in self:
            result = contract.sudo()._check_and_store_integrity(is_requested=True)
            report._add(contract, result)
        return report._open()

    def _queue_integrity_check(self):
        """Have the contracts checked before all others, and show them meanwhile.

        :return: an action
        :rtype: dict
        """
        self._store_integrity("queued")
        self.env.ref("customer_contract.ir_cron_verify_integrity")._trigger()
        return {
            "type": "ir.actions.act_window",
            "name": _("Check of %(count)s Contracts", count=len(self)),
            "res_model": self._name,
            "views": [
                (
                    self.env.ref("customer_contract.customer_contract_view_list_integrity").id,
                    "list",
                ),
                (False, "form"),
            ],
            "domain": [("id", "in", self.ids)],
            "context": {
                "active_test": False,
                "search_default_group_by_integrity_state": 1,
            },
        }

    # === CHECKS === #

    def _get_integrity_checks(self):
        checks = super()._get_integrity_checks()
        try:
            annexes = self._get_annexes()
        except UNREADABLE:
            # The version's own check tells that its content cannot be read, or is gone.
            _logger.info("The annexes of contract %s are unknown", self.id, exc_info=True)
            annexes = []
        for name, sha256, documents in annexes:
            checks.append((f"annex {name}", partial(self._find_annex_problem, sha256, documents)))
        if self.anchor_ids:
            checks.append(("daily records", self._find_anchor_problem))
        return checks

    def _find_annex_problem(self, sha256, documents):
        """Return what is wrong with a file that is part of the contract, or none.

        :param str sha256: the digest that was frozen
        :param recordset documents: the documents of that name
        :rtype: str | None
        """
        read_file = self._get_read_rows().read_file
        if any(sha256_of(read_file(document.ir_attachment_id)) == sha256 for document in documents):
            return None
        return _("the file was changed or is missing")

    def _get_annexes(self):
        """Return the files that are part of the current version, as they were frozen.

        :return: the names and digests, each with the documents of that name
        :rtype: list[tuple[str, str, recordset]]
        """
        self.ensure_one()
        if not self.current_version_id:
            return []
        return [
            (
                annex["name"],
                annex["sha256"],
                self.document_ids.filtered(
                    lambda document, name=annex["name"]: document.name == name
                ),
            )
            for annex in self.current_version_id._get_content()["documents"]
        ]

    def _find_anchor_problem(self):
        """Return how the trail differs from what was recorded of it, or none."""
        self.ensure_one()
        hashes = [event.hash for event in self._get_trail()]
        problems = (
            anchor._find_problem(hashes) for anchor in self.anchor_ids.sorted("trail_length")
        )
        return next((problem for problem in problems if problem), None)

    # === RESULTS === #

    def _check_and_store_integrity(self, is_requested=False):
        """Check one contract, keep the result and tell who has to know.

        The trail keeps the result if somebody asked for it, or if it is another one
        than before: nightly checks must not make it longer.

        :param bool is_requested: whether a person asked for the check
        :return: the result, as :meth:`verify_integrity` returns it
        :rtype: dict
        """
        self.ensure_one()
        before = self.integrity_state
        result = self._try_verify_integrity()
        state = INTEGRITY_RESULTS[result["state"]]
        problems = self._list_problems(result)
        self._store_integrity(state, problems)
        if (
            is_requested
            or before == "queued"
            or (state, before)
            in (
                ("damaged", "intact"),
                ("damaged", False),
                ("damaged", "pending"),
                ("intact", "damaged"),
                ("pending", "damaged"),
            )
        ):
            self._log_integrity(
                {"result": state, "checks": len(result["checks"]), "problems": problems}
            )
        if state == "damaged":
            self._ask_about_damage()
        elif state == "intact":
            self.activity_feedback([ACTIVITY_TYPE], feedback=_("The evidence is intact again."))
        return result

    def _log_integrity(self, details):
        """Have the trail keep a result, unless the trail itself was damaged so as to refuse it.

        Whoever lowers the trail's length in the database makes the next event take a number
        that is taken: the damage is kept and told all the same.

        :param dict details: what the event tells
        """
        try:
            with self.env.cr.savepoint():
                self._log_event("integrity_checked", details=details)
        except psycopg2.errors.UniqueViolation:
            _logger.error("The trail of contract %s takes no event: %s", self.id, details)
            self.invalidate_recordset()

    @api.model
    def _list_problems(self, result):
        """Return what a check found damaged.

        :param dict result: as :meth:`verify_integrity` returns it
        :rtype: list[str]
        """
        return [
            f"{check['name']}: {check['detail']}"
            for check in result["checks"]
            if check["state"] == "damaged"
        ]

    def _try_verify_integrity(self):
        """Check one contract; evidence that cannot be read is damaged, whatever the reason.

        :return: the result, as :meth:`verify_integrity` returns it
        :rtype: dict
        :raise psycopg2.Error: if the database failed, which says nothing of the evidence
        """
        try:
            with self.env.cr.savepoint():
                return self.verify_integrity()
        except psycopg2.Error:
            raise
        except Exception as error:
            _logger.exception("The evidence of contract %s could not be read", self.id)
            self.env.invalidate_all()
            check = {
                "name": "evidence",
                "state": "damaged",
                "ok": False,
                "detail": str(error)[:500],
            }
            return {"ok": False, "state": "damaged", "checks": [check]}

    def _store_integrity(self, state, problems=()):
        """Keep the result of a check.

        It is written past the ORM, because a nightly check is no change of the
        contract: neither its last change nor its author may look as if it were.

        :param str state: a value of ``integrity_state``
        :param list[str] problems: what is damaged
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_contract
                   SET integrity_state = %s, integrity_problems = %s,
                       last_integrity_check = CASE WHEN %s THEN last_integrity_check ELSE %s END
                 WHERE id IN %s
                """,
                state,
                "\n".join(problems) or None,
                state == "queued",
                fields.Datetime.now(),
                tuple(self.ids),
            )
        )
        self.invalidate_recordset(
            ["integrity_state", "integrity_problems", "last_integrity_check"],
            flush=False,
        )

    def _ask_about_damage(self):
        """Ask the manager and the administrators to look at damaged evidence.

        Nobody is asked twice about the same contract, nor about more contracts than a
        person can look at: if a whole disk is lost, the list of contracts tells more.
        Each reads it in the own language, for which it is looked at once more.
        """
        self.ensure_one()
        users = self._get_integrity_administrators(self.company_id) | self.user_id
        for user in users.filtered("active"):
            own = [
                ("user_id", "=", user.id),
                ("activity_type_id", "=", self.env.ref(ACTIVITY_TYPE).id),
            ]
            Activity = self.env["mail.activity"]
            if (
                not self.activity_search([ACTIVITY_TYPE], user_id=user.id)
                and Activity.search_count(own, limit=MOST_ACTIVITIES) < MOST_ACTIVITIES
            ):
                contract = self._speaking_to(user)
                problems = self._list_problems(contract._try_verify_integrity())
                note = contract.env._(
                    "Damaged evidence was found: %(problems)s", problems="; ".join(problems)
                )
                contract.activity_schedule(ACTIVITY_TYPE, user_id=user.id, note=note)

    @api.model
    def _get_integrity_administrators(self, company=None):
        """Return the contract administrators.

        :param recordset company: only those who work for it
        :rtype: recordset of `res.users`, elevated
        """
        return self._get_contract_administrators(company)

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_verify_integrity(self):
        """Check all contracts: first those somebody asked for, then the longest unchecked.

        Each batch is committed, so that a run that is cut short goes on where it stopped.
        """
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        contract_ids = self._find_due_for_integrity_check()
        # If there may be more, one is left over, so that the job is called again.
        left_over = len(contract_ids) == MOST_IN_A_RUN
        self.env["ir.cron"]._commit_progress(remaining=len(contract_ids) + left_over)
        for batch_ids in split_every(BATCH, contract_ids):
            contracts = self.browse(batch_ids)
            done = contracts._check_together()
            left = self.env["ir.cron"]._commit_progress(len(done))
            for contract_id in contracts - done if left else ():
                # One by one, or each would be read again with all that follow.
                self.browse(contract_id.id)._check_alone()
                left = self.env["ir.cron"]._commit_progress(1)
                if not left:
                    break
            if not left:
                break

    def _check_together(self):
        """Check contracts with what is read for all at once, and keep who is intact as before.

        :return: those about which nothing else is to be done; each of the others is to be
            checked alone
        :rtype: recordset
        """
        Activity = self.env["mail.activity"]
        try:
            with self.env.cr.savepoint():
                told = Activity.search(
                    [
                        ("res_model", "=", self._name),
                        ("res_id", "in", self.ids),
                        ("activity_type_id", "=", self.env.ref(ACTIVITY_TYPE).id),
                    ]
                )
                intact = self._find_intact().filtered(
                    lambda contract: (
                        contract.integrity_state in (False, "pending", "intact")
                        and contract.id not in set(told.mapped("res_id"))
                    )
                )
                if intact:
                    intact._store_integrity("intact")
                return intact
        except psycopg2.Error:
            # most likely somebody acts on one of them right now
            _logger.info("Contracts %s are checked one by one", self.ids, exc_info=True)
            self.env.invalidate_all()
            return self.browse()

    def _check_alone(self):
        """Check one contract that is in the database still, unless somebody acts on it."""
        try:
            with self.env.cr.savepoint():
                if self.exists():
                    self._check_and_store_integrity()
        except psycopg2.Error:
            # it is left to the next run, and the others are checked all the same
            _logger.info("The check of contract %s is put off", self.id, exc_info=True)
            self.env.invalidate_all()

    @api.model
    def _find_due_for_integrity_check(self, most=MOST_IN_A_RUN):
        """Return the contracts to check now, in order.

        :param int most: how many
        :return: ids, since the contracts' data need not be in memory at once
        :rtype: list[int]
        """
        before = fields.Datetime.now() - timedelta(hours=HOURS_BETWEEN_CHECKS)
        Contract = self.with_context(active_test=False)
        queued = ("integrity_state", "=", "queued")
        found = []
        # Each of the three goes along an index, which one search for all of them does not.
        for due, order in (
            ([queued], "id"),
            (["!", queued, ("last_integrity_check", "=", False)], "id"),
            (["!", queued, ("last_integrity_check", "<", before)], "last_integrity_check, id"),
        ):
            if len(found) < most:
                found += Contract.search(due, order=order, limit=most - len(found)).ids
        return found
