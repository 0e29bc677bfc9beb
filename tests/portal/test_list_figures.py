import random
from pathlib import Path

from odoo import Command
from odoo.modules.migration import load_script
from odoo.tests import tagged

from ...const import STEP_POLICIES
from ..common import ContractCommon

SCRIPT = Path(__file__).parents[2] / "migrations" / "19.0.3.0.0" / "post-list.py"
NAMES = ["signer_count", "signature_count", "signature_progress", "has_unreached"]
STATES = ("draft", "approval", "sent", "disputed", "signed", "declined", "expired")
PARTS = ("waiting", "requested", "viewed", "done", "delegated", "skipped", "declined")
MAILS = (False, "queued", "sent", "failed", "bounced")


@tagged("post_install", "-at_install")
class TestListFigures(ContractCommon):
    """What lists show of signatures and mails is stored, and follows whatever happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chance = random.Random(7)
        cls.people = cls.env["res.partner"].create(
            [
                {
                    "name": f"Person {number}",
                    "email": f"person{number}@random.example.com",
                    "parent_id": cls.customer_company.id,
                }
                for number in range(6)
            ]
        )
        cls.contracts = cls.env["customer.contract"]
        for _number in range(12):
            contract = cls._create_contract()
            for policy, _label in cls.chance.sample(STEP_POLICIES, cls.chance.randint(0, 2)):
                contract.routing_step_ids.create(
                    {
                        "contract_id": contract.id,
                        "name": policy,
                        "role": "signer",
                        "sequence": cls.chance.randint(1, 3) * 10,
                        "policy": policy,
                        "needed_count": cls.chance.randint(1, 2),
                        "participant_ids": [
                            Command.create({"partner_id": person.id, "party": "counterparty"})
                            for person in cls.chance.sample([*cls.people], 2)
                            if person not in contract.participant_ids.partner_id
                        ],
                    }
                )
            cls.contracts |= contract

    def _read_stored(self):
        self.env.flush_all()
        columns = ", ".join(NAMES)
        self.env.cr.execute(
            f"SELECT id, {columns} FROM customer_contract WHERE id IN %s ORDER BY id",
            (tuple(self.contracts.ids),),
        )
        return self.env.cr.fetchall()

    def _recompute(self):
        self.env.invalidate_all()
        for name in NAMES:
            self.env.add_to_compute(self.contracts._fields[name], self.contracts)
        return self._read_stored()

    def _do_something(self):
        """Change what decides about the figures, as acts do in their ways."""
        chance, people = self.chance, self.contracts.participant_ids
        person = chance.choice([*people])
        match chance.randint(0, 6):
            case 0 | 1:
                person._write_protected({"state": chance.choice(PARTS)})
            case 2:
                person._write_protected({"delivery_state": chance.choice(MAILS)})
            case 3:
                chance.choice([*self.contracts])._write_protected({"state": chance.choice(STATES)})
            case 4:
                for step in chance.sample([*self.contracts.routing_step_ids], 1):
                    step._as_system().write(
                        {
                            "policy": chance.choice(STEP_POLICIES)[0],
                            "needed_count": chance.randint(1, 2),
                        }
                    )
            case 5 if person.contract_id.state == "draft":
                person.unlink() if chance.random() < 0.5 else person._retire()
            case _ if not person.step_id:
                person._as_system().write({"sequence": chance.randint(1, 3) * 10})

    def test_stored_as_computed_anew(self):
        seen = set()
        for _number in range(60):
            self._do_something()
            stored = self._read_stored()
            self.assertEqual(stored, self._recompute())
            seen.update(row[1:] for row in stored)
        self.assertGreater(len(seen), 4)
        self.assertEqual({row[3] for row in seen}, {True, False})

    def test_update_fills_in_the_same(self):
        for number in range(60):
            self._do_something()
            if number % 10 == 0:
                stored = self._read_stored()
                empty = ", ".join(f"{name} = NULL" for name in NAMES)
                self.env.cr.execute(f"UPDATE customer_contract SET {empty}")
                load_script(str(SCRIPT), "post_list").migrate(self.env.cr, "19.0.1.0.0")
                self.assertEqual(self._read_stored(), stored)
