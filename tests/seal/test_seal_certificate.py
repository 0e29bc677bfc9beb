import base64
import os
from datetime import timedelta
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import config, mute_logger

from ...exceptions import SealPendingError
from .common import PASSPHRASE, SealCommon, make_pkcs12, make_rsa_key

KEY = "private_key_pem"


@tagged("post_install", "-at_install")
class TestSealCertificate(SealCommon):
    """Certificates: made, imported, kept, replaced, and whose key nobody sees."""

    def _import(self, content, password="secret", user=None):
        """Import a file as the dialog does."""
        Dialog = self.env["customer.contract.certificate.import"]
        return Dialog.with_user(user or self.admin).create(
            {"file": base64.b64encode(content).decode(), "password": password}
        )

    # === CREATION === #

    def test_create(self):
        self.company.country_id = self.env.ref("base.be")
        with Form(self.env["customer.contract.certificate.create"].with_user(self.admin)) as form:
            self.assertTrue(form.has_passphrase)
            form.organization = (
                "Büro & Söhne 北京 GmbH with a name that is longer than a name may be"
            )
            form.years = "10"
        action = form.record.action_create()
        certificate = self.Certificate.browse(action["res_id"])
        self.assertTrue(certificate.active and certificate.is_own)
        self.assertEqual(certificate.status, "in_use")
        self.assertEqual(certificate.algorithm, "EC secp256r1")
        self.assertAlmostEqual((certificate.valid_to - certificate.valid_from).days, 3652, delta=2)
        parsed = x509.load_pem_x509_certificate(certificate.certificate_pem.encode())
        root = x509.load_pem_x509_certificate(certificate.chain_pem.encode())
        parsed.verify_directly_issued_by(root)
        root.verify_directly_issued_by(root)
        names = {attribute.rfc4514_attribute_name: attribute.value for attribute in parsed.subject}
        self.assertEqual(names["C"], "BE")
        self.assertTrue(names["CN"].startswith("Büro & Söhne 北京 GmbH"))
        self.assertTrue(names["CN"].endswith("Contract Seal"))
        self.assertLessEqual(max(map(len, names.values())), 64)
        usage = parsed.extensions.get_extension_for_class(x509.KeyUsage).value
        self.assertTrue(usage.digital_signature and usage.content_commitment)
        self.assertFalse(usage.key_cert_sign)
        self.assertFalse(parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)

    def test_nothing_is_made_without_a_passphrase(self):
        for passphrase in ("", "too short"):
            with self._without_passphrase(passphrase):
                dialog = self.env["customer.contract.certificate.create"].create(
                    {"organization": "My Company"}
                )
                self.assertFalse(dialog.has_passphrase)
                with self.assertRaisesRegex(UserError, "CUSTOMER_CONTRACT_SEAL_PASSPHRASE"):
                    dialog.action_create()
                with self.assertRaisesRegex(UserError, "odoo.conf"):
                    self._import(make_pkcs12())
        self.assertFalse(self.Certificate.search([]))

    def test_passphrase_from_configuration_file(self):
        with (
            patch.dict(os.environ),
            patch.object(
                config, "_file_options", {"customer_contract_seal_passphrase": PASSPHRASE}
            ),
        ):
            del os.environ["CUSTOMER_CONTRACT_SEAL_PASSPHRASE"]
            config.options.maps.insert(0, {"customer_contract_seal_passphrase": PASSPHRASE})
            self.addCleanup(config.options.maps.pop, 0)
            self.assertEqual(self.Certificate._get_passphrase(), PASSPHRASE.encode())
            self.assertTrue(self._create_certificate().sudo()._unlock())

    # === THE KEY === #

    def test_key_is_stored_encrypted(self):
        certificate = self._create_certificate()
        self.env.cr.execute(
            "SELECT * FROM customer_contract_certificate WHERE id = %s", [certificate.id]
        )
        row = self.env.cr.dictfetchone()
        self.assertTrue(row[KEY].startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
        self.assertNotIn(PASSPHRASE, str(row))
        with self.assertRaises(ValueError):
            serialization.load_pem_private_key(row[KEY].encode(), b"another passphrase")
        key = serialization.load_pem_private_key(row[KEY].encode(), PASSPHRASE.encode())
        self.assertEqual(
            key.public_key(),
            x509.load_pem_x509_certificate(row["certificate_pem"].encode()).public_key(),
        )
        self.env.cr.execute("SELECT key, value FROM ir_config_parameter")
        self.assertNotIn(PASSPHRASE, str(self.env.cr.fetchall()))

    def test_nobody_reads_the_key(self):
        certificate = self._create_certificate()
        self._create_signed_contract()
        for user in (self.admin, self.manager):
            records = certificate.with_user(user)
            for attempt in (
                lambda records=records: records.read([KEY]),
                lambda records=records: records[KEY],
                lambda records=records: records.web_read({KEY: {}}),
                lambda records=records: records.export_data([KEY]),
                lambda records=records: records.search([(KEY, "like", "BEGIN")]),
                lambda records=records: records.search([], order=KEY),
                lambda records=records: records.search_read([], [KEY]),
                lambda records=records: records.formatted_read_group([], [KEY], ["__count"]),
                lambda records=records: records.write({KEY: "x"}),
                lambda records=records: records.copy(),
                lambda records=records: (
                    self.env["customer.contract"]
                    .with_user(records.env.user)
                    .search([(f"seal_certificate_id.{KEY}", "like", "BEGIN")])
                ),
            ):
                # a kind of it is raised by most, AccessError
                with self.assertRaises(UserError):
                    attempt()
        read = certificate.with_user(self.admin).read()[0]
        self.assertNotIn(KEY, read)
        self.assertNotIn("PRIVATE", str(read))
        self.assertNotIn(KEY, self.Certificate.with_user(self.admin).fields_get())

    def test_only_administrators(self):
        certificate = self._create_certificate()
        contract_manager = new_test_user(
            self.env,
            "contract_administrator",
            groups="customer_contract.group_contract_manager",
        )
        for user in (contract_manager, self.manager, self.portal_user):
            records = certificate.with_user(user)
            for operation in ("read", "write", "create", "unlink"):
                self.assertFalse(records.has_access(operation))
            with self.assertRaises(AccessError):
                records._generate(self.company, "My Company", 3)
            with self.assertRaises(AccessError):
                self._import(make_pkcs12(), user=user)
            with self.assertRaises(AccessError):
                self.env["customer.contract.certificate.create"].with_user(user).create({})

    def test_records_are_not_entered_or_changed(self):
        certificate = self._create_certificate()
        values = certificate.sudo().read(["name", "subject", "issuer"])[0]
        for model in (self.Certificate.with_user(self.admin), self.Certificate.sudo()):
            with self.assertRaises(AccessError):
                model.create({"company_id": self.company.id, **values})
        for values in ({"certificate_pem": "x"}, {"digest": "0"}, {"valid_to": "2099-01-01"}):
            for records in (certificate.with_user(self.admin), certificate.sudo()):
                with self.assertRaises(AccessError):
                    records.write(values)

    # === IMPORT === #

    def test_import(self):
        for key in (None, make_rsa_key(), ec.generate_private_key(ec.SECP384R1())):
            dialog = self._import(make_pkcs12(key=key))
            certificate = dialog.certificate_id
            self.assertEqual(certificate.name, "Aurora Seal")
            self.assertFalse(certificate.is_own)
            chain = x509.load_pem_x509_certificates(certificate.chain_pem.encode())
            self.assertEqual(
                [issuer.subject.rfc4514_string() for issuer in chain],
                ["CN=Trust Sub", "CN=Trust Root"],
            )
            self.assertTrue(certificate.sudo()._unlock().chain)
            self.assertEqual(dialog.action_open_certificate()["res_id"], certificate.id)

    def test_import_without_password_or_chain(self):
        certificate = self._import(make_pkcs12(password=""), password="").certificate_id
        self.assertTrue(certificate.sudo()._unlock())
        certificate = self._import(make_pkcs12(with_chain=False)).certificate_id
        self.assertFalse(certificate.chain_pem)
        contract = self._create_signed_contract()
        self.assertEqual(contract.seal_state, "sealed")
        self.assertTrue(contract.verify_integrity()["ok"])

    def test_import_is_refused(self):
        good = make_pkcs12()
        for name, content, password, words in (
            ("wrong password", good, "wrong", "password"),
            ("no password", good, "", "password"),
            ("no key", make_pkcs12(with_key=False), "secret", "certificate with its key"),
            ("expired", make_pkcs12(days=(-10, -1)), "secret", "expired"),
            ("not valid yet", make_pkcs12(days=(1, 10)), "secret", "not valid yet"),
            ("weak key", make_pkcs12(key=make_rsa_key(1024)), "secret", "2048"),
            (
                "other key",
                make_pkcs12(key=ed25519.Ed25519PrivateKey.generate()),
                "secret",
                "cannot be used",
            ),
            ("no such file", b"Hello", "secret", "PKCS#12"),
            ("cut off", good[:-20], "secret", "PKCS#12"),
            ("nothing", b"", "secret", "choose"),
            ("too large", b"x" * 2_000_000, "secret", "too large"),
        ):
            with self.subTest(name), self.assertRaisesRegex(UserError, words):
                self._import(content, password)
        self.assertFalse(self.Certificate.search([]))

    def test_file_and_password_are_not_stored(self):
        dialog = self._import(make_pkcs12(password="p4ssw0rd-of-file"), "p4ssw0rd-of-file")
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM customer_contract_certificate_import")
        self.assertNotIn("p4ssw0rd", str(self.env.cr.fetchall()))
        self.assertFalse(dialog.file or dialog.password)
        self.env.cr.execute(
            "SELECT 1 FROM ir_attachment WHERE res_model = 'customer.contract.certificate.import'"
        )
        self.assertFalse(self.env.cr.fetchall())

    def test_not_valid_yet_is_not_expired(self):
        certificate = self._create_certificate()
        with freeze_time(certificate.valid_from - timedelta(days=1)):
            certificate.invalidate_recordset(["status"])
            self.assertEqual(certificate.status, "upcoming")
            with self.assertRaisesRegex(SealPendingError, "not valid yet"):
                certificate._unlock()
        certificate.invalidate_recordset(["status"])
        self.assertEqual(certificate.status, "in_use")

    # === ROTATION === #

    def test_rotation(self):
        first = self._create_certificate()
        old_contract = self._create_signed_contract()
        second = self._import(make_pkcs12()).certificate_id
        self.assertFalse(first.active)
        self.assertEqual(first.status, "retired")
        self.assertTrue(second.active)
        new_contract = self._create_signed_contract()
        self.assertEqual(new_contract.sudo().seal_certificate_id, second)
        self.assertEqual(old_contract.sudo().seal_certificate_id, first)
        for contract in (old_contract, new_contract):
            self.assertTrue(contract.verify_integrity()["ok"], contract.verify_integrity())
        self.assertEqual((first.contract_count, second.contract_count), (1, 1))
        with freeze_time(fields.Datetime.now() + timedelta(days=20 * 366)):
            # long after both have expired
            self.assertTrue(old_contract.verify_integrity()["ok"])
        first.with_user(self.admin).action_unarchive()
        self.assertTrue(first.active)
        self.assertFalse(second.active)

    @mute_logger("odoo.sql_db")
    def test_used_certificate_is_kept(self):
        certificate = self._create_certificate()
        self._create_signed_contract()
        unused = self._create_certificate()
        for records in (certificate.with_user(self.admin), certificate.sudo()):
            with self.assertRaisesRegex(UserError, "1 contracts"):
                records.unlink()
        unused.with_user(self.admin).unlink()
        self.assertTrue(certificate.exists())

    def test_several_companies(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        ours = self._create_certificate()
        theirs = self._create_certificate(other)
        self.assertTrue(ours.active and theirs.active)
        admin = new_test_user(self.env, "other_admin", groups="base.group_system")
        admin.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        visible = self.Certificate.with_user(admin).with_context(allowed_company_ids=other.ids)
        self.assertEqual(visible.search([]), theirs)
        with self.assertRaises(AccessError):
            ours.with_user(admin).with_context(allowed_company_ids=other.ids).read(["name"])

    def test_settings(self):
        settings = self.env["res.config.settings"].with_user(self.admin).create({})
        self.assertFalse(settings.contract_certificate_id)
        certificate = self._create_certificate()
        settings = self.env["res.config.settings"].with_user(self.admin).create({})
        self.assertEqual(settings.contract_certificate_id, certificate)
        with Form(self.env["res.config.settings"].with_user(self.admin)) as form:
            form.contract_timestamp_url = "https://tsa.example.com"
        form.record.execute()
        self.assertEqual(self.company.contract_timestamp_url, "https://tsa.example.com")

    # === EXPIRY === #

    def test_expiry_is_announced_once_each_time(self):
        certificate = self._create_certificate()
        retired = certificate
        certificate = self._create_certificate()
        end = certificate.valid_to
        administrators = certificate._get_administrators()
        self.assertIn(self.admin, administrators)
        self.assertNotIn(self.manager, administrators)
        announced = []
        for days_left in range(100, -5, -1):
            with freeze_time(end - timedelta(days=days_left)):
                before = certificate.activity_ids
                self.Certificate._cron_announce_expiry()
                self.Certificate._cron_announce_expiry()
                if certificate.activity_ids != before:
                    announced.append(days_left)
                    self.assertEqual(certificate.activity_ids.user_id, administrators)
                    self.assertEqual(len(certificate.activity_ids), len(administrators))
        self.assertEqual(announced, [60, 30, 7, 0])
        self.assertIn("has expired", certificate.activity_ids[0].summary)
        self.assertFalse(retired.activity_ids)

    def test_expiry_after_a_pause_is_announced_once(self):
        """A server that was off for weeks says what is due now, not what was."""
        certificate = self._create_certificate()
        with freeze_time(certificate.valid_to - timedelta(days=5)):
            self.Certificate._cron_announce_expiry()
            self.assertIn("in 5 days", certificate.activity_ids[0].summary)
            self.assertEqual(len(certificate.activity_ids), len(certificate._get_administrators()))
            self.assertEqual(certificate.status, "expiring")
            self._create_certificate()
            self.assertFalse(certificate.activity_ids)


@tagged("post_install", "-at_install")
class TestSealCertificateHttp(SealCommon, HttpCase):
    """What comes out of the server."""

    def test_download(self):
        certificate = self._create_certificate()
        url = certificate.action_download()["url"]
        self.authenticate("admin", "admin")
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.text, certificate._get_public_pem())
        self.assertEqual(response.text.count("BEGIN CERTIFICATE"), 2)
        self.assertNotIn("PRIVATE", response.text)
        for field in ("private_key_pem", "certificate_pem"):
            path = f"/web/content/customer.contract.certificate/{certificate.id}/{field}"
            self.assertNotIn("PRIVATE", self.url_open(path).text)
        self.authenticate("contract_manager", "contract_manager")
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(None, None)
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_remote_calls(self):
        certificate = self._create_certificate()
        self.authenticate("admin", "admin")

        @mute_logger("odoo.http")
        def call(method, *args, **kwargs):
            return self.url_open(
                f"/web/dataset/call_kw/customer.contract.certificate/{method}",
                json={
                    "params": {
                        "model": "customer.contract.certificate",
                        "method": method,
                        "args": list(args),
                        "kwargs": kwargs,
                    }
                },
            ).json()

        self.assertIn("result", call("read", [certificate.id], ["name"]))
        for method, args in (
            ("read", ([certificate.id], ["private_key_pem"])),
            ("search_read", ([], ["private_key_pem"])),
            ("search", ([["private_key_pem", "like", "BEGIN"]],)),
            ("export_data", ([certificate.id], ["private_key_pem"])),
            ("web_read", ([certificate.id], {"private_key_pem": {}})),
            ("_unlock", ([certificate.id],)),
            ("_get_passphrase", ()),
            ("_generate", ([], self.company.id, "x", 1)),
            ("_write_protected", ([certificate.id], {"digest": "x"})),
        ):
            with self.subTest(method):
                answer = call(method, *args)
                self.assertIn("error", answer)
                self.assertNotIn("PRIVATE KEY", str(answer))
                self.assertNotIn(PASSPHRASE, str(answer))
