from odoo import Command
from odoo.tests import tagged

from ...tools import verify
from ..common import make_pdf
from ..seal.common import SealCommon
from .common import BundleCommon

# What only the server knows, and the script does not
OF_THE_SERVER = {"state", "contract"}
# Only where a paper came
IN_SOME = {"papers"}


@tagged("post_install", "-at_install")
class TestSharedChecks(BundleCommon, SealCommon):
    """The server and the script check the same, by one list."""

    def test_both_check_the_list(self):
        self._create_certificate()
        annex = Command.create({"name": "Annex.pdf", "raw": make_pdf("Annex"), "purpose": "sign"})
        contract = self._create_signed_contract(document_ids=[annex])
        self.env["customer.contract.daily.record"]._take(self.company)
        checks = contract.verify_integrity()["checks"]
        done = {contract._get_check(check["name"]) for check in checks}
        self.assertEqual(done - OF_THE_SERVER, set(verify.CHECKS) - IN_SOME)
        self.assertLessEqual(OF_THE_SERVER, done)
        _status, output = self._verify(self._export(contract))
        for name in ("manifest", *verify.CHECKS):
            check = getattr(verify.Bundle, f"check_{name.replace(' ', '_')}")
            self.assertIn(f"ok    {check.__doc__}", output)
        self.assertEqual(len(output.split("\n\n")[0].splitlines()), len(verify.CHECKS) + 1)
