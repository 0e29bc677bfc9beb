import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from odoo import Command
from odoo.tests import HttpCase

from ..common import ContractCommon, make_pdf

# The script runs with the system's Python, without anything of Odoo.
PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
EVIDENCE_TABLES = (
    "customer_contract",
    "customer_contract_section",
    "customer_contract_participant",
    "customer_contract_document",
    "customer_contract_milestone",
    "customer_contract_event",
    "customer_contract_version",
    "customer_contract_signature",
    "customer_contract_anchor",
    "customer_contract_daily_record",
    "customer_contract_register",
    "ir_attachment",
)


class BundleCommon(ContractCommon):
    """A bundle, what can be done to it, and the script that tells."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = Path(__file__).parents[2].joinpath("tools", "verify.py").read_bytes()

    def _create_anchored_contract(self):
        """Create a signed contract with everything a bundle can have."""
        annex = Command.create(
            {"name": "../Annex A.pdf", "raw": make_pdf("Annex"), "purpose": "sign"}
        )
        contract = self._create_signed_contract(document_ids=[annex])
        contract.sudo()._log_event("viewed", details={"who": "Zoë 合同"})
        self.env["customer.contract.daily.record"]._take(self.company)
        return contract

    def _assert_fails(self, files, *options, expected=None):
        status, output = self._verify(files, *options)
        self.assertEqual(status, 1, output)
        self.assertIn("NOT INTACT", output)
        if expected:
            self.assertIn(expected, output)

    def _export(self, contract, user=None):
        """Return a contract's bundle as files by name."""
        content = contract.with_user(user or self.manager).get_evidence_bundle()
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(content))) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def _pack(self, files):
        """Return the path of a ZIP with some files."""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        path = folder / "bundle.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    def _run_verifier(self, path, *options):
        """Run the script of the bundle on a file, with nothing of this environment.

        :rtype: subprocess.CompletedProcess
        """
        script = path.with_name("verify.py")
        script.write_bytes(self.script)
        return subprocess.run(
            [PYTHON, "-I", script, path, *options],
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": "/usr/bin", "PYTHONUTF8": "1"},
            check=False,
        )

    def _verify(self, files, *options):
        """Run the bundle's own script on it.

        :return: the exit status and what it printed
        """
        result = self._run_verifier(self._pack(files), *options)
        self.assertNotIn("Traceback", result.stderr + result.stdout)
        return result.returncode, result.stdout + result.stderr

    def _forge_manifest(self, files):
        """Make the manifest agree with the files, as an attacker would."""
        files.pop("MANIFEST.sha256", None)
        files["MANIFEST.sha256"] = "".join(
            f"{hashlib.sha256(content).hexdigest()}  {name}\n"
            for name, content in sorted(files.items())
        ).encode()
        return files

    @staticmethod
    def _read_events(files):
        return [json.loads(line) for line in files["events.jsonl"].decode().splitlines()]

    @staticmethod
    def _canonical(content):
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def _write_events(self, files, events):
        text = "".join(self._canonical(event) + "\n" for event in events)
        files["events.jsonl"] = text.encode()

    def _replace_signed_file(self, files, pdf):
        """Put another signed file into a bundle, and make anew all that names it."""
        old, new = (hashlib.sha256(one).hexdigest() for one in (files["signed.pdf"], pdf))
        events = self._read_events(files)
        for event in events:
            event["payload"] = event["payload"].replace(old, new)
        return self._rebuild_chain({**files, "signed.pdf": pdf}, events)

    def _rebuild_chain(self, files, events):
        """Make a whole new chain that is right in itself, with all that names it."""
        previous_hash = "0" * 64
        for number, event in enumerate(events, 1):
            event["sequence"] = number
            event["payload_digest"] = hashlib.sha256(event["payload"].encode()).hexdigest()
            event["previous_hash"] = previous_hash
            header = {
                "contract": event["contract"],
                "sequence": number,
                "type": event["event_type"],
                "at": event["occurred_on"],
                "payload_digest": event["payload_digest"],
                "previous_hash": previous_hash,
            }
            event["hash"] = hashlib.sha256(self._canonical(header).encode()).hexdigest()
            previous_hash = event["hash"]
        self._write_events(files, events)
        chain = json.loads(files["chain.json"])
        chain.update(length=len(events), head=previous_hash, anchors=[])
        files["chain.json"] = self._canonical(chain).encode()
        return self._forge_manifest(files)


class IntegrityCommon(ContractCommon):
    def setUp(self):
        super().setUp()
        self.Record = self.env["customer.contract.daily.record"]

    def _without_triggers(self, statement, *values):
        """Do what only somebody with the database in his hands can do."""
        cr = self.env.cr
        self.env.flush_all()
        for table in EVIDENCE_TABLES:
            cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # pylint: disable=sql-injection
        cr.execute(statement, values)
        for table in EVIDENCE_TABLES:
            cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")  # pylint: disable=sql-injection
        self.env.invalidate_all()

    def _rebuild_chain(self, contract, length=None):
        """Make a whole new chain that is right in itself, and what the contract says of it.

        :param int length: cut the trail after so many events
        """
        events = contract.sudo().event_ids.sorted("sequence")
        if length:
            self._without_triggers(
                "DELETE FROM customer_contract_event WHERE contract_id = %s AND sequence > %s",
                contract.id,
                length,
            )
            events = events[:length]
        previous_hash = "0" * 64
        for event in events:
            payload = event.payload.replace("Carla", "Clara")
            values = {
                "contract_id": contract.id,
                "sequence": event.sequence,
                "event_type": event.event_type,
                "occurred_on": event.occurred_on,
                "payload_digest": event._digest(payload),
                "previous_hash": previous_hash,
            }
            new_hash = event._hash_header(values)
            self._without_triggers(
                "UPDATE customer_contract_event SET payload = %s, payload_digest = %s,"
                " previous_hash = %s, hash = %s WHERE id = %s",
                payload,
                values["payload_digest"],
                previous_hash,
                new_hash,
                event.id,
            )
            previous_hash = new_hash
        self._without_triggers(
            "UPDATE customer_contract SET trail_length = %s, trail_head = %s WHERE id = %s",
            len(events),
            previous_hash,
            contract.id,
        )

    def _get_failed(self, contract):
        result = contract.verify_integrity()
        return {check["name"]: check["detail"] for check in result["checks"] if not check["ok"]}


class VerificationCommon(ContractCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Each test counts its own misses.
        cls.env["customer.contract.rate.limit"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.contract = self._create_signed_contract()

    def _verify(self, code):
        return self.url_open(f"/contract/verify/{code}", allow_redirects=False)

    def _look_up(self, digest):
        return self.make_jsonrpc_request("/contract/verify/file", {"digest": digest})
