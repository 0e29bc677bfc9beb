"""What people do in an earlier release, before it is updated. Runs in Odoo's shell.

The release's demo data has contracts in every state. This adds what it lacks, so that
each kind of request is under way, and writes down what must still be true afterwards.
It runs on the release's own code only, which never changes: so it may use its private
methods. It must not import anything of the developers' commands.
"""

import base64
import json
from datetime import date, timedelta
from pathlib import Path

try:
    from odoo.addons.customer_contract.utils import Actor
except ImportError:  # before 19.0.2.0.0, methods were told both by themselves
    Actor = None


class Story:
    """The people of the demo, and what they do."""

    def __init__(self, env):
        # Nothing is mailed from here; links are written down instead.
        self.env = env(
            context={**env.context, "mail_notify_force_send": False, "load_all_views": True}
        )
        self.demo = self.env["customer.contract.demo"]
        self.employee = self.env.ref("base.user_demo")
        self.company = self.env.ref("customer_contract.partner_bayonne_bikes")
        self.portal = self.env.ref("base.partner_demo_portal")
        self.rosa, self.sam = self.env["res.partner"].create(
            [
                {"name": name, "email": email, "parent_id": self.company.id, "function": "Buyer"}
                for name, email in (
                    ("Rosa Roe", "rosa@bayonne-bikes.example.com"),
                    ("Sam Shaw", "sam@bayonne-bikes.example.com"),
                )
            ]
        )
        self.handovers = {}
        self.made = self.env["customer.contract"]

    def play(self):
        """Have everything under way at once."""
        self._create_field_rules()
        for tell in (
            self._wait_for_several,
            self._pass_on,
            self._hand_device_over,
            self._object,
            self._choose_paper,
            self._send_paper,
            self._propose_details,
            self._type_details,
            self._submit,
            self._freeze_only,
            self._sign_all_and_finalize,
            self._sign_all_and_leave_the_rest,
        ):
            tell()
        self._finalize_demo()
        self.env["customer.contract.daily.record"]._take(self.env.ref("base.main_company"))

    # === CONTRACTS === #

    def _create(self, title, signers, **values):
        """Create a contract ready to be sent; the employee signs first."""
        today = date.today()
        participants = [(self.employee.partner_id, 10)]
        participants += [(partner, 20 + 10 * order) for partner, order in signers]
        contract = (
            self.env["customer.contract"]
            .with_user(self.employee)
            .create(
                {
                    "title": title,
                    "partner_id": self.company.id,
                    "requester_id": self.portal.id,
                    "amount_total": 4800,
                    "date_start": today,
                    "date_end": today + timedelta(days=300),
                    "section_ids": [
                        (0, 0, {"title": "Scope", "body": "<p>We look after the bikes.</p>"}),
                        (0, 0, {"title": "Price", "body": "<p>The price is fixed.</p>"}),
                    ],
                    "participant_ids": [
                        (0, 0, {"partner_id": partner.id, "sequence": sequence})
                        for partner, sequence in participants
                    ],
                    **values,
                }
            )
        )
        self.made |= contract.sudo()
        return contract

    def _create_sent(self, title, signers, **values):
        contract = self._create(title, signers, **values)
        self.demo._play_company_signs(contract)
        contract.action_send()
        return contract

    def _create_rental(self, title):
        """Create a contract whose customer fills in details before signing."""
        rental = self.env.ref("customer_contract.contract_rental")
        contract = self._create(
            title,
            [(self.portal, -2)],
            type_id=rental.type_id.id,
            properties=rental._get_property_values(),
        )
        contract.action_send()
        return contract

    def _find(self, contract, partner):
        return contract.sudo().participant_ids.filtered(lambda one: one.partner_id == partner)

    def _create_field_rules(self):
        """Rules beyond the demo's: it has one hidden and one read-only in some states."""
        group = self.env.ref("customer_contract.group_contract_user")
        exempt = self.env.ref("customer_contract.group_contract_user_all")
        groups = {"group_ids": [(6, 0, group.ids)], "exempt_group_ids": [(6, 0, exempt.ids)]}
        self.env["customer.contract.field.rule"].create(
            [
                {
                    "field_name": "customer.contract:sign_deadline",
                    "access": "hidden",
                    "in_draft": True,
                    "in_approval": True,
                    **groups,
                },
                {"field_name": "customer.contract:date_end", "access": "readonly", **groups},
            ]
        )

    # === WHAT HAPPENS === #

    def _wait_for_several(self):
        signers = [(self.rosa, 0), (self.sam, 0), (self.portal, 1)]
        contract = self._create_sent("One signed, one reads, one waits", signers)
        self.demo._sign_outside(contract, self._find(contract, self.rosa))
        self.demo._play_counterparty_reads(contract)

    def _pass_on(self):
        contract = self._create_sent("Passed on", [(self.rosa, 0)], allow_delegation=True)
        visited = contract.with_user(self.env.ref("base.public_user")).sudo()
        person, reason = self._find(contract, self.rosa), "Sam buys for us now."
        if Actor:
            visited._delegate(Actor(person, "link"), self.sam, reason)
        else:
            visited._delegate(person, self.sam, reason, "link")

    def _hand_device_over(self):
        contract = self._create_sent("Handed over", [(self.rosa, 0)])
        participant = self._find(contract, self.rosa)
        address = contract._hand_over(participant.with_user(self.employee).sudo(False))
        self.handovers[participant.id] = address

    def _object(self):
        contract = self._create_sent("Disputed, no answer yet", [(self.rosa, 0)])
        category = "customer_contract_dispute_category_price"
        self.demo._play_counterparty_disputes(contract, "That is too much.", category, 2)

    def _choose_paper(self):
        contract = self._create_sent("Wanted on paper", [(self.rosa, 0)])
        self._find(contract, self.rosa)._choose_channel("paper", "link")

    def _send_paper(self):
        contract = self._create_sent("Signed by hand, to be checked", [(self.rosa, 0)])
        self.demo._play_counterparty_sends_paper(contract, "Bayonne")

    def _propose_details(self):
        contract = self._create_rental("Another deposit proposed")
        self.demo._play_counterparty_fills_in(
            contract,
            {"place_of_delivery": "at_your_shop", "theft_insurance": "true", "deposit": "700"},
        )

    def _type_details(self):
        contract = self._create_rental("Details typed, not confirmed")
        person = self._find(contract, self.portal)
        remarks = self.env.ref("customer_contract.field_rental_remarks").name
        visited = contract.with_user(self.demo._get_acting_user(person)).sudo()
        typed = {remarks: "Ring twice, please."}
        seen = {"digest": contract.current_version_id.content_digest, "revision": 0}
        if Actor:
            visited._save_value_draft(Actor(person, "portal"), typed, **seen)
        else:
            visited._save_value_draft(person, typed, **seen, identified_by="portal")

    def _submit(self):
        tag = self.env.ref("customer_contract.tag_framework")
        contract = self._create(
            "Waits for the first approval",
            [(self.portal, 0)],
            amount_total=180000,
            tag_ids=[(6, 0, tag.ids)],
        )
        contract.action_submit()

    def _freeze_only(self):
        contract = self._create("Signed by us, not sent", [(self.rosa, 0)])
        self.demo._play_company_signs(contract)

    def _sign_all_and_finalize(self):
        contract = self._sign_all("Signed by everybody")
        contract.sudo()._store_signed_document()
        contract.sudo()._send_copies()

    def _sign_all_and_leave_the_rest(self):
        self._sign_all("Signed, its document is not made yet")

    def _sign_all(self, title):
        contract = self._create_sent(title, [(self.rosa, 0)])
        self.demo._sign_outside(contract, self._find(contract, self.rosa))
        return contract

    def _finalize_demo(self):
        """Make what a failure left out; the story's own contract stays as it is."""
        signed = self.env["customer.contract"].search(
            [("state", "=", "signed"), ("signed_document_id", "=", False)]
        )
        for contract in signed - self.made:
            contract._store_signed_document()
            contract._send_copies()

    # === WHAT IS WRITTEN DOWN === #

    def issue_links(self):
        """Return a personal link for each person who is asked to act."""
        asked = self.env["customer.contract.participant"].search(
            [
                ("contract_id.state", "in", ("approval", "sent", "disputed")),
                ("state", "in", ("requested", "viewed", "disputed")),
            ]
        )
        outside = asked.filtered(lambda one: not one._get_internal_user())
        Link = self.env["customer.contract.link"]
        return {one.id: Link._issue(one) for one in outside}

    def export_bundles(self, folder):
        """Keep the evidence bundle of each contract that was ever frozen."""
        contracts = self._get_all().filtered("version_ids")
        for contract in contracts:
            content = base64.b64decode(contract.get_evidence_bundle())
            Path(folder, f"{contract.id}.zip").write_bytes(content)

    def describe(self):
        """Return what has to be true after the update as well."""
        names = {*self._get_all().participant_ids.partner_id.mapped("name")}
        return {
            "answers": {one.id: one.verify_integrity() for one in self._get_all()},
            "handovers": self.handovers,
            "signatures": {name: self.demo._draw_signature(name) for name in names},
            "rules": [
                {"id": rule.id, "field_name": rule.field_name, "access": rule.access}
                for rule in self.env["customer.contract.field.rule"].search([])
            ],
        }

    def _get_all(self):
        return self.env["customer.contract"].with_context(active_test=False).search([])


def play(env, facts_file, bundles):
    """Tell the whole story, commit it and write down the facts.

    :param env: of the shell, elevated
    :param str facts_file: where the facts go, written last
    :param str bundles: the folder for the evidence bundles
    """
    story = Story(env)
    story.play()
    story.export_bundles(bundles)
    facts = {"links": story.issue_links(), **story.describe()}
    env.cr.commit()
    Path(facts_file).write_text(json.dumps(facts, default=str))
