"""Writes copies of a few contracts, row by row and file by file. Runs in Odoo's shell."""

import base64
import hashlib
import io
import random
import secrets
from pathlib import Path

from bench_originals import COPIED, SHAPES, TITLE, find_next_ids
from bench_people import OF_THE_BIG_ONE, OF_THE_VISITOR

KINDS = (TITLE, "Support", "Hosting", "Leasing", "Bicycle", "Factory", "Product", "Network")
SHARES = (75, 14, 9, 2)
AT_ONCE = 1000


class Copies:
    """Writes as many copies as it takes, with other ids, names, titles, codes and digests."""

    def __init__(self, env, count):
        self.env = env
        self.count = count
        self.chance = random.Random(count)
        self.next_ids = {}
        self.folders = set()

    def write(self, originals, slot, agents, customers):
        """Write them, without the references between tables meanwhile.

        :param dict originals: by shape
        :param dict slot: how the originals' people are named
        :param list[dict] agents: who manages the copies
        :param list[dict] customers: whom they are with
        """
        constraints = self._drop_constraints()
        self._copy(originals, slot, agents, customers)
        self._restore_constraints(constraints)
        self._catch_up_sequences()

    def _copy(self, originals, slot, agents, customers):
        """Write as many copies as it takes."""
        made = {model: 0 for model in COPIED}
        self.next_ids = find_next_ids(self.env)
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
            f"{TITLE} agreement no. 999999{position}": f"{kind} agreement no. {number:07d}",
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
        # Of a frozen contract, nothing is added by hand.
        for table in tables:
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return found

    def _restore_constraints(self, found):
        """Have the references again, which checks all that were written."""
        for table, name, definition in found:
            self.env.cr.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for model in COPIED:
            self.env.cr.execute(f"ALTER TABLE {self.env[model]._table} ENABLE TRIGGER USER")

    def _catch_up_sequences(self):
        for model, number in self.next_ids.items():
            table = self.env[model]._table
            self.env.cr.execute("SELECT setval(%s, %s, false)", (f"{table}_id_seq", number))
