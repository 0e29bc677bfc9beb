import io
import os
import socket
import struct
import threading
import zipfile
from unittest.mock import patch

from PIL import Image
from PyPDF2 import PdfReader, PdfWriter

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import BaseCommon

from ...models.file_check import customer_contract_file_check as file_check
from ...tools.confined import process
from ..paper.common import (
    make_bomb,
    make_page_picture,
    make_pages,
    make_photo,
    make_raw_pdf,
    make_scan,
)

CHECK = "odoo.addons.customer_contract.models.file_check.customer_contract_file_check"
SCANNER = "odoo.addons.customer_contract.models.file_check.customer_contract_file_scanner"
CODE = "CCP:ABCDEFGHIJKLMNOP:2:3"
SCRIPT = b"<< /Type /Action /S /JavaScript /JS (app.alert\\(1\\)) >>"


@tagged("post_install", "-at_install")
class TestPaperGate(BaseCommon):
    """Files from strangers are let in only if they are pages and nothing else."""

    def _inspect(self, content, most_pages=60):
        return self.env["customer.contract.file.check"]._inspect(content, most_pages)

    def _assert_refused(self, content, words, **values):
        with self.assertRaisesRegex(UserError, words):
            self._inspect(content, **values)

    # === WHAT IS LET IN === #

    def test_scan(self):
        inspected = self._inspect(make_scan(CODE, CODE.replace(":2:", ":3:")))
        self.assertEqual(inspected["kind"], "pdf")
        codes = [[code["text"] for code in page["codes"]] for page in inspected["pages"]]
        self.assertEqual(codes, [[CODE], [CODE.replace(":2:", ":3:")]])
        self.assertTrue(all(page["preview"].startswith(b"\xff\xd8") for page in inspected["pages"]))

    def test_photos_in_any_position(self):
        for turn, expected in (
            (0, 0),
            (180, 180),
            (6, 0),
            (-14, 0),
            (174, 180),
            (90, 90),
            (270, 270),
        ):
            with self.subTest(turn):
                (page,) = self._inspect(make_photo(CODE, turn))["pages"]
                self.assertEqual([code["text"] for code in page["codes"]], [CODE])
                self.assertEqual(page["codes"][0]["turn"], expected)

    def test_upside_down_and_skewed_scan(self):
        for turn in (180, 5, 183):
            (page,) = self._inspect(make_scan(CODE, turn=turn))["pages"]
            self.assertEqual([code["text"] for code in page["codes"]], [CODE])

    def test_small_and_large_photos(self):
        for size in ((700, 990), (3024, 4032)):
            (page,) = self._inspect(make_photo(CODE, size=size))["pages"]
            self.assertEqual([code["text"] for code in page["codes"]], [CODE])

    def test_pictures_are_made_anew(self):
        picture = make_page_picture(CODE).convert("RGB")
        notes = Image.Exif()
        notes[0x0112] = 6  # to be turned clockwise when shown
        notes[0x010E] = "Secret place"
        output = io.BytesIO()
        picture.rotate(90, expand=True).save(output, format="JPEG", exif=notes)
        content = output.getvalue() + b"<script>alert(1)</script>PK\x05\x06"
        self.assertIn(b"Secret place", content)
        inspected = self._inspect(content)
        self.assertNotIn(b"Secret place", inspected["content"])
        self.assertNotIn(b"script", inspected["content"])
        with Image.open(io.BytesIO(inspected["content"])) as clean:
            self.assertEqual(clean.format, "JPEG")
            self.assertGreater(clean.height, clean.width)
            self.assertFalse(clean.getexif())
        self.assertEqual(inspected["pages"][0]["codes"][0]["turn"], 0)

    def test_transparent_png(self):
        output = io.BytesIO()
        make_page_picture(CODE).convert("RGBA").save(output, format="PNG")
        inspected = self._inspect(output.getvalue())
        self.assertEqual(inspected["kind"], "png")
        self.assertTrue(inspected["content"].startswith(b"\xff\xd8"))

    def test_pdf_that_opens_at_a_page(self):
        content = make_raw_pdf(catalog_extra=b"/OpenAction [3 0 R /XYZ null null 0]")
        self.assertEqual(len(self._inspect(content)["pages"]), 1)

    def test_signature_drawn_on_a_tablet_becomes_part_of_the_page(self):
        look = b"0 0 1 RG 4 w 0 0 m 100 50 l S"
        content = make_raw_pdf(
            b"<< /Type /Annot /Subtype /Ink /Rect [100 100 300 200] /F 4 /AP << /N 6 0 R >> >>",
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 100 50] /Length %d >>\n"
            b"stream\n%s\nendstream" % (len(look), look),
            page_extra=b"/Annots [5 0 R]",
        )
        self._inspect(content)
        scan = self.env["customer.contract.file.check"]._compose([(content, "pdf", 0, 0)])
        page = PdfReader(io.BytesIO(scan)).pages[0]
        self.assertNotIn("/Annots", page)
        self.assertIn("/ContractNote0", page["/Resources"]["/XObject"])
        self.assertIn(b"2.00000 0 0 2.00000 100.0000 100.0000 cm", page.get_contents().get_data())

    # === WHAT IS REFUSED === #

    def test_other_kinds_whatever_they_are_called(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("zeros", b"\0" * 50_000_000)
        for content, words in (
            (b"", "empty"),
            (b"MZ" + b"\0" * 5000, "a program"),
            (b"\x7fELF" + b"\0" * 5000, "a program"),
            (b"#!/bin/sh\nrm -rf /\n", "a program"),
            (archive.getvalue(), "an archive"),
            (b"\0\0\0\x18ftypheic" + b"\0" * 500, "HEIC"),
            (b"<html><script>alert(1)</script></html>", "no PDF, JPEG or PNG"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PDF, JPEG or PNG"),
            (b"GIF89a" + b"\0" * 500, "no PDF, JPEG or PNG"),
            (b"<!-- -->" + make_pages(1), "no PDF, JPEG or PNG"),
        ):
            with self.subTest(words):
                self._assert_refused(content, words)

    def test_active_content(self):
        streams = b"<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream"
        for name, content in {
            "opening": make_raw_pdf(SCRIPT, catalog_extra=b"/OpenAction 5 0 R"),
            "unused": make_raw_pdf(SCRIPT),
            "escaped": make_raw_pdf(SCRIPT.replace(b"/JavaScript", b"/J#61vaScript")),
            "page": make_raw_pdf(page_extra=b"/AA << /O << /S /Named /N /Print >> >>"),
            "launch": make_raw_pdf(b"<< /S /Launch /F (cmd.exe) >>"),
            "names": make_raw_pdf(catalog_extra=b"/Names << /EmbeddedFiles << /Names [] >> >>"),
            "file": make_raw_pdf(streams),
            "attachment": make_raw_pdf(b"<< /Type /Annot /Subtype /FileAttachment >>"),
            "form": make_raw_pdf(catalog_extra=b"/AcroForm << /XFA (x) /Fields [] >>"),
            "submit": make_raw_pdf(b"<< /S /SubmitForm /F (http://example.com) >>"),
            "direct": make_raw_pdf(
                catalog_extra=b"/OpenAction << /S /URI /URI (http://example.com) >>"
            ),
        }.items():
            with self.subTest(name):
                self._assert_refused(content, "something active")

    def test_active_content_inside_an_object_stream(self):
        from pyhanko.pdf_utils import generic, writer

        document = writer.PdfFileWriter(stream_xrefs=True)
        document.insert_page(
            writer.PageObject(
                contents=document.add_object(generic.StreamObject(stream_data=b"BT ET")),
                media_box=(0, 0, 595, 842),
            )
        )
        action = generic.DictionaryObject(
            {
                generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
                generic.pdf_name("/JS"): generic.TextStringObject("app.alert(1)"),
            }
        )
        document.add_object(action, obj_stream=document.prepare_object_stream())
        output = io.BytesIO()
        document.write(output)
        self.assertNotIn(b"JavaScript", output.getvalue())
        self._assert_refused(output.getvalue(), "something active")

    def test_encrypted(self):
        writer = PdfWriter()
        writer.append_pages_from_reader(PdfReader(io.BytesIO(make_pages(1))))
        writer.encrypt("secret")
        output = io.BytesIO()
        writer.write(output)
        self._assert_refused(output.getvalue(), "protected by a password")

    def test_broken_files(self):
        scan, photo = make_scan(CODE), make_photo(CODE)
        self._assert_refused(scan[: len(scan) // 2], "cut off")
        self._assert_refused(photo[: len(photo) // 2], "damaged")
        self._assert_refused(b"%PDF-1.7\nnothing\n%%EOF", "damaged")
        self._assert_refused(b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "damaged")

    def test_two_kinds_at_once(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("a", "a")
        self._assert_refused(make_pages(1) + archive.getvalue(), "more than a PDF")
        content = make_pages(1).replace(b"%PDF-1.3", b"%PDF-1.3\n%<script>alert(1)</script>", 1)
        self._assert_refused(content, "more than a PDF")

    def test_too_many_pages(self):
        self._assert_refused(make_pages(200), "200 pages; 60 are allowed")
        self._assert_refused(make_pages(4), "4 pages; 3 are allowed", most_pages=3)
        lie = make_pages(200).replace(b"/Count 200", b"/Count 1  ")
        self._assert_refused(lie, "200 pages")

    def test_bombs(self):
        bomb = make_bomb()
        self.assertLess(len(bomb), 1024**2)
        self._assert_refused(bomb, "too large when it is opened")
        huge = make_raw_pdf(
            b"<< /Subtype /Image /Width 60000 /Height 60000 /Length 2 >>\nstream\nab\nendstream"
        )
        self._assert_refused(huge, "too large when it is opened")
        doubled = make_raw_pdf(
            b"<< /Filter [/FlateDecode /FlateDecode] /Length 2 >>\nstream\nab\nendstream"
        )
        self._assert_refused(doubled, "too large when it is opened")
        output = io.BytesIO()
        Image.new("1", (30000, 30000)).save(output, format="PNG")
        self._assert_refused(output.getvalue(), "too large when it is opened")

    def test_circles_and_depth(self):
        circle = make_raw_pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")
        self._assert_refused(circle, "complicated|damaged")
        deep = make_raw_pdf(b"[" * 5000 + b"]" * 5000)
        with self.assertRaises(UserError):
            self._inspect(deep)

    @mute_logger(CHECK)
    def test_process_that_fails_or_hangs(self):
        with patch.object(file_check, "MOST_SECONDS", 0.01):
            self._assert_refused(make_scan(CODE), "too large")
        with patch.object(file_check, "PROGRAM", "customer_contract/tools/file_check/refusal.py"):
            self._assert_refused(make_scan(CODE), "damaged")

    def test_process_knows_nothing_of_the_server(self):
        with patch.object(file_check.subprocess, "run") as run:
            run.return_value.returncode = 1
            run.return_value.stderr = b""
            with mute_logger(CHECK):
                self._assert_refused(make_scan(CODE), "damaged")
        environment = run.call_args.kwargs["env"]
        # Where things are, and nothing that the server was given.
        known = {"PYTHONPATH", "LANG", "TMPDIR", "HOME", *process.KEPT}
        self.assertLessEqual(set(environment), known)
        self.assertNotEqual(environment["HOME"], os.environ.get("HOME"))

    # === SCANNER === #

    def _serve_scanner(self, answer):
        """Answer one file as clamd does; return the address and what was received."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        received = []

        def serve():
            connection, _address = server.accept()
            with connection, connection.makefile("rb") as stream:
                received.append(stream.read(10))
                while size := struct.unpack("!I", stream.read(4))[0]:
                    received.append(stream.read(size))
                if answer:
                    connection.sendall(answer + b"\0")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 5)
        return f"tcp:127.0.0.1:{server.getsockname()[1]}", received

    def _scan(self, address, content=b"content"):
        self.env["ir.config_parameter"].set_param("customer_contract.malware_scanner", address)
        self.env["customer.contract.file.scanner"]._check(content)

    @mute_logger(SCANNER)
    def test_scanner(self):
        address, received = self._serve_scanner(b"stream: OK")
        content = b"x" * 200_000
        self._scan(address, content)
        self.assertEqual(received[0], b"zINSTREAM\0")
        self.assertEqual(b"".join(received[1:]), content)
        address, _received = self._serve_scanner(b"stream: Eicar-Signature FOUND")
        with self.assertRaisesRegex(UserError, "refused by the malware scanner"):
            self._scan(address)

    @mute_logger(SCANNER)
    def test_scanner_that_does_not_answer_lets_nothing_in(self):
        for answer in (b"", b"INSTREAM size limit exceeded. ERROR"):
            address, _received = self._serve_scanner(answer)
            with self.assertRaisesRegex(UserError, "cannot be checked for malware right now"):
                self._scan(address)
        for address in ("tcp:127.0.0.1:1", "unix:/nowhere/clamd.ctl", "nonsense"):
            with self.assertRaisesRegex(UserError, "cannot be checked for malware right now"):
                self._scan(address)
        self._scan(False)

    def test_scanner_address(self):
        Settings = self.env["res.config.settings"]
        for address in ("http://scanner", "tcp:host", "unix:relative"):
            with self.assertRaises(ValidationError):
                Settings.create({"contract_malware_scanner": address})
