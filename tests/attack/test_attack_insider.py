# What people write to each other is not translated.
# pylint: disable=translation-required
from odoo import Command
from odoo.tests import tagged

from ..common import ContractCommon
from .common import REFUSED, OutsidersMixin, attack, attacks, attempt

MOVES = "Insiders: what belongs to a contract"
DIALOGS = "Insiders: dialogs"
COMPANIES = "Insiders: a second company"
CONVERSATION = "Insiders: conversation"

PARTS = {
    "customer.contract.document": {"name": "planted.txt", "raw": b"planted"},
    "customer.contract.section": {"title": "Planted", "body": "<p>Planted</p>"},
    "customer.contract.participant": {"role": "approver", "party": "company"},
    "customer.contract.milestone": {"name": "Planted", "date": "2030-01-01"},
    "customer.contract.routing.step": {"name": "Planted", "role": "approver"},
}
LABELS = {
    "customer.contract.document": "document",
    "customer.contract.section": "section",
    "customer.contract.participant": "participant",
    "customer.contract.milestone": "milestone",
    "customer.contract.routing.step": "routing step",
}
WAYS = {
    "moved": "is moved from an own draft",
    "moved elevated": "is moved from an own draft by an elevated program",
    "made": "is made",
    "copied": "is copied from an own draft",
}
STATES = ("draft", "sent")
DIALOG_NAMES = (
    "share",
    "preview",
    "hand.over",
    "delegate",
    "comparison",
    "sign",
    "reason",
    "replace",
    "confirm",
    "change.address",
    "send.again",
    "paper.receive",
)
SHARED = ("type", "stage", "tag", "refusal.reason", "dispute.category")


def _name_move(model, way, state):
    goal = f"in somebody else's {'draft' if state == 'draft' else 'contract that is sent'}"
    return f"A {LABELS[model]} {WAYS[way]} {goal}"


@tagged("post_install", "-at_install")
class TestAttackInsider(OutsidersMixin, ContractCommon):
    """What employees try with contracts that are not theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent, cls.foreigner = cls._create_outsiders()
        cls.own = (
            cls.env["customer.contract"]
            .with_user(cls.agent)
            .create({"title": "Own", "partner_id": cls.customer_company.id})
        )
        cls.victims = {"draft": cls._create_contract(), "sent": cls._create_sent_contract()}
        cls.contract = cls.victims["sent"]

    def _try(self, action):
        """Try something that must leave nothing behind, also if it is not refused."""

        def within():
            with self.env.cr.savepoint():
                action()

        return attempt(within)

    @attacks(
        MOVES,
        {
            _name_move(model, way, state): REFUSED
            for model in PARTS
            for way in WAYS
            for state in STATES
        },
    )
    def test_parts(self):
        got = {}
        for model, values in PARTS.items():
            values = dict(values)
            if model == "customer.contract.participant":
                values["partner_id"] = self.agent.partner_id.id
            rows = self.env[model].with_user(self.agent)
            row = rows.create({**values, "contract_id": self.own.id})
            for state, victim in self.victims.items():
                there = {"contract_id": victim.id}
                tries = {
                    "moved": lambda row=row, there=there: row.write(there),
                    "moved elevated": lambda row=row, there=there: row.sudo().write(there),
                    "made": lambda rows=rows, values=values, there=there: rows.create(
                        {**values, **there}
                    ),
                    "copied": lambda row=row, there=there: row.copy(there),
                }
                for way, action in tries.items():
                    got[_name_move(model, way, state)] = self._try(action)
        return got

    @attack(MOVES, "Somebody else's document is linked to an own draft", REFUSED)
    def test_document_taken(self):
        document = self.contract.document_ids.create(
            {"contract_id": self.contract.id, "name": "a.txt", "raw": b"a"}
        )
        return self._try(lambda: self.own.write({"document_ids": [Command.link(document.id)]}))

    @attack(MOVES, "Somebody makes himself approver of a contract, to change it", REFUSED)
    def test_made_oneself_approver(self):
        return self._try(
            lambda: (
                self.env["customer.contract.participant"]
                .with_user(self.agent)
                .create(
                    {
                        "contract_id": self.victims["draft"].id,
                        "partner_id": self.agent.partner_id.id,
                        "role": "approver",
                        "party": "company",
                    }
                )
            )
        )

    @attack(MOVES, "A step of somebody else's contract takes an own participant", REFUSED)
    def test_step(self):
        step = self.env["customer.contract.routing.step"].create(
            {"contract_id": self.victims["draft"].id, "name": "Legal", "role": "approver"}
        )
        return self._try(
            lambda: (
                self.env["customer.contract.participant"]
                .with_user(self.agent)
                .create({"step_id": step.id, "partner_id": self.agent.partner_id.id})
            )
        )

    @attack(MOVES, "An import moves a document into a contract that is sent", REFUSED)
    def test_import(self):
        document = self.own.document_ids.create(
            {"contract_id": self.own.id, "name": "a.txt", "raw": b"a"}
        )

        def load():
            rows = [[str(document.id), str(self.contract.id)]]
            result = document.load([".id", "contract_id/.id"], rows)
            if not result["ids"]:
                raise AccessErrorOfImport

        return attempt(load, AccessErrorOfImport)

    @attack(MOVES, "A contract without a manager is changed by anybody", REFUSED)
    def test_no_manager(self):
        contract = self._create_contract()
        contract.sudo().participant_ids.filtered(lambda one: one.party == "company").unlink()
        contract.sudo().user_id = False
        self.env.flush_all()
        self.env.invalidate_all()
        return self._try(lambda: contract.with_user(self.agent).write({"title": "Mine"}))

    @attacks(
        DIALOGS,
        {
            f"The dialog “{name}” is {how} on another {whose} contract": REFUSED
            for name in DIALOG_NAMES
            for how in ("made", "filled in")
            for whose in ("person's", "company's")
        },
    )
    def test_dialogs(self):
        participant = self.contract.sudo().participant_ids[:1]
        got = {}
        for name in DIALOG_NAMES:
            model = f"customer.contract.{name}"
            fields = self.env[model]._fields
            values = {
                key: value
                for key, value in {
                    "contract_id": self.contract.id,
                    "contract_ids": [Command.set(self.contract.ids)],
                    "participant_id": participant.id,
                    "old_version_id": self.contract.current_version_id.id,
                }.items()
                if key in fields and fields[key].store
            }
            more = {
                key: value
                for key, value in {
                    "reason": "x",
                    "email": "x@example.com",
                    "user_id": self.agent.id,
                    "partner_id": self.customer.id,
                    "signed_by": "x",
                    "signed_date": "2026-01-01",
                }.items()
                if key in fields
            }
            spec = {key: {"fields": {"display_name": {}}} for key in values}
            for whose, user in (("person's", self.agent), ("company's", self.foreigner)):
                dialog = self.env[model].with_user(user)
                words = "The dialog “{}” is {} on another {} contract"
                got[words.format(name, "made", whose)] = self._try(
                    lambda d=dialog, v=values, m=more: d.create({**m, **v})
                )
                got[words.format(name, "filled in", whose)] = self._try(
                    lambda d=dialog, v=values, s=spec: d.onchange(dict(v), list(v), s)
                )
        return got

    @attacks(
        COMPANIES,
        {
            f"A {name.replace('.', ' ')} that companies share is {how} by one's administrator": (
                REFUSED
            )
            for name in SHARED
            for how in ("renamed", "deleted")
        },
    )
    def test_shared(self):
        got = {}
        for name in SHARED:
            record = self.env[f"customer.contract.{name}"].create({"name": "Shared"})
            own = record.with_user(self.foreigner)
            words = (
                f"A {name.replace('.', ' ')} that companies share is {{}} by one's administrator"
            )
            got[words.format("renamed")] = self._try(lambda own=own: own.write({"name": "X"}))
            got[words.format("deleted")] = self._try(own.unlink)
        return got

    @attack(COMPANIES, "Another company's administrator makes himself a substitute", REFUSED)
    def test_substitute(self):
        return self._try(
            lambda: (
                self.env["customer.contract.substitute"]
                .with_user(self.foreigner)
                .create(
                    {
                        "user_id": self.agent.id,
                        "substitute_id": self.foreigner.id,
                        "date_from": "2030-01-01",
                        "date_to": "2030-01-02",
                    }
                )
            )
        )

    @attack(COMPANIES, "Another company's employee is made approver inside", REFUSED)
    def test_approver(self):
        return self._try(
            lambda: (
                self.env["customer.contract.participant"]
                .with_user(self.manager)
                .create(
                    {
                        "contract_id": self.victims["draft"].id,
                        "partner_id": self.foreigner.partner_id.id,
                        "role": "approver",
                        "party": "company",
                    }
                )
            )
        )

    @attack(CONVERSATION, "A manager posts a message as the customer", REFUSED)
    def test_message(self):
        own = self.contract.with_user(self.manager)
        return self._try(lambda: own.message_post(body="x", author_id=self.customer.id))

    @attack(CONVERSATION, "A manager posts a message from the customer's address", REFUSED)
    def test_message_address(self):
        own = self.contract.with_user(self.manager)
        return self._try(lambda: own.message_post(body="x", email_from=self.customer.email))

    @attack(CONVERSATION, "A manager makes a stored message the customer's", REFUSED)
    def test_message_changed(self):
        message = self.contract.with_user(self.manager).message_post(body="x")
        own = message.with_user(self.manager)
        return self._try(lambda: own.write({"author_id": self.customer.id}))

    @attack(CONVERSATION, "A manager hands a forged mail to Odoo's mail gateway", REFUSED)
    def test_mail(self):
        message = self.contract.sudo().message_ids[:1]
        mail = (
            f"From: {self.customer.email}\nTo: a@example.com\nSubject: x\nMessage-ID: <1@x>\n"
            f"In-Reply-To: {message.message_id}\n\nI agree to pay double\n"
        )
        thread = self.env["mail.thread"].with_user(self.manager)
        return self._try(lambda: thread.message_process(False, mail))


class AccessErrorOfImport(Exception):
    """An import that took in nothing: it tells so instead of raising."""
