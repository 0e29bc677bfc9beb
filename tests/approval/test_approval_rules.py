from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ApprovalCommon


@tagged("post_install", "-at_install")
class TestApprovalRules(ApprovalCommon):
    """Which rules fit, what they demand, and that nobody gets around them."""

    # === WHICH RULES FIT === #

    def test_each_condition(self):
        tag = self.env["res.partner.category"].create({"name": "Risky"})
        self.customer_company.category_id = tag
        team = self.env["crm.team"].create({"name": "North"})
        contract = self._create_contract(type_id=self.contract_type.id)
        contract.sudo().team_id = team
        esign = self.env.ref("customer_contract.group_contract_esign")
        conditions = [
            ({"type_ids": self.contract_type.ids}, {"type_ids": [self._other_type().id]}),
            ({"team_ids": team.ids}, {"team_ids": [team.copy().id]}),
            ({"group_ids": esign.ids}, {"group_ids": self.legal.ids}),
            ({"direction": "customer"}, {"direction": "supplier"}),
            ({"partner_ids": self.customer_company.ids}, {"partner_ids": self.customer.ids}),
            ({"partner_tag_ids": tag.ids}, {"partner_tag_ids": [tag.copy().id]}),
            ({"amount_min": 1200}, {"amount_min": 1200.01}),
            ({"amount_max": 1200}, {"amount_max": 1199.99}),
            (
                {"domain": "[('title', 'ilike', 'maintenance')]"},
                {"domain": "[('title', '=', 'Other')]"},
            ),
        ]
        for fitting, other in conditions:
            for values, expected in ((fitting, True), (other, False)):
                with self.subTest(values=values):
                    rule = self._create_rule(
                        self._of_users(self.ann),
                        **{
                            name: [Command.set(value)] if name.endswith("_ids") else value
                            for name, value in values.items()
                        },
                    )
                    self.assertEqual(rule._fits(contract), expected)
                    rule.unlink()

    def _other_type(self):
        return self.env["customer.contract.type"].create({"name": "Other"})

    def test_amounts_are_converted(self):
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "x", "rounding": 0.01})
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": 10,
                "name": fields.Date.today(),
                "company_id": self.company.id,
            }
        )
        rule = self._create_rule(self._of_users(self.ann), amount_min=100)
        contract = self._create_contract(currency_id=currency.id, amount_total=999)
        self.assertFalse(rule._fits(contract))
        contract.amount_total = 1000
        self.assertTrue(rule._fits(contract))

    def test_nonsense_conditions_are_refused(self):
        for domain in ("nonsense", "[('no_such_field', '=', 1)]", "__import__('os')", "[(1,)]"):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                self._create_rule(self._of_users(self.ann), domain=domain)

    def test_a_rule_can_stop_the_others(self):
        first = self._create_rule(self._of_users(self.ann), sequence=1, name="First")
        self._create_rule(self._of_users(self.bob), sequence=2, name="Second")
        contract = self._create_contract()
        self.assertEqual(len(contract._plan_steps()), 2)
        first.is_last = True
        self.assertEqual([step["people"] for step in contract._plan_steps()], [self.ann.partner_id])

    def test_rules_of_other_companies_do_not_apply(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._create_rule(self._of_users(self.ann), company_id=other.id)
        self.assertFalse(self._create_contract()._plan_steps())

    def test_only_administrators_edit_rules(self):
        rule = self._create_rule(self._of_users(self.ann))
        for user in (self.manager, self.director):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                rule.with_user(user).write({"amount_min": 10**9})
            with self.assertRaises(AccessError):
                rule.step_ids.with_user(user).write({"role": "signer"})
        rule.with_user(self.administrator).write({"amount_min": 10**9})

    # === WHO IS ASKED === #

    def test_sources(self):
        leader = new_test_user(
            self.env, login="leader", email="l@us.example.com", groups="base.group_user"
        )
        team = self.env["crm.team"].create({"name": "South", "user_id": leader.id})
        self.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": self.manager.id})
        contract = self._create_contract()
        contract.sudo().team_id = team
        outside = self.env["res.partner"].create({"name": "Olga", "email": "olga@x.example.com"})
        expected = {
            "user": self.ann.partner_id,
            "group": self.approvers.partner_id,
            "team_leader": leader.partner_id,
            "manager_leader": leader.partner_id,
            "creator_leader": leader.partner_id,
            "manager": self.manager.partner_id,
            "partner": outside,
        }
        for source, people in expected.items():
            with self.subTest(source=source):
                rule = self._create_rule(
                    {
                        "source": source,
                        "user_ids": [Command.set(self.ann.ids)],
                        "group_id": self.legal.id,
                        "partner_ids": [Command.set(outside.ids)],
                    }
                )
                self.assertEqual(rule.step_ids._find_people(contract.sudo()), people)

    def test_nobody_could_act(self):
        self.legal.user_ids = False
        self._create_rule(self._of_legal())
        contract = self._create_contract()
        self.assertIn("has not enough people", contract.approval_plan)
        for act in (contract.action_submit, contract.action_send):
            with self.assertRaisesRegex(UserError, "has not enough people"):
                act()

    def test_a_group_too_small(self):
        self._create_rule(self._of_legal(policy="count", needed_count=4))
        with self.assertRaisesRegex(UserError, "has not enough people"):
            self._create_contract().action_submit()

    def test_nobody_is_asked_twice(self):
        self._create_rule(self._of_users(self.ann), self._of_legal())
        first, second = self._create_contract()._plan_steps()
        self.assertEqual(first["people"], self.ann.partner_id)
        self.assertEqual(second["people"], (self.bob | self.cem).partner_id)

    def test_whoever_surely_approves_earlier_counts_later(self):
        self._create_rule(self._of_users(self.ann), self._of_legal(policy="all"))
        second = self._create_contract()._plan_steps()[1]
        self.assertEqual(second["needed"], 2)
        self._create_rule(self._of_users(self.ann, name="Again"), sequence=99)
        self.assertNotIn("Again", [step["name"] for step in self._create_contract()._plan_steps()])

    # === THE FLOW === #

    def test_plan_is_shown_and_kept(self):
        rule = self._create_rule(self._of_legal(policy="count", needed_count=2), name="Legal rule")
        contract = self._create_contract()
        self.assertIn("2 of 3 approvals", contract.approval_plan)
        self.assertIn("Legal rule", contract.approval_plan)
        self.assertTrue(contract.needs_approval)
        contract.action_submit()
        self.assertEqual(contract.state, "approval")
        rule.step_ids.sudo().policy = "any"
        rule.active = False
        step = contract.routing_step_ids
        self.assertEqual((step.policy, step.needed_count), ("count", 2))
        self.assertFalse(contract.approval_plan)
        self.assertEqual(self._count_events(contract, "approval_planned"), 1)
        contract.with_user(self.ann).action_approve()
        self.assertEqual(contract.state, "approval")
        contract.with_user(self.cem).action_approve()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(
            self._get_states(contract, self.ann, self.bob, self.cem), ["done", "skipped", "done"]
        )
        with self.assertRaises(UserError):
            contract.with_user(self.bob).action_approve()
        self.assertNotIn(self.bob, contract.activity_ids.user_id)

    def test_levels_act_one_after_the_other(self):
        self._create_rule(self._of_users(self.ann), self._of_users(self.director, amount_min=1000))
        contract = self._create_contract()
        contract.action_submit()
        self.assertEqual(contract._get_next_participants().partner_id, self.ann.partner_id)
        with self.assertRaises(UserError):
            contract.with_user(self.director).action_approve()
        contract.with_user(self.ann).action_approve()
        contract.with_user(self.director).action_approve()
        self.assertEqual(contract.state, "sent")
        small = self._create_contract(amount_total=999)
        self.assertEqual(len(small._plan_steps()), 1)

    def test_same_level_acts_at_once(self):
        self._create_rule(
            self._of_users(self.ann, sequence=5), self._of_users(self.bob, self.cem, sequence=5)
        )
        contract = self._create_contract()
        contract.action_submit()
        self.assertEqual(len(contract._get_next_participants()), 3)
        contract.with_user(self.cem).action_approve()
        self.assertEqual(self._get_states(contract, self.ann, self.bob), ["requested", "skipped"])
        contract.with_user(self.ann).action_approve()
        self.assertEqual(contract.state, "sent")

    def test_new_version_asks_the_rules_again(self):
        self._create_rule(self._of_users(self.ann), amount_max=5000)
        self._create_rule(self._of_users(self.director), amount_min=5000.01)
        contract = self._create_contract()
        contract.action_submit()
        contract.with_user(self.ann).action_approve()
        contract.action_new_version()
        self.assertTrue(contract.needs_approval)
        contract.amount_total = 9000
        with self.assertRaisesRegex(UserError, "approved first"):
            contract.action_send()
        contract.action_submit()
        self.assertEqual(contract._get_next_participants().partner_id, self.director.partner_id)
        self.assertFalse(self._get_participant(contract, self.ann.partner_id))

    def test_sent_back_and_submitted_again(self):
        self._create_rule(self._of_users(self.ann), self._of_users(self.bob))
        contract = self._create_contract()
        contract.action_submit()
        contract.with_user(self.ann).action_approve()
        contract.with_user(self.bob).action_send_back("Too cheap")
        self.assertEqual(contract.state, "draft")
        contract.action_submit()
        self.assertEqual(self._get_states(contract, self.ann, self.bob), ["requested", "waiting"])

    def test_outside_approver_gets_a_mail(self):
        outside = self.env["res.partner"].create({"name": "Olga", "email": "olga@x.example.com"})
        self._create_rule({"source": "partner", "partner_ids": [Command.set(outside.ids)]})
        contract = self._create_contract()
        contract.action_submit()
        message = contract.message_ids.filtered(lambda one: outside in one.partner_ids)
        self.assertIn("Please approve", message.subject)

    # === NO WAY AROUND === #

    def test_no_way_around_approval(self):
        self._create_rule(self._of_users(self.ann))
        contract = self._create_contract()
        self.assertFalse(contract.can_sign)
        attacks = [
            contract.action_send,
            lambda: contract.with_context(customer_contract_send=True)._send(notify=False),
            lambda: self._sign_as_manager(contract),
            lambda: contract.with_user(self.manager).action_open_sign(),
            lambda: contract.write({"state": "sent"}),
        ]
        for attack in attacks:
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
        self.assertEqual(contract.state, "draft")
        self.assertFalse(contract.current_version_id)
        contract._freeze()
        self.assertIn(self.ann.partner_id, contract.participant_ids.partner_id)
        with self.assertRaises(UserError):
            self._sign_as_manager(contract)
        with self.assertRaises(UserError):
            contract.action_send()

    def test_demanded_people_cannot_be_touched(self):
        self._create_rule(self._of_legal())
        contract = self._create_contract()
        contract.action_submit()
        contract.with_user(self.ann).action_send_back("Once more")
        person = self._get_participant(contract, self.ann.partner_id).with_user(self.manager)
        step = person.step_id
        friend = new_test_user(
            self.env, login="friend", email="f@us.example.com", groups="base.group_user"
        ).partner_id
        manager = self._get_participant(contract, self.manager.partner_id)
        attacks = [
            person.unlink,
            step.unlink,
            lambda: person.write({"partner_id": friend.id}),
            lambda: person.write({"role": "observer"}),
            lambda: person.write({"step_id": False}),
            lambda: step.write({"policy": "any"}),
            lambda: step.write({"approval_rule_id": False}),
            lambda: step.write({"participant_ids": [Command.create({"partner_id": friend.id})]}),
            lambda: manager.write({"step_id": step.id}),
            lambda: contract.write({"participant_ids": [Command.clear()]}),
            lambda: contract.write({"routing_step_ids": [Command.clear()]}),
            lambda: contract.write(
                {"participant_ids": [Command.create({"partner_id": friend.id, "step_id": step.id})]}
            ),
            lambda: (
                self.env["customer.contract.routing.step"]
                .with_user(self.manager)
                .create(
                    {
                        "contract_id": contract.id,
                        "name": "Mine",
                        "approval_rule_id": step.approval_rule_id.id,
                    }
                )
            ),
        ]
        for number, attack in enumerate(attacks):
            with (
                self.subTest(attack=number),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                attack()

    def test_steps_of_a_frozen_contract_are_closed(self):
        contract = self._create_contract()
        step = contract.routing_step_ids.create(
            {
                "contract_id": contract.id,
                "name": "Legal",
                "participant_ids": [
                    Command.create({"partner_id": user.partner_id.id}) for user in self.approvers
                ],
            }
        )
        contract.action_submit()
        attacks = [
            lambda: step.write({"policy": "all"}),
            lambda: step.write({"needed_count": 1}),
            step.unlink,
            lambda: step.copy({"name": "Other"}),
        ]
        for attack in attacks:
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()

    def test_mandatory_approval(self):
        self.company.contract_approval_mandatory = True
        contract = self._create_contract()
        self._add_approver(contract, self.ann)
        self.assertIn("No approval rule fits", contract.approval_plan)
        for act in (
            contract.action_submit,
            contract.action_send,
            lambda: self._sign_as_manager(contract),
        ):
            with self.assertRaisesRegex(UserError, "No approval rule fits|approved first"):
                act()
        self._create_rule(self._of_users(self.bob))
        contract.action_submit()
        self.assertEqual(contract.state, "approval")

    def _add_approver(self, contract, user, **values):
        return self.env["customer.contract.participant"].create(
            {
                "contract_id": contract.id,
                "partner_id": user.partner_id.id,
                "role": "approver",
                "sequence": 5,
                **values,
            }
        )

    def test_used_rule_is_archived_not_deleted(self):
        rule = self._create_rule(self._of_users(self.ann))
        self._create_contract().action_submit()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            rule.unlink()

    # === FOUR EYES === #

    def test_four_eyes(self):
        contract = self._create_contract()
        self._add_approver(contract, self.manager)
        with self.assertRaisesRegex(UserError, "Mona Manager made this contract"):
            contract.action_submit()
        self.company.contract_four_eyes = False
        contract.action_submit()
        self.assertEqual(contract.state, "approval")
        self.company.contract_four_eyes = True
        with self.assertRaisesRegex(UserError, "made this contract"):
            contract.action_approve()

    def test_four_eyes_in_a_step(self):
        self.legal.user_ids |= self.manager
        rule = self._create_rule(self._of_legal())
        contract = self._create_contract()
        # the author is left out of the group
        self.assertNotIn(self.manager.partner_id, contract._plan_steps()[0]["people"])
        rule.step_ids.write(self._of_users(self.manager, self.ann, policy="count", needed_count=2))
        contract.action_submit()
        contract.action_approve()
        self.assertEqual(contract.state, "approval")
        contract.with_user(self.ann).action_approve()
        self.assertEqual(contract.state, "sent")

    def test_becoming_manager_does_not_help(self):
        self._create_rule(self._of_users(self.ann))
        contract = self._create_contract()
        contract.action_submit()
        contract.user_id = self.ann
        with self.assertRaisesRegex(UserError, "made this contract"):
            contract.with_user(self.ann).action_approve()

    # === COUNTER-SIGNING === #

    def test_rules_name_who_signs(self):
        self._create_rule(
            self._of_users(self.manager, role="signer", amount_max=1000),
            self._of_users(self.director, role="signer", amount_min=1000.01),
        )
        small, large = self._create_contract(amount_total=1000), self._create_contract()
        self._sign_as_manager(small)
        self.assertFalse(large.can_sign)
        self.assertIn("Dora Director", large.approval_plan)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._sign_as_manager(large)
        large.action_send()
        self.assertEqual(large._get_next_participants().partner_id, self.director.partner_id)
        self.assertFalse(self._get_participant(large, self.manager.partner_id))
        large.with_user(self.director).action_sign_as_manager(
            signature=self.signature, signed_by="Dora Director"
        )
        self._sign_as_customer(large)
        self._finalize(large)
        self.assertEqual(large.state, "signed")
        self.assertTrue(large.signed_document_id)

    def test_the_usual_signer_comes_back(self):
        rule = self._create_rule(self._of_users(self.director, role="signer"))
        contract = self._create_contract()
        contract.action_send()
        contract.action_new_version()
        rule.active = False
        contract.action_send()
        self.assertEqual(
            contract.participant_ids.filtered(lambda one: one.party == "company").partner_id,
            self.manager.partner_id,
        )

    def test_only_those_who_may_sign_are_named(self):
        self._create_rule(self._of_users(self.ann, role="signer"))
        with self.assertRaisesRegex(UserError, "has not enough people"):
            self._create_contract().action_send()

    def test_any_one_of_several_signers(self):
        second = new_test_user(
            self.env,
            login="second",
            email="second@us.example.com",
            groups="customer_contract.group_contract_user,customer_contract.group_contract_esign",
        )
        self._create_rule(self._of_users(self.director, second, role="signer"))
        contract = self._create_contract()
        contract.action_send()
        self.assertEqual(contract.signer_count, 2)
        contract.with_user(second).action_sign_as_manager(signature=self.signature)
        self.assertEqual(self._get_states(contract, self.director, second), ["skipped", "done"])
        with self.assertRaises(UserError):
            contract.with_user(self.director).action_sign_as_manager(signature=self.signature)
        self._sign_as_customer(contract)
        self._finalize(contract)
        self.assertEqual(contract.signature_progress, 100)
        places = contract._get_signature_places(
            contract._get_report_content(), contract.current_signature_ids
        )
        self.assertEqual(len(places), 2)

    def test_a_copy_asks_its_own_rules(self):
        self._create_rule(self._of_users(self.ann))
        contract = self._create_contract()
        contract.routing_step_ids.create(
            {
                "contract_id": contract.id,
                "name": "Two of them",
                "policy": "any",
                "participant_ids": [
                    Command.create({"partner_id": user.partner_id.id})
                    for user in (self.bob, self.cem)
                ],
            }
        )
        contract.action_submit()
        copy = contract.copy()
        self.assertEqual(copy.routing_step_ids.mapped("name"), ["Two of them"])
        self.assertFalse(self._get_participant(copy, self.ann.partner_id))
        self.assertEqual(
            copy.routing_step_ids.participant_ids.partner_id, (self.bob | self.cem).partner_id
        )
