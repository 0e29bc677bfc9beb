"""The few contracts that the addon makes itself, to be copied. Runs in Odoo's shell.

What the addon hashes is listened to meanwhile, so that every digest can be computed anew.
"""

import base64
import contextlib
import io
from unittest.mock import patch

from bench_templates import Line, Original
from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from odoo import Command

COPIED = (
    "customer.contract",
    "customer.contract.participant",
    "customer.contract.section",
    "customer.contract.routing.step",
    "customer.contract.version",
    "customer.contract.signature",
    "customer.contract.event",
    "customer.contract.link",
    "ir.attachment",
    "mail.message",
    "mail.notification",
    "mail.followers",
    "mail.tracking.value",
    "mail.activity",
)
# Columns with secrets of one row
TOKENS = ("access_token", "token_digest", "mail_reference", "verification_code")
TITLE = "Service"
SHAPES = ("signed", "sent", "draft", "cancelled")
SECTIONS = (
    ("Scope", "We provide the services with due care and skill, as marker9999999 says."),
    ("Price", "The price is fixed for a year and may then follow the index of prices."),
    ("Term", "The contract runs for an indefinite time and ends with three months' notice."),
    ("Liability", "Each party is liable for intent and gross negligence without limits."),
    ("Secrecy", "The parties keep secret what they learn of each other."),
    ("Place of Jurisdiction", "Disputes are decided where the provider has its seat."),
)


def make_picture(name):
    """Return a signature as a browser sends it."""
    picture = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line((20, 70, 100, 20, 180, 80, 280, 30), fill=(0, 0, 139), width=4)
    output = io.BytesIO()
    picture.save(output, format="PNG")
    return base64.b64encode(output.getvalue()).decode()


def make_file(content):
    """Return a small PDF that names the contract, nothing of it compressed."""
    output = io.BytesIO()
    page = canvas.Canvas(output, pageCompression=0, invariant=1)
    page.drawString(72, 720, f"{content['reference']} {content['title']}")
    page.save()
    return output.getvalue()


def find_next_ids(env):
    """Return the id that the next record of each copied model gets.

    :rtype: dict
    """
    found = {}
    for model in COPIED:
        env.cr.execute(f"SELECT last_value + is_called::int FROM {env[model]._table}_id_seq")
        found[model] = env.cr.fetchone()[0]
    return found


class Originals:
    """Makes one contract of each shape."""

    def __init__(self, env, people):
        self.env = env
        self.customer, self.agent = people.customer, people.agent
        self.digests = {}

    def create(self, slot):
        """Have the addon make them.

        :param dict slot: how their people are named
        :return: by shape
        :rtype: dict
        """
        with self._listening():
            return {shape: self._create_original(shape, slot) for shape in SHAPES}

    @contextlib.contextmanager
    def _listening(self):
        """Note what is hashed, make small files, and send nothing."""
        from odoo.addons.customer_contract.models.protection import (
            customer_contract_evidence_mixin as evidence,
        )
        from odoo.addons.customer_contract.tools.pdf import seal

        registry = self.env.registry
        digest = registry["customer.contract.evidence.mixin"]._digest
        from_file_data = seal.EmbeddedFileObject.from_file_data

        def note(model, content):
            found = digest(model, content)
            text = content if isinstance(content, str) else content.decode("latin-1")
            # Files are noted as bytes, texts as what is hashed of them.
            self.digests[found] = (
                text if not isinstance(content, str) else content.encode().decode("latin-1")
            )
            return found

        def embed(*args, **kwargs):
            return from_file_data(*args, **{**kwargs, "compress": False})

        def render(contract, content, signatures=None, completion=None):
            return make_file(content)

        with contextlib.ExitStack() as stack:
            for owner, name, replacement in (
                (evidence.CustomerContractEvidenceMixin, "_digest", note),
                (seal.EmbeddedFileObject, "from_file_data", embed),
                (registry["customer.contract"], "_render_contract_pdf", render),
                (registry["customer.contract"], "_check_print", lambda *args: None),
                (registry["mail.mail"], "send", lambda *args, **kwargs: None),
            ):
                stack.enter_context(patch.object(owner, name, replacement))
            yield

    def _create_original(self, shape, slot):
        """Have the addon make a contract, and read its rows."""
        before = find_next_ids(self.env)
        self.digests.clear()
        contract = self._play(shape)
        self.env.flush_all()
        ids = {
            model: list(range(before[model], after))
            for model, after in find_next_ids(self.env).items()
            if model in COPIED
        }
        rows = {model: self._read_rows(model, ids[model]) for model in COPIED}
        names = [*slot.values(), contract.name, contract.title, "marker9999999"]
        self.env.invalidate_all()
        return Original(self.env, contract, rows, ids, dict(self.digests), names)

    def _play(self, shape):
        agent = self.agent
        contract = (
            self.env["customer.contract"]
            .with_user(agent)
            .create(
                {
                    "title": f"{TITLE} agreement no. 999999{SHAPES.index(shape)}",
                    "partner_id": self.customer.parent_id.id,
                    "requester_id": self.customer.id,
                    "amount_total": 1200,
                    "date_start": "2026-01-01",
                    "date_end": "2099-12-31",
                    "section_ids": [
                        Command.create({"title": title, "body": f"<p>{text}</p>"})
                        for title, text in SECTIONS
                    ],
                }
            )
        )
        contract.sudo()._write_protected({"name": f"BENCH/999999{SHAPES.index(shape)}"})
        if shape == "draft":
            return contract
        contract.action_sign_as_manager(make_picture(agent.name), signed_by=agent.name)
        contract.action_send()
        if shape == "cancelled":
            contract.action_cancel("No longer needed.")
        if shape == "signed":
            self._sign(contract)
        return contract

    def _sign(self, contract):
        from odoo.addons.customer_contract.utils import Actor

        user = self.customer.user_ids
        own = contract.with_user(user).sudo()
        participant = own.participant_ids.filtered(lambda one: one.partner_id == self.customer)
        for event_type in ("viewed", "downloaded"):
            own._log_event(event_type, actor=Actor(participant, "portal"))
        own._sign(
            Actor(participant, "portal"),
            signature=make_picture(self.customer.name),
            signed_by=self.customer.name,
            digest=own.current_version_id.content_digest,
            consent=self.env["customer.contract.consent"]._get_current(
                contract.company_id, "en_US"
            ),
        )
        contract.sudo()._store_signed_document()
        contract.sudo()._send_copies()

    def _read_rows(self, model, ids):
        if not ids:
            return []
        table = self.env[model]._table
        output = io.StringIO()
        query = f"SELECT * FROM {table} WHERE id BETWEEN {ids[0]} AND {ids[-1]} ORDER BY id"
        self.env.cr.copy_expert(f"COPY ({query}) TO STDOUT", output)
        columns = self._get_columns(table)
        lines = []
        for text in output.getvalue().splitlines():
            line = Line(text)
            values = dict(zip(columns, text.split("\t"), strict=True))
            line.tokens = [
                values[name]
                for name in TOKENS
                if values.get(name, "\\N") != "\\N" and len(values[name]) > 8
            ]
            lines.append(line)
        found = [int(line.split("\t")[columns.index("id")]) for line in lines]
        ids[:] = found
        return lines

    def _get_columns(self, table):
        self.env.cr.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (table,),
        )
        return [name for (name,) in self.env.cr.fetchall()]
