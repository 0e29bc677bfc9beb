"""Text in which some words are replaced over and over: rows, files and what is hashed."""

import hashlib
import re


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

    def __init__(self, env, contract, rows, ids, digests, names):
        self.contract_id = contract.id
        self.ids = ids  # by model, in order
        words = {str(number) for numbers in ids.values() for number in numbers}
        words |= set(names)
        self.tokens = self._find_tokens(rows)
        self.files = {}
        for attachment in env["ir.attachment"].browse(ids["ir.attachment"]):
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
