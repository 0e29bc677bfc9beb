import hashlib
from pathlib import Path

from odoo.tests import HttpCase, tagged

from .common import BundleCommon

ROOT = Path(__file__).parents[2]


@tagged("post_install", "-at_install")
class TestVerifierDigest(BundleCommon, HttpCase):
    """A bundle cannot vouch for its own verifier; what stands outside does."""

    def setUp(self):
        super().setUp()
        self.digest = hashlib.sha256(self.script).hexdigest()

    def test_readme_of_the_bundle(self):
        files = self._export(self._create_sent_contract())
        self.assertIn(self.digest, files["README.txt"].decode())
        self.assertIn("/contract/verify", files["README.txt"].decode())

    def test_public_page(self):
        self.authenticate(None, None)
        self.assertIn(self.digest, self.url_open("/contract/verify").text)

    def test_readme_of_the_release(self):
        readme = (ROOT / "README.rst").read_text(encoding="utf-8")
        self.assertIn(f"``{self.digest}``", readme)
