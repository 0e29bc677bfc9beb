from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DocumentCommon


@tagged("post_install", "-at_install")
class TestFolder(DocumentCommon):
    """A folder is shown or hidden in one act, with all that lies in it."""

    def test_whole_folder(self):
        contract = self._create_contract()
        files = [
            self._create_document(contract, name=f"{number}.pdf", folder=folder)
            for number, folder in enumerate(("Plans", "Plans/Ground floor", "Plans old", False))
        ]
        for document in files:
            document.portal_visible = False
        files[0].action_toggle_folder()
        self.assertEqual([file.portal_visible for file in files], [True, True, False, False])
        files[1].portal_visible = False
        # what is shown in part is shown as a whole first
        files[0].action_toggle_folder()
        self.assertEqual([file.portal_visible for file in files], [True, True, False, False])
        files[0].action_toggle_folder()
        self.assertEqual([file.portal_visible for file in files], [False] * 4)
        with self.assertRaises(UserError):
            files[3].action_toggle_folder()
