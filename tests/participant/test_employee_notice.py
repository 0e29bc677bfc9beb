# What people write to each other is not translated.
# pylint: disable=translation-required
from odoo.tests import tagged

from ...utils import Actor
from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestEmployeeNotice(ContractCommon):
    """Employees are told in their language, by the system, whoever set it off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["res.lang"]._activate_lang("es_ES")
        cls.env["ir.module.module"]._load_module_terms(
            ["customer_contract"], ["fr_FR", "es_ES"], overwrite=True
        )
        cls.manager.lang = "es_ES"
        cls.visitor = cls.env.ref("base.public_user")

    def _visit(self, contract):
        """Return the contract as a French visitor without account reaches it."""
        return contract.with_user(self.visitor).sudo().with_context(lang="fr_FR")

    def _actor(self, contract, partner=None):
        participant = self._get_participant(contract, partner or self.customer)
        return Actor(participant.with_env(self._visit(contract).env), "link")

    def _get_told(self, contract, act):
        """Return what an act left: notes, and the activities it planned."""
        activities, messages = contract.activity_ids, contract.message_ids
        mails = self.env["mail.message"].search([], order="id desc", limit=1)
        act(self._visit(contract))
        contract.invalidate_recordset()
        new_messages = self.env["mail.message"].search([("id", ">", mails.id)])
        return (
            contract.message_ids - messages,
            contract.activity_ids - activities,
            new_messages,
        )

    def _assert_for_employee(self, contract, act, spanish, french):
        messages, activities, everything = self._get_told(contract, act)
        words = " ".join(
            [*messages.mapped("body"), *activities.mapped(lambda one: one.summary or "")]
        )
        self.assertIn(spanish, words)
        self.assertNotIn(french, words)
        root = self.env.ref("base.user_root")
        for activity in activities:
            self.assertEqual(activity.create_uid, root)
        public = self.visitor.partner_id
        notices = everything.filtered(lambda one: one.message_type != "comment" and one.body)
        self.assertTrue(notices)
        self.assertNotIn(public, notices.author_id)
        for notice in notices:
            self.assertNotIn("Public user", notice.body)
            self.assertNotIn("L'activité", notice.body)

    def test_wish_to_sign_on_paper(self):
        contract = self._create_sent_contract()
        participant = self._get_participant(contract, self.customer)

        def choose(visited):
            participant.with_env(visited.env)._choose_channel("paper", "link")

        self._assert_for_employee(contract, choose, "quiere firmar en papel", "veut signer")

    def test_decline(self):
        contract = self._create_sent_contract()
        self._assert_for_employee(
            contract,
            lambda visited: visited._decline(self._actor(contract), "Zu teuer"),
            "rechazó el contrato",
            "a refusé",
        )

    def test_dispute(self):
        contract = self._create_sent_contract()
        self._assert_for_employee(
            contract,
            lambda visited: visited._dispute(self._actor(contract), "Zu teuer"),
            "objeta el contrato",
            "conteste",
        )

    def test_your_turn(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        contract = self._create_contract()
        participants = contract.participant_ids.sorted("sequence")
        participants[0].sequence, participants[1].sequence = 20, 10
        contract.action_send()
        _messages, activities, _all = self._get_told(
            contract,
            lambda visited: visited._sign(
                self._actor(contract),
                signature=self.signature,
                signed_by="Carla",
                digest=contract.current_version_id.content_digest,
            ),
        )
        mine = activities.filtered(lambda one: one.user_id == self.manager)
        self.assertEqual(mine.create_uid, self.env.ref("base.user_root"))
        self.assertEqual(mine.summary, "Le toca actuar en este contrato")
