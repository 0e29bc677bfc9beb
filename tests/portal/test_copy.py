from urllib.parse import urlsplit

from odoo.tests import tagged
from odoo.tools import file_open

from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestCopy(ContractPortalCommon):
    """A copy of the database, neutralized as Odoo does, opens no contract."""

    def test_secrets_of_the_original_open_nothing(self):
        contract = self._create_sent_contract(
            requester_id=self.link_holder.id, identity_policy="code"
        )
        participant = self._get_participant(contract, self.link_holder)
        link = self._issue_link(contract, self.link_holder)
        code = self.env["customer.contract.code"]._issue(participant)
        handover = urlsplit(contract.with_user(self.manager)._hand_over(participant)).path
        self.env.flush_all()
        with file_open("customer_contract/data/neutralize.sql") as file:
            self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self._log_in()
        self.assertEqual(self._get(link).status_code, 303)
        self.assertNotIn("We maintain the ovens.", self._get(contract.access_url).text)
        self.assertIn("error", self._sign(contract, code=code))
        self.assertTrue(participant._enter_code(code), "the code is worth nothing")
        self._log_in()
        self.assertNotEqual(self._post(f"{handover}/start").status_code, 303)
        self.assertEqual(contract.state, "sent")
