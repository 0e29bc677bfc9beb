from odoo.tests import tagged

from ..common import ContractCommon


@tagged("post_install", "-at_install")
class TestPictureWarning(ContractCommon):
    """Pictures from elsewhere, which freezing drops."""

    def test_sender_is_warned(self):
        contract = self._create_contract()
        self.assertFalse(contract.picture_warning)
        address = "https://elsewhere.example.com/plan.png"
        contract.section_ids[0].body = f'<p>Plan: <img src="{address}"></p>'
        contract.invalidate_recordset(["picture_warning"])
        self.assertIn("Section Scope", contract.picture_warning)
        self.assertIn(address, contract.picture_warning)
        self.assertNotIn(address, "".join(contract._get_sending_problems()))
        self._sign_as_manager(contract)
        self.assertFalse(contract.picture_warning)
        self.assertNotIn(address, contract.sudo().current_version_id.content)

    def test_pictures_inside_are_fine(self):
        contract = self._create_contract()
        contract.section_ids[0].body = f'<p><img src="data:image/png;base64,{self.signature}"></p>'
        contract.invalidate_recordset(["picture_warning"])
        self.assertFalse(contract.picture_warning)

    def test_every_picture_is_named(self):
        contract = self._create_contract()
        contract.section_ids[1].body = (
            '<img src="//a.example.com/1.png"><img src="/web/image/999999999">'
            f'<img src="https://a.example.com/{"x" * 200}.png">'
        )
        self.assertEqual(len(contract._get_sending_warnings()), 3)
        self.assertTrue(all(len(text) < 250 for text in contract._get_sending_warnings()))
