import ast
import csv
import hashlib
import io
import json
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import PYTHON, BundleCommon


@tagged("post_install", "-at_install")
class TestBundle(BundleCommon):
    def setUp(self):
        super().setUp()
        self.contract = self._create_anchored_contract()
        self.files = self._export(self.contract)

    def test_content(self):
        version = self.contract.current_version_id
        self.assertEqual(self.files["versions/01/content.json"], version.content.encode())
        self.assertEqual(self.files["versions/01/contract.pdf"], version.pdf_attachment_id.raw)
        self.assertEqual(self.files["signed.pdf"], self.contract.signed_document_id.raw)
        self.assertEqual(self.files["verify.py"], self.script)
        names = set(self.files)
        self.assertLessEqual(
            {"README.txt", "signatures/01.png", "signatures/02.png", "signatures.jsonl"}, names
        )
        self.assertEqual(len([name for name in names if name.startswith("consents/")]), 1)
        [annex] = [name for name in names if name.startswith("annexes/")]
        self.assertNotIn("..", annex)
        events = self._read_events(self.files)
        stored = self.contract.event_ids.sorted("sequence")
        # what happened after the bundle was made is the export itself
        self.assertEqual([event["hash"] for event in events], stored.mapped("hash")[:-1])
        self.assertEqual([event["payload"] for event in events], stored.mapped("payload")[:-1])
        self.assertEqual(stored[-1].event_type, "bundle_exported")
        self.assertIn("Mona Manager", stored[-1].actor)

    def test_intact(self):
        status, output = self._verify(self.files)
        self.assertEqual(status, 0, output)
        self.assertIn("INTACT", output)
        for anchor in self.contract.anchor_ids:
            status, output = self._verify(
                self.files,
                "--expect-head",
                anchor.head,
                "--expect-daily",
                anchor.record_id._get_readable_digest(),
            )
            self.assertEqual(status, 0, output)
        # a later bundle has the same history, and an earlier hash still proves it
        status, output = self._verify(
            self._export(self.contract),
            "--expect-head",
            json.loads(self.files["chain.json"])["head"],
        )
        self.assertEqual(status, 0, output)

    def test_unpacked(self):
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        with zipfile.ZipFile(self._pack(self.files)) as archive:
            archive.extractall(folder)
        for path in (folder / "bundle.zip", folder / ".DS_Store"):
            path.write_bytes(b"left behind")
        command = [PYTHON, "-I", folder / "verify.py"]
        result = subprocess.run(command, capture_output=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        sums = subprocess.run(
            ["sha256sum", "--check", "--strict", "--quiet", "MANIFEST.sha256"],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        self.assertEqual(sums.returncode, 0, sums.stderr)
        (folder / "notes.txt").write_text("added")
        result = subprocess.run(command, capture_output=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 1)

    def test_other_kinds_of_contracts(self):
        sent = self._create_sent_contract()
        revised = self._create_sent_contract()
        revised.action_new_version()
        revised.section_ids[0].body = "<p>Another text.</p>"
        self._sign_as_manager(revised)
        for contract in (sent, revised):
            status, output = self._verify(self._export(contract))
            self.assertEqual(status, 0, output)
        self.assertIn("versions/02/content.json", self._export(revised))
        with self.assertRaises(UserError):
            self._create_contract().get_evidence_bundle()

    def test_same_evidence_same_bytes(self):
        contract = self.contract.sudo()
        self.assertEqual(contract._make_evidence_bundle(), contract._make_evidence_bundle())

    def test_runs_on_old_python(self):
        ast.parse(self.script.decode(), feature_version=(3, 8))
        allowed = {"argparse", "base64", "hashlib", "json", "os", "re", "sys", "zipfile", "zlib"}
        for node in ast.walk(ast.parse(self.script.decode())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names}
                self.assertLessEqual(names, allowed)

    # === ACCESS === #

    def test_who_may_have_it(self):
        own = new_test_user(
            self.env, "contract_own", groups="customer_contract.group_contract_user"
        )
        reader = new_test_user(
            self.env, "contract_all", groups="customer_contract.group_contract_user_all"
        )
        company = self.env["res.company"].create({"name": "Other Company"})
        stranger = new_test_user(
            self.env,
            "contract_stranger",
            groups="customer_contract.group_contract_user_all",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        employee = new_test_user(self.env, "employee", groups="base.group_user")
        public = self.env.ref("base.public_user")
        self.assertTrue(self._export(self.contract, reader))
        length = len(self.contract.event_ids)
        for user in (own, stranger, employee, public, self.portal_user):
            contract = self.contract.with_user(user)
            for method in (
                "get_evidence_bundle",
                "get_readable_audit_trail",
                "get_audit_trail",
                "verify_integrity",
                "action_verify_integrity",
                "action_download_evidence_bundle",
                "action_download_audit_trail",
            ):
                with self.subTest(user.login, method=method), self.assertRaises(AccessError):
                    getattr(contract, method)()
        self.contract.invalidate_recordset()
        self.assertEqual(len(self.contract.event_ids), length)

    def test_lost_file_is_told_by_the_script(self):
        attachment = self.contract.signed_document_id
        read = self.registry["ir.attachment"]._file_read

        def lost(records, name, *args, **kwargs):
            return b"" if name == attachment.store_fname else read(records, name, *args, **kwargs)

        self.patch(self.registry["ir.attachment"], "_file_read", lost)
        self._assert_fails(self._export(self.contract), expected="signed.pdf is missing")

    def test_readable_trail(self):
        trail = self.contract.with_user(self.manager).get_readable_audit_trail()
        self.assertEqual([event["number"] for event in trail], list(range(1, len(trail) + 1)))
        signed = [event for event in trail if event["event"] == "Signed"]
        self.assertEqual([event["who"] for event in signed], ["Mona Manager", "Carla Customer"])
        self.assertTrue(all(event["time"].endswith("Z") for event in trail))


@tagged("post_install", "-at_install")
class TestBundleAttacks(BundleCommon):
    """What the script has to find out, on the files of one bundle."""

    made = None

    def setUp(self):
        super().setUp()
        if not self.made:
            contract = self._create_anchored_contract()
            anchor = contract.anchor_ids
            type(self).made = self._export(contract), anchor.head, anchor.record_id.digest
        self.files, self.head, self.daily_digest = self.made

    def test_changed_byte_in_any_file(self):
        for name, content in self.files.items():
            position = len(content) // 2
            changed = content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
            with self.subTest(name):
                self._assert_fails({**self.files, name: changed})

    def test_changed_byte_with_forged_manifest(self):
        unproven = {"README.txt", "verify.py", "MANIFEST.sha256"}
        for name, content in self.files.items():
            if name in unproven:
                continue
            position = len(content) // 2
            changed = content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
            with self.subTest(name):
                self._assert_fails(self._forge_manifest({**self.files, name: changed}))

    def test_missing_file(self):
        unproven = {"README.txt", "verify.py"}
        for name in self.files:
            files = {key: value for key, value in self.files.items() if key != name}
            with self.subTest(name):
                self._assert_fails(dict(files))
            if name not in unproven | {"MANIFEST.sha256"}:
                with self.subTest(name, forged=True):
                    self._assert_fails(self._forge_manifest(files))

    def test_added_file(self):
        self._assert_fails({**self.files, "more.txt": b"x"}, expected="added: more.txt")
        for name in (
            "versions/02/content.json",
            "signatures/03.png",
            f"consents/{'0' * 64}.txt",
            "annexes/more.pdf",
            "certificates/more.pem",
        ):
            with self.subTest(name):
                self._assert_fails(self._forge_manifest({**self.files, name: b"x"}))

    def test_swapped_files(self):
        other = self._export(self._create_signed_contract())
        swaps = [
            {"signed.pdf": other["signed.pdf"]},
            {"versions/01/contract.pdf": self.files["signed.pdf"]},
            {"versions/01/content.json": other["versions/01/content.json"]},
            {"signatures.jsonl": other["signatures.jsonl"]},
            {"events.jsonl": other["events.jsonl"]},
            {"events.jsonl": other["events.jsonl"], "chain.json": other["chain.json"]},
        ]
        for swap in swaps:
            with self.subTest(str(list(swap))):
                self._assert_fails(self._forge_manifest({**self.files, **swap}))

    def test_signatures_left_out_or_doubled(self):
        lines = self.files["signatures.jsonl"].decode().splitlines(True)
        attacks = {
            "one left out": ("".join(lines[:1]), ("signatures/02.png",)),
            "one twice": ("".join([lines[0], lines[0]]), ()),
            "none": ("", ("signatures/01.png", "signatures/02.png")),
            "another name": (lines[0].replace("Mona", "Nora") + lines[1], ()),
        }
        for attack, (text, removed) in attacks.items():
            files = {name: value for name, value in self.files.items() if name not in removed}
            files["signatures.jsonl"] = text.encode()
            with self.subTest(attack):
                self._assert_fails(self._forge_manifest(files))

    def test_events_dropped_reordered_truncated(self):
        events = self._read_events(self.files)
        attacks = {
            "dropped": events[:3] + events[4:],
            "truncated": events[:-2],
            "reordered": [events[1], events[0], *events[2:]],
            "doubled": [*events, events[-1]],
            "none": [],
        }
        for attack, changed in attacks.items():
            files = dict(self.files)
            self._write_events(files, changed)
            with self.subTest(attack):
                self._assert_fails(self._forge_manifest(files))

    def test_erased_payload(self):
        events = self._read_events(self.files)
        events[-1]["payload"] = ""
        files = dict(self.files)
        self._write_events(files, events)
        self._assert_fails(self._forge_manifest(files), expected="was erased")

    def test_rebuilt_chain_needs_something_from_outside(self):
        events = self._read_events(self.files)
        events[-1]["event_type"] = "downloaded"
        # the evidence inside the signed contract ends before this event
        files = self._rebuild_chain(dict(self.files), events)
        status, output = self._verify(files)
        self.assertEqual(status, 0, output)
        self._assert_fails(files, "--expect-head", self.head)
        self._assert_fails(files, "--expect-daily", self.daily_digest)

    def test_rebuilt_chain_with_kept_anchors(self):
        events = self._read_events(self.files)
        events[-1]["event_type"] = "downloaded"
        files = self._rebuild_chain(dict(self.files), events)
        chain = json.loads(files["chain.json"])
        chain["anchors"] = json.loads(self.files["chain.json"])["anchors"]
        files["chain.json"] = self._canonical(chain).encode()
        self._assert_fails(self._forge_manifest(files), expected="another trail")
        # with anchors that name the new head, their proofs lead elsewhere
        chain["anchors"][0]["head"] = chain["head"]
        files["chain.json"] = self._canonical(chain).encode()
        self._assert_fails(self._forge_manifest(files), expected="not part of record")

    def test_cut_chain(self):
        events = self._read_events(self.files)[:-1]
        files = self._rebuild_chain(dict(self.files), events)
        self._assert_fails(files, "--expect-head", self.head)
        self._assert_fails(files, "--expect-daily", self.daily_digest)

    def test_nonsense(self):
        self._assert_fails(self.files, "--expect-head", "12ab", expected="is no SHA-256")
        self._assert_fails(self.files, "--expect-head", "0" * 64)
        self._assert_fails({})
        self._assert_fails(self._forge_manifest({**self.files, "events.jsonl": b"\xff\n"}))
        self._assert_fails(self._forge_manifest({**self.files, "chain.json": b"[]"}))
        for content in (b"", b"PK nothing"):
            path = self._pack(self.files)
            path.write_bytes(content)
            script = path.with_name("verify.py")
            script.write_bytes(self.script)
            result = subprocess.run([PYTHON, script, path], capture_output=True, check=False)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertFalse(result.stderr)


@tagged("post_install", "-at_install")
class TestEvidenceRoutes(BundleCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.contract = self._create_sent_contract()

    def _get(self, user, path):
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(f"/contract/{self.contract.id}/{path}", allow_redirects=False)

    def test_download(self):
        response = self._get(self.manager, "evidence")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/zip")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertIn("evidence.zip", response.headers["Content-Disposition"])
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            self.assertIn("verify.py", archive.namelist())
        self.contract.invalidate_recordset()
        last = self.contract.event_ids.sorted("sequence")[-1]
        self.assertEqual(last.event_type, "bundle_exported")
        self.assertIn(hashlib.sha256(response.content).hexdigest(), last.payload)

    def test_trail(self):
        self.contract.with_user(self.portal_user).sudo()._log_event("viewed")
        self.portal_user.name = "=1+1"
        self.contract.with_user(self.portal_user).sudo()._log_event("viewed")
        response = self._get(self.manager, "trail")
        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
        self.assertEqual(rows[0]["event"], "Created")
        self.assertEqual([row["who"] for row in rows[-2:]], ["Carla Customer", "'=1+1"])
        self.assertIn("content_digest: ", rows[1]["details"])
        response = self._get(self.manager, "trail?format=json")
        self.assertEqual(response.json()[-1]["event_type"], "trail_exported")
        self.assertEqual(self._get(self.manager, "trail?format=exe").status_code, 404)

    def test_refused(self):
        stranger = new_test_user(
            self.env, "contract_stranger", groups="customer_contract.group_contract_user"
        )
        for path in ("evidence", "trail"):
            for user in (stranger, self.portal_user):
                self.assertEqual(self._get(user, path).status_code, 404)
            self.assertIn(self._get(None, path).status_code, (302, 303))
        self.authenticate("contract_manager", "contract_manager")
        self.assertEqual(self.url_open("/contract/999999999/evidence").status_code, 404)
