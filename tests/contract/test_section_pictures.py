import base64

from odoo import Command
from odoo.tests import new_test_user, tagged

from ..common import ContractCommon, make_signature_picture


@tagged("post_install", "-at_install")
class TestSectionPictures(ContractCommon):
    """Pictures in the text reach the frozen contract, and only one's own do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env,
            login="contract_colleague",
            groups="customer_contract.group_contract_user_all",
        )

    def _upload(self, user):
        """Store a picture as the editor does, before the section exists."""
        return (
            self.env["ir.attachment"]
            .with_user(user)
            .create(
                {
                    "name": "plan.png",
                    "raw": base64.b64decode(make_signature_picture()),
                    "mimetype": "image/png",
                    "res_model": "customer.contract.section",
                    "res_id": 0,
                }
            )
        )

    def _write_section(self, picture):
        body = f'<p>Plan:</p><img src="/web/image/{picture.id}-1a2b/plan.png">'
        contract = self._create_contract(section_ids=[Command.create({"body": body})])
        return contract.section_ids

    def test_somebody_else_freezes_the_picture(self):
        section = self._write_section(self._upload(self.manager))
        frozen = section.contract_id.with_user(self.colleague)._prepare_frozen_html(section.body)
        self.assertIn("data:image/png;base64,", frozen)

    def test_picture_added_later(self):
        contract = self._create_contract()
        picture = self._upload(self.manager)
        section = contract.section_ids[0]
        section.body = f'<img src="/web/image/{picture.id}">'
        self.assertEqual(picture.res_id, section.id)

    def test_picture_of_another_user_is_not_taken(self):
        picture = self._upload(self.colleague)
        section = self._write_section(picture)
        self.assertFalse(picture.res_id)
        self.assertNotIn("data:image", section.contract_id._prepare_frozen_html(section.body))

    def test_picture_of_another_record_stays_there(self):
        other = self._create_contract().section_ids[0]
        picture = self._upload(self.manager)
        picture.res_id = other.id
        self._write_section(picture)
        self.assertEqual(picture.res_id, other.id)
