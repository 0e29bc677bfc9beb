import base64
import contextlib
import io
import re
import subprocess
import tempfile
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

from ..tools.printing import engine
from ..utils import Actor

# Where the browser's request is looked at: whether the password was asked for just
# now, and where an act came from.
REQUEST_READERS = (
    "odoo.addons.base.models.res_users.request",
    "odoo.addons.customer_contract.models.signature.customer_contract.request",
    "odoo.addons.customer_contract.models.evidence.customer_contract.request",
)


def make_signature_picture(size=(300, 100), line=((20, 70), (100, 20), (180, 80), (280, 30))):
    """Return a picture with a pen stroke, as a browser sends it: a PNG in base64."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    if line:
        ImageDraw.Draw(picture).line(line, fill=(0, 0, 139, 255), width=4)
    output = io.BytesIO()
    picture.save(output, format="PNG")
    return base64.b64encode(output.getvalue()).decode()


def make_pdf(text="Contract"):
    """Return a small real PDF."""
    output = io.BytesIO()
    page = canvas.Canvas(output)
    page.drawString(72, 720, text)
    page.showPage()
    page.save()
    return output.getvalue()


def run_on_pdf(pdf, *command):
    """Return what a command prints about a PDF, whose path stands for ``{}``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contract.pdf"
        path.write_bytes(pdf)
        arguments = [argument.replace("{}", str(path)) for argument in command]
        process = subprocess.run(arguments, capture_output=True, check=True)
        return process.stdout.decode()


def make_plain(text):
    """Return a text with plain letters and single spaces, however a PDF spells it."""
    text = unicodedata.normalize("NFKC", text)
    return " ".join(re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", text).split())


class ContractCommon(BaseCommon):
    """People, a contract ready to be sent, and the acts on it.

    Rendering is replaced by a small PDF unless a class sets ``renders_reports``. Mails are
    not sent, so one-time codes are made when they are asked for unless it sets
    ``sends_mails``.
    """

    renders_reports = False
    sends_mails = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.manager = new_test_user(
            cls.env,
            login="contract_manager",
            name="Mona Manager",
            email="mona@company.example.com",
            groups="customer_contract.group_contract_user,customer_contract.group_contract_esign",
        )
        cls.manager.partner_id.function = "Head of Sales"
        cls.customer_company = cls.env["res.partner"].create(
            {
                "name": "Aurora Bakery",
                "is_company": True,
                "email": "office@aurora.example.com",
                "street": "Long Street 1",
                "city": "Springfield",
            }
        )
        cls.portal_user = new_test_user(
            cls.env,
            login="contract_customer",
            name="Carla Customer",
            email="carla@aurora.example.com",
            groups="base.group_portal",
        )
        cls.customer = cls.portal_user.partner_id
        cls.customer.write({"parent_id": cls.customer_company.id, "function": "Owner"})
        cls.signature = make_signature_picture()
        # Contracts are not sealed unless a test wants it, whatever the database has.
        cls.env["customer.contract.certificate"].search([]).action_archive()

        if not cls.renders_reports:
            cls._replace_rendering()
        # What stands by to print ends with the tests that have it print.
        cls.addClassCleanup(engine.PROGRAM.close)
        if not cls.sends_mails:
            cls._make_codes_at_once()

    @classmethod
    def _make_codes_at_once(cls):
        """Make one-time codes as soon as their mail is there, which is not sent in tests."""
        model = cls.registry["customer.contract.code"]
        reserve = model._reserve

        def reserve_and_make(codes, participant):
            code = reserve(codes, participant)
            code._make_code()
            return code

        # Not where the code is asked for: that makes another one.
        def issue(codes, participant):
            return reserve(codes, participant)._make_code()

        cls.startClassPatcher(patch.object(model, "_reserve", reserve_and_make))
        cls.startClassPatcher(patch.object(model, "_issue", issue))

    @classmethod
    def _replace_rendering(cls):
        """Render a small PDF that names what was to be rendered."""

        def render(contract, content, signatures=None, completion=None):
            names = ", ".join(signatures.mapped("signed_by")) if signatures else "unsigned"
            return make_pdf(f"{content['reference']} v{content['version']} {names}")

        cls.startClassPatcher(
            patch.object(cls.registry["customer.contract"], "_render_contract_pdf", render)
        )
        cls.startClassPatcher(
            patch.object(
                cls.registry["customer.contract"],
                "_check_print",
                lambda contract, content, pdf: None,
            )
        )

    @classmethod
    def _create_contract(cls, **values):
        """Create a contract of the manager that is ready to be sent."""
        return (
            cls.env["customer.contract"]
            .with_user(cls.manager)
            .create(
                {
                    "title": "Maintenance Agreement",
                    "partner_id": cls.customer_company.id,
                    "requester_id": cls.customer.id,
                    "amount_total": 1200,
                    "date_start": "2026-01-01",
                    "date_end": "2099-12-31",
                    "section_ids": [
                        Command.create({"title": "Scope", "body": "<p>We maintain the ovens.</p>"}),
                        Command.create({"title": "Price", "body": "<p>The price is fixed.</p>"}),
                    ],
                    **values,
                }
            )
        )

    @classmethod
    def _get_participant(cls, contract, partner):
        """Return a person's part in a contract, elevated."""
        return contract.sudo().participant_ids.filtered(lambda person: person.partner_id == partner)

    @classmethod
    def _sign_as_manager(cls, contract, **values):
        return contract.with_user(cls.manager).action_sign_as_manager(
            **{"signature": cls.signature, "signed_by": "Mona Manager", **values}
        )

    def _sign_as_customer(self, contract, partner=None, **values):
        """Sign as the portal does for a customer."""
        contract = contract.with_user(self.portal_user).sudo()
        participant = self._get_participant(contract, partner or self.customer)
        return contract._sign(
            Actor(participant, values.pop("identified_by", "portal")),
            **{
                "signature": self.signature,
                "signed_by": "Carla Customer",
                "digest": contract.current_version_id.content_digest,
                "consent": self.env["customer.contract.consent"]._get_current(
                    contract.company_id, "en_US"
                ),
                **values,
            },
        )

    @classmethod
    def _create_sent_contract(cls, **values):
        """Create a contract that the manager has signed and sent."""
        contract = cls._create_contract(**values)
        cls._sign_as_manager(contract)
        contract.action_send()
        return contract

    def _create_signed_contract(self, **values):
        """Create a contract that everybody has signed, with its stored document."""
        contract = self._create_sent_contract(**values)
        self._sign_as_customer(contract)
        self._finalize(contract)
        return contract

    @contextlib.contextmanager
    def _within_request(self):
        """Act as if a browser had asked for it; give its request, with an empty session."""
        request = SimpleNamespace(
            session={},
            httprequest=SimpleNamespace(
                remote_addr="203.0.113.9", user_agent=SimpleNamespace(string="Browser")
            ),
        )
        with contextlib.ExitStack() as stack:
            for path in REQUEST_READERS:
                stack.enter_context(patch(path, request))
            yield request

    def _finalize(self, contract):
        """Run the steps that the scheduled action takes, in one transaction."""
        contract.sudo()._store_signed_document()
        contract.sudo()._send_copies()
