# What people write to each other is not translated.
# pylint: disable=translation-required
import errno
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..portal.common import ContractPortalCommon
from .common import DONE, REFUSED, OutsidersMixin, attack, attacks, attempt

HELD = "held"
FAULTS = "Faults: disks, clocks, races"
GUESSES = "Strangers: guessing codes"
ODOO = "Insiders: what Odoo offers for every record"
PROGRAM = "odoo.addons.customer_contract.models"


@tagged("post_install", "-at_install")
class TestAttackFault(ContractPortalCommon):
    """Nothing is lost and nothing counts twice when something fails."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=100)
        )

    def _fill_disk(self, after=0):
        """Have the disk be full once some files were written."""
        written = []
        Attachment = self.registry["ir.attachment"]
        write = Attachment._file_write

        def fail(attachments, *arguments):
            written.append(1)
            if len(written) > after:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(attachments, *arguments)

        return patch.object(Attachment, "_file_write", fail)

    @attack(FAULTS, "The disk is full while a contract is frozen: it stays a draft", HELD)
    def test_full_disk_freezing(self):
        contract = self._create_contract()
        with self._fill_disk(), mute_logger(PROGRAM):
            try:
                with self.env.cr.savepoint():
                    contract.action_send()
            except Exception:  # noqa: BLE001
                self.env.invalidate_all()
        is_held = contract.state == "draft" and not contract.current_version_id
        contract.action_send()
        return HELD if is_held and contract.state == "sent" else DONE

    @attack(FAULTS, "The disk is full while the signed file is stored: it is tried again", HELD)
    def test_full_disk_storing(self):
        contract = self._create_sent_contract()
        self._sign_as_customer(contract)
        with (
            self._fill_disk(),
            mute_logger(f"{PROGRAM}.signature.customer_contract_completion"),
        ):
            contract._finalize_or_report()
        self.env.invalidate_all()
        is_held = contract.state == "signed" and not contract.signed_document_id
        contract._finalize_or_report()
        self.env.invalidate_all()
        is_stored = bool(contract.signed_document_id) and contract.verify_integrity()["ok"]
        return HELD if is_held and is_stored else DONE

    @attack(FAULTS, "A clock two days back signs: the trail stays in order", HELD)
    def test_clock(self):
        contract = self._create_sent_contract()
        with freeze_time(fields.Datetime.now() - timedelta(days=2)):
            self._sign_as_customer(contract)
            contract.flush_recordset()
        contract._store_signed_document()
        return HELD if contract.verify_integrity()["ok"] else DONE

    @attacks(
        FAULTS,
        {
            f"A contract is signed {when} its deadline, before the job has ended it": expected
            for when, expected in (("a second before", DONE), ("a second after", REFUSED))
        },
    )
    def test_expiry(self):
        got = {}
        for when, seconds in (("a second before", -1), ("a second after", 1)):
            contract = self._create_sent_contract(
                sign_deadline=fields.Date.add(fields.Date.today(), days=2)
            )
            self._log_in(self.portal_user)
            with freeze_time(contract.sign_deadline_at + timedelta(seconds=seconds)):
                answer = self._sign(contract)
            words = f"A contract is signed {when} its deadline, before the job has ended it"
            got[words] = REFUSED if "error" in answer else DONE
        return got

    @attack(FAULTS, "A signature is sent twice: it counts once", HELD)
    def test_replay(self):
        contract = self._create_sent_contract()
        self._log_in(self.portal_user)
        self._sign(contract)
        self._sign(contract)
        return HELD if len(contract.current_signature_ids) == 2 else DONE

    @attacks(
        GUESSES,
        {
            "Twelve sessions guess a code thirty times; the sixth guess": REFUSED,
            "The right code is entered after that": REFUSED,
            "A new code is asked for again and again; the sixth": REFUSED,
        },
    )
    def test_codes(self):
        contract = self._create_sent_contract(
            requester_id=self.link_holder.id, identity_policy="code"
        )
        participant = self._get_participant(contract, self.link_holder)
        right = self.env["customer.contract.code"]._issue(participant)
        wrong = f"{(int(right) + 1) % 1000000:06d}"
        for number in range(30):
            if number < 12:
                self._open_link(contract, self.link_holder)
            self._sign(contract, code=wrong)
        code = participant.sudo().env["customer.contract.code"].sudo()
        counted = code.search([("participant_id", "=", participant.id)]).tries
        answer = self._sign(contract, code=right)
        is_asked = False
        for _number in range(6):
            is_asked = attempt(lambda: self.env["customer.contract.code"]._issue(participant))
        return {
            "Twelve sessions guess a code thirty times; the sixth guess": (
                REFUSED if counted <= 6 and contract.state == "sent" else f"{counted} counted"
            ),
            "The right code is entered after that": REFUSED if "error" in answer else DONE,
            "A new code is asked for again and again; the sixth": is_asked,
        }


@tagged("post_install", "-at_install")
class TestAttackOdoo(OutsidersMixin, ContractPortalCommon):
    """What works on every record in Odoo, on contracts that are not the user's."""

    TRIES = (
        "An activity is planned",
        "A follower is added",
        "A message is posted",
        "A file is attached",
        "An evidence file is moved to an own contract",
        "A mail template is sent",
        "It is exported",
        "An import writes to it by its number",
        "It is found by a filter of somebody else's",
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        agent, foreigner = cls._create_outsiders()
        cls.people = {
            "an employee with own contracts only": agent,
            "another company's administrator": foreigner,
            "a customer of somebody else": cls._create_portal_user("stranger", "Sam Stranger"),
        }
        cls.contract = cls._create_sent_contract()

    @attacks(
        ODOO,
        {
            f"{what} on somebody's contract by {who}": REFUSED
            for what in TRIES
            for who in (
                "an employee with own contracts only",
                "another company's administrator",
                "a customer of somebody else",
            )
        },
    )
    def test_odoo(self):
        got = {}
        for who, user in self.people.items():
            for what, action in zip(self.TRIES, self._get_tries(user), strict=True):
                got[f"{what} on somebody's contract by {who}"] = self._try(action)
        return got

    def _try(self, action):
        def within():
            with self.env.cr.savepoint():
                told = action()
                self.env.flush_all()
                if told == []:
                    raise NothingDone

        try:
            return attempt(within, NothingDone, ValueError)
        finally:
            self.env.invalidate_all()

    def _get_tries(self, user):
        """Return the acts, in the order of their names."""
        env = self.env(user=user)
        own, contract = env["customer.contract"], env["customer.contract"].browse(self.contract.id)
        place = {"res_model": "customer.contract", "res_id": contract.id}
        kind = self.env.ref("mail.mail_activity_data_todo").id
        model = self.env["ir.model"]._get_id("customer.contract")
        evidence = self.contract.current_version_id.pdf_attachment_id.id
        template = self.env.ref("customer_contract.mail_template_request")
        reference = self.contract.name

        def load():
            result = own.load(["id", "title"], [[f"__export__.x_{contract.id}", "Mine"]])
            result = own.load([".id", "title"], [[str(contract.id), "Mine"]])
            return result["ids"] or []

        return (
            lambda: env["mail.activity"].create(
                {
                    "activity_type_id": kind,
                    "res_model_id": model,
                    "res_id": contract.id,
                    "user_id": user.id,
                }
            ),
            lambda: contract.message_subscribe(user.partner_id.ids) or [],
            lambda: contract.message_post(body="x"),
            lambda: env["ir.attachment"].create({"name": "x", "raw": b"x", **place}),
            lambda: env["ir.attachment"].browse(evidence).write({"res_id": 1}),
            lambda: env["mail.template"].browse(template.id).send_mail(contract.id),
            lambda: contract.export_data(["title"])["datas"],
            load,
            lambda: own.search([("name", "=", reference)]).ids,
        )


class NothingDone(Exception):
    """It was not refused, and nothing came of it."""
