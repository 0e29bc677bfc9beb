import errno
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ContractCommon, make_pdf


@tagged("post_install", "-at_install")
class TestCutOffFile(ContractCommon):
    """A part of a file, as a full disk or a killed process leaves it, keeps nothing out."""

    def setUp(self):
        super().setUp()
        self.Attachment = self.env["ir.attachment"]
        self.content = make_pdf("Cut off")
        checksum = self.Attachment._compute_checksum(self.content)
        _name, path = self.Attachment._get_path(self.content, checksum)
        self.path = Path(path)
        self.addCleanup(self.path.unlink, missing_ok=True)

    def _store(self):
        return self.Attachment.create({"name": "cut.pdf", "raw": self.content})

    def test_stored_again(self):
        for part in (b"", self.content[:100], self.content[:-1]):
            self.path.write_bytes(part)
            attachment = self._store()
            self.assertEqual(self.path.read_bytes(), self.content)
            self.assertEqual(attachment.raw, self.content)
        self.assertFalse(list(self.path.parent.glob(".whole-*")))

    def test_disk_still_full(self):
        self.path.write_bytes(self.content[:100])
        full = OSError(errno.ENOSPC, "No space left on device")
        with patch.object(Path, "replace", side_effect=full), self.assertRaises(OSError):
            self._store()
        self.assertEqual(self.path.read_bytes(), self.content[:100])
        self.assertFalse(list(self.path.parent.glob(".whole-*")))

    def test_other_whole_file(self):
        # no two such files are known that could be stored here
        self.path.write_bytes(b"another one")
        with (
            patch("hashlib.sha1") as digest,
            self.assertRaisesRegex(UserError, "collides"),
        ):
            digest.return_value.hexdigest.return_value = self.path.name
            self._store()
        self.assertEqual(self.path.read_bytes(), b"another one")
