import base64
import shutil
import tempfile
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools import verify
from ..integrity.common import BundleCommon
from ..seal.common import SealCommon
from .common import attacks
from .generated_bundles import ROWS, UNKNOWN, UNREADABLE, Generator, describe

SUBJECT = "Evidence bundle, each check of both verifiers"
TITLES = {
    getattr(verify.Bundle, f"check_{name.replace(' ', '_')}").__doc__: name
    for name in ("manifest", *verify.CHECKS, "expected head", "expected daily")
}


@tagged("post_install", "-at_install")
class TestAttackBundleChecks(BundleCommon, SealCommon):
    """One set of generated bundles, and the verdict of each check by both verifiers."""

    def _run_script(self, path, options):
        """Return the checks that ``verify.py`` finds failed."""
        result = self._run_verifier(path, *options)
        self.assertFalse(result.stderr)
        if "FAIL  the bundle cannot be read" in result.stdout:
            return [UNREADABLE]
        found = {}
        for line in result.stdout.splitlines():
            for title, name in TITLES.items():
                if line.startswith((f"ok    {title} (", f"FAIL  {title}: ")):
                    found[name] = line.startswith("ok")
        self.assertLessEqual({"manifest", *verify.CHECKS}, set(found))
        failed = [name for name, is_passed in found.items() if not is_passed]
        self.assertEqual(bool(failed), result.returncode == 1)
        return failed

    def _ask_server(self, content, failed):
        """Return the checks in which the server finds another thing than it keeps."""
        try:
            answer = self.contract.with_user(self.manager).check_evidence_file(
                base64.b64encode(content).decode()
            )
        except UserError:
            return [UNREADABLE]
        checks = answer["checks"]
        self.assertEqual([check["name"] for check in checks], ["manifest", *verify.CHECKS])
        # The server tells what the script says of the bundle, too.
        inside = {name for name in failed if not name.startswith("expected")}
        self.assertEqual({check["name"] for check in checks if not check["ok"]}, inside)
        different = [check["name"] for check in checks if check["is_kept"] is False]
        is_known = answer["contract_id"] == self.contract.id
        self.assertEqual(answer["ok"], is_known and not inside and not different)
        return different if answer["contract_id"] else [UNKNOWN]

    @attacks(SUBJECT, {name: str(row) for name, row in ROWS.items()})
    def test_generated(self):
        self._create_certificate()
        self.contract = self._create_anchored_contract()
        files = self._export(self.contract)
        chain = verify.parse(files["chain.json"].decode())
        known = {
            "--expect-head": chain["head"],
            "--expect-daily": chain["anchors"][-1]["record"]["digest"],
        }
        self._create_certificate()
        other = self._export(self._create_signed_contract())
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        got = {}
        for name, content in Generator(self, files, other).generate():
            if "has gone on" in name:
                self.contract.sudo()._log_event("viewed", details={"who": "Zoë 合同"})
            path = folder / "bundle.zip"
            path.write_bytes(content)
            row = ROWS[name]
            options = [part for option in row.options for part in (option, known[option])]
            failed = self._run_script(path, options)
            result = describe(failed, self._ask_server(content, failed))
            self.assertEqual(got.setdefault(name, result), result)
        return got
