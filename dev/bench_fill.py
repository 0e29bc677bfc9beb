"""Fills a database with contracts by the thousand. Runs in Odoo's shell.

A few contracts are made by the addon itself, from draft to signed file. The others are
their copies, row by row, with other ids, names, titles and codes, and every digest over
them computed anew: trail, signatures, files and the evidence inside the files are as
genuine as those of the originals, whatever the addon puts under its digests, since what
it hashes is listened to while the originals are made. Names, numbers and codes are as
long as those that they replace, so that files keep their structure.

It must not import anything of the developers' commands.
"""

import base64
import contextlib
import hashlib
import io
import random
import re
import secrets
from pathlib import Path
from unittest.mock import patch

from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from odoo import Command

# Each model's ids begin with two digits of their own, and all have nine: as text, they
# are neither each other's nor any other number's.
ROWS_OF_A_MODEL = 10_000_000
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
SHARED = ("res.partner", "res.users")
# Columns with secrets of one row
TOKENS = ("access_token", "token_digest", "mail_reference", "verification_code")
KINDS = ("Service", "Support", "Hosting", "Leasing", "Bicycle", "Factory", "Product", "Network")
SHAPES = ("signed", "sent", "draft", "cancelled")
SHARES = (75, 14, 9, 2)
AGENTS = 30
# One customer has a twentieth of all contracts, the others twenty each, a visitor three.
OF_THE_BIG_ONE = 20
OF_OTHERS = 20
OF_THE_VISITOR = 3
AT_ONCE = 1000
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


class Template:
    """Text or bytes in which some words are replaced over and over."""

    def __init__(self, content, pattern):
        # Every second part is one of the words.
        self.parts = pattern.split(content)
        self.words = self.parts[1::2]

    def fill(self, replacements):
        parts = self.parts.copy()
        parts[1::2] = [replacements[word] for word in self.words]
        return "".join(parts)


class Original:
    """A contract that the addon made, and what it takes to copy it."""

    def __init__(self, filler, contract, rows, ids, digests, names):
        self.contract_id = contract.id
        self.ids = ids  # by model, in order
        words = {str(number) for numbers in ids.values() for number in numbers}
        words |= set(names)
        self.tokens = self._find_tokens(rows)
        self.files = {}
        for attachment in filler.env["ir.attachment"].browse(ids["ir.attachment"]):
            content = attachment.raw.decode("latin-1")
            self.files[attachment.store_fname] = content
            digests[hashlib.sha256(attachment.raw).hexdigest()] = content
        words |= set(self.tokens)
        hashed = self._follow(words, digests)
        words |= set(hashed)
        for name in self.files:
            words |= {name, name.partition("/")[2]}
        # longest first: a file's name holds its checksum
        pattern = re.compile(
            "(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"
        )
        self.hashed = [(digest, Template(digests[digest], pattern)) for digest in hashed]
        self.stored = [(name, Template(content, pattern)) for name, content in self.files.items()]
        self.rows = {
            model: [Template(line, pattern) for line in lines] for model, lines in rows.items()
        }

    def _find_tokens(self, rows):
        lines = [line for found in rows.values() for line in found]
        return {token: len(token) for line in lines for token in line.tokens}

    def _follow(self, words, digests):
        """Return those digests that differ in a copy, each after those it depends on."""
        found, order = {}, []
        anything = re.compile("|".join(map(re.escape, words)))
        inner = re.compile("|".join(digests))

        def differs(digest):
            if digest not in found:
                found[digest] = False  # no digest depends on itself
                text = digests[digest]
                deeper = [differs(other) for other in set(inner.findall(text))]
                found[digest] = any(deeper) or bool(anything.search(text))
                if found[digest]:
                    order.append(digest)
            return found[digest]

        for digest in digests:
            differs(digest)
        return order


class Line(str):
    """A row as PostgreSQL copies it, with the tokens in it."""

    tokens = ()


class Filler:
    """Makes people, originals and copies."""

    def __init__(self, env, count):
        self.env = env(
            context={**env.context, "tracking_disable": False, "mail_notify_force_send": False}
        )
        self.count = count
        self.chance = random.Random(count)
        self.digests = {}
        self.bases = {
            model: (11 + position) * ROWS_OF_A_MODEL + 1
            for position, model in enumerate(COPIED + SHARED)
        }
        self.next_ids = {}
        self.folders = set()

    def run(self):
        """Fill the database."""
        self._move_sequences()
        slot, agents, customers = self._create_people()
        with self._listening():
            originals = {shape: self._create_original(shape, slot) for shape in SHAPES}
        self.env.cr.commit()
        constraints = self._drop_constraints()
        self._copy(originals, slot, agents, customers)
        self._restore_constraints(constraints)
        self._catch_up_sequences()
        self.env.cr.commit()
        self.env.invalidate_all()
        self.env["customer.contract.daily.record"]._take(self.env.company)
        self.env.cr.commit()

    # === PEOPLE === #

    def _move_sequences(self):
        for model, base in self.bases.items():
            table = self.env[model]._table
            self.env.cr.execute(f"ALTER SEQUENCE {table}_id_seq RESTART WITH {base}")

    def _create_people(self):
        """Create whom the originals are with, and who takes their places in the copies."""
        quiet = self.env(
            context={**self.env.context, "tracking_disable": True, "no_reset_password": True}
        )
        groups = [
            self.env.ref(f"customer_contract.{name}").id
            for name in ("group_contract_user", "group_contract_esign")
        ]
        agents = quiet["res.users"].create(
            [self._prepare_user("agent", number, groups) for number in [*range(AGENTS), 99999]]
        )
        others = max(2, self.count // OF_OTHERS)
        numbers = [*range(others), 99999]
        companies = quiet["res.partner"].create(
            [
                {
                    "name": f"Bakery {number:05d}",
                    "is_company": True,
                    "email": f"bakery{number:05d}@bench.example.com",
                    "street": "Long Street 1",
                    "city": "Springfield",
                }
                for number in numbers
            ]
        )
        buyers = quiet["res.partner"].create(
            [
                {
                    "name": f"Buyer {number:05d}",
                    "email": f"buyer{number:05d}@bench.example.com",
                    "parent_id": company.id,
                }
                for number, company in zip(numbers, companies, strict=True)
            ]
        )
        # Those who visit the portal: with many contracts, with few, and of the originals
        portal = self.env.ref("base.group_portal").id
        quiet["res.users"].create(
            [
                {
                    "login": buyer.email,
                    "password": "bench",
                    "partner_id": buyer.id,
                    "group_ids": [Command.set([portal])],
                }
                for buyer in (buyers[0], buyers[1], buyers[-1])
            ]
        )
        people = [
            self._describe_customer(buyer, company)
            for buyer, company in zip(buyers, companies, strict=True)
        ]
        staff = [self._describe_agent(agent) for agent in agents]
        self.env.flush_all()
        self.customer = buyers[-1]
        self.agent = agents[-1]
        return {**people[-1], **staff[-1]}, staff[:-1], people[:-1]

    def _prepare_user(self, kind, number, groups):
        return {
            "name": f"{kind.title()} {number:05d}",
            "login": f"{kind}{number:05d}@bench.example.com",
            "email": f"{kind}{number:05d}@bench.example.com",
            "password": "bench",
            "group_ids": [Command.set(groups)],
        }

    def _describe_customer(self, buyer, company):
        return {
            "buyer": str(buyer.id),
            "company": str(company.id),
            "buyer name": buyer.name,
            "company name": company.name,
            "buyer address": buyer.email,
            "company address": company.email,
        }

    def _describe_agent(self, agent):
        return {
            "agent": str(agent.id),
            "agent partner": str(agent.partner_id.id),
            "agent name": agent.name,
            "agent address": agent.email,
        }

    # === ORIGINALS === #

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
        before = self._get_next_ids()
        self.digests.clear()
        contract = self._play(shape)
        self.env.flush_all()
        ids = {
            model: list(range(before[model], after))
            for model, after in self._get_next_ids().items()
            if model in COPIED
        }
        rows = {model: self._read_rows(model, ids[model]) for model in COPIED}
        names = [*slot.values(), contract.name, contract.title, "marker9999999"]
        self.env.invalidate_all()
        return Original(self, contract, rows, ids, dict(self.digests), names)

    def _play(self, shape):
        agent = self.agent
        contract = (
            self.env["customer.contract"]
            .with_user(agent)
            .create(
                {
                    "title": f"{KINDS[0]} agreement no. 999999{SHAPES.index(shape)}",
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

    def _get_next_ids(self):
        found = {}
        for model in COPIED:
            self.env.cr.execute(
                f"SELECT last_value + is_called::int FROM {self.env[model]._table}_id_seq"
            )
            found[model] = self.env.cr.fetchone()[0]
        return found

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

    # === COPIES === #

    def _copy(self, originals, slot, agents, customers):
        """Write as many copies as it takes."""
        made = {model: 0 for model in COPIED}
        self.next_ids = self._get_next_ids()
        for start in range(len(SHAPES), self.count, AT_ONCE):
            lines = {model: [] for model in COPIED}
            for number in range(start, min(start + AT_ONCE, self.count)):
                shape = self.chance.choices(SHAPES, SHARES)[0]
                original = originals[shape]
                words = self._choose_words(
                    number, shape, slot, agents, self._choose_customer(number, customers)
                )
                self._copy_one(original, words, lines)
            for model, found in lines.items():
                made[model] += len(found)
                if found:
                    self.env.cr.copy_expert(
                        f"COPY {self.env[model]._table} FROM STDIN",
                        io.StringIO("\n".join(found) + "\n"),
                    )
            print(f"{start + AT_ONCE}", flush=True)
        return made

    def _choose_customer(self, number, customers):
        if number % OF_THE_BIG_ONE == 0:
            return customers[0]
        if number < len(SHAPES) + 1 + OF_THE_VISITOR:
            return customers[1]
        return self.chance.choice(customers[2:] or customers)

    def _choose_words(self, number, shape, slot, agents, customer):
        # The first agent has one contract only.
        agent = agents[0] if number == len(SHAPES) else self.chance.choice(agents[1:])
        position = SHAPES.index(shape)
        kind = self.chance.choice(KINDS)
        return {
            **{slot[key]: value for key, value in {**agent, **customer}.items()},
            f"BENCH/999999{position}": f"BENCH/{number:07d}",
            f"{KINDS[0]} agreement no. 999999{position}": f"{kind} agreement no. {number:07d}",
            "marker9999999": f"marker{number:07d}",
        }

    def _copy_one(self, original, words, lines):
        for model, ids in original.ids.items():
            first = self.next_ids[model]
            for position, number in enumerate(ids):
                words[str(number)] = str(first + position)
            self.next_ids[model] = first + len(ids)
        for token, length in original.tokens.items():
            # Codes that people type have no digits that look like letters.
            words[token] = (
                base64.b32encode(secrets.token_bytes(length)).decode()[:length]
                if token.isupper()
                else secrets.token_hex(length)[:length]
            )
        for digest, template in original.hashed:
            text = template.fill(words)
            words[digest] = hashlib.sha256(text.encode("latin-1")).hexdigest()
        for name, template in original.stored:
            content = template.fill(words).encode("latin-1")
            checksum = hashlib.sha1(content).hexdigest()
            words[name] = f"{checksum[:2]}/{checksum}"
            words[name.partition("/")[2]] = checksum
            self._store(words[name], content)
        for model, templates in original.rows.items():
            lines[model] += [template.fill(words) for template in templates]

    def _store(self, name, content):
        path = Path(self.env["ir.attachment"]._full_path(name))
        if path.parent not in self.folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.folders.add(path.parent)
        path.write_bytes(content)

    # === THE DATABASE === #

    def _drop_constraints(self):
        """Drop the references between the tables, some of which point in circles."""
        tables = tuple(self.env[model]._table for model in COPIED)
        self.env.cr.execute(
            """
            SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
              FROM pg_constraint
             WHERE contype = 'f' AND conrelid::regclass::text IN %s
            """,
            (tables,),
        )
        found = self.env.cr.fetchall()
        for table, name, _definition in found:
            self.env.cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        return found

    def _restore_constraints(self, found):
        """Have the references again, which checks all that were written."""
        for table, name, definition in found:
            self.env.cr.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")

    def _catch_up_sequences(self):
        for model, number in self.next_ids.items():
            table = self.env[model]._table
            self.env.cr.execute("SELECT setval(%s, %s, false)", (f"{table}_id_seq", number))


def fill(env, count):
    """Fill a database in which nothing was done yet.

    :param env: of the shell, elevated
    :param int count: how many contracts there are in the end
    """
    Filler(env, count).run()
