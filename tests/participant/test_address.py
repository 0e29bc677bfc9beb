from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestAddress(ContractCommon):
    """Whatever address Odoo can mail to can be asked; else the message says what is wrong."""

    def _find_problem(self, email):
        self.customer.email = email
        contract = self._create_contract()
        return "\n".join(contract._get_sending_problems())

    def test_what_odoo_can_mail_to_is_asked(self):
        for email, address in (
            ("carla@aurora.example.com", "carla@aurora.example.com"),
            ("Carla.O'Neil+x_1@aurora.example.com", "carla.o'neil+x_1@aurora.example.com"),
            ('"Customer, Carla" <carla@aurora.example.com>', "carla@aurora.example.com"),
            ("Carla <CARLA@aurora.example.com>", "carla@aurora.example.com"),
            ("  carla@aurora.example.com ", "carla@aurora.example.com"),
            ("carla@bäckerei.example", "carla@xn--bckerei-5wa.example"),
            ("käthe@aurora.example.com", "käthe@aurora.example.com"),
            ("carla@localhost", "carla@localhost"),
        ):
            with self.subTest(email=email):
                self.assertEqual(self._find_problem(email), "")
                contract = self._create_sent_contract()
                part = self._get_participant(contract, self.customer)
                self.assertEqual(part._get_email_formatted().count("@"), 1)
                self.assertEqual(part._get_masked_email().count("@"), 1)
                self.assertNotIn('"', part._get_masked_email())
                mail = (
                    self.env["mail.mail"]
                    .sudo()
                    .search(
                        [
                            ("model", "=", contract._name),
                            ("res_id", "=", contract.id),
                            ("recipient_ids", "in", self.customer.ids),
                        ],
                        limit=1,
                    )
                )
                outgoing = mail._prepare_outgoing_list()
                server = self.env["ir.mail_server"]
                message = server._build_email__(
                    "office@example.com", outgoing[0]["email_to"], "Contract", "Text"
                )
                recipients = server._prepare_email_message__(message, None)[1]
                self.assertEqual(recipients, [address])

    def test_else_the_message_says_what_is_wrong(self):
        for email, words in (
            (False, "has no e-mail address"),
            ("   ", "has no e-mail address"),
            ("carla", "“carla”"),
            ("carla@", "“carla@”"),
            ("@aurora.example.com", "“@aurora.example.com”"),
            ("carla@aurora@example.com", "“carla@aurora@example.com”"),
            ('"carla customer"@aurora.example.com', "nothing can be mailed"),
            ("carla@bä..kerei.example", "“carla@bä..kerei.example”"),
            ("carla@a.example, paul@b.example", "several e-mail addresses (carla@a.example, paul"),
            ("carla@a.example; paul@b.example", "e-mail address"),
        ):
            with self.subTest(email=email):
                problem = self._find_problem(email)
                self.assertIn("Carla Customer", problem)
                self.assertIn(words, problem)

    def test_corrected_address_says_so_as_well(self):
        contract = self._create_sent_contract()
        part = self._get_participant(contract, self.customer)
        with self.assertRaisesRegex(UserError, "several e-mail addresses"):
            part._correct_address("a@a.example, b@b.example", "typo")
