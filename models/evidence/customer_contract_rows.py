import json

from odoo import _, models
from odoo.tools import SQL, float_repr

from ...tools.trail import COLUMNS, TrailEvent
from ...utils import sha256_of, strip_unseen

# Of the files that are part of the contract
FILE_COLUMNS = ["name", "checksum"]
# Contacts may be merged: their ids are kept as they are, beside the digests.
PEOPLE_COLUMNS = ("partner_id", "commercial_partner_id", "requester_id")
# The states that an event of the same name leads to
ENDED_STATES = ("cancelled", "declined", "expired")
# In the context, what was read of many contracts' rows while they are checked together
ROWS_KEY = "customer_contract_rows"
# Beyond this, earlier releases stored, froze and showed amounts that differ.
MOST_EXACT_AMOUNT = 1e13


class ReadRows:
    """What the database and the file store hold, read once for many contracts."""

    def __init__(self, is_quick=False):
        """Read nothing yet.

        :param bool is_quick: whether files are read in the quick way, where it suffices
        """
        self.is_quick = is_quick
        self._rows = {}
        self._trails = {}
        self._made = {}
        self._file = None, b""

    def get_trail(self, contract):
        """Return a contract's trail.

        :param recordset contract: the contract; the trails of those that it was read together
            with are read along
        :return: the events in order
        :rtype: list[TrailEvent]
        """
        if contract.id not in self._trails:
            ids = {contract.id, *filter(None, contract._prefetch_ids)}
            self._trails.update((contract_id, []) for contract_id in ids)
            Event = contract.env["customer.contract.event"]
            Event.flush_model()
            query = SQL(
                "SELECT contract_id, %s FROM %s WHERE contract_id = ANY(%s)"
                " ORDER BY contract_id, sequence",
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                Event._table_sql,
                list(ids),
            )
            for contract_id, *columns in contract.env.execute_query(query):
                self._trails[contract_id].append(TrailEvent(*columns))
        return self._trails[contract.id]

    def read_file(self, attachment):
        """Return what a file holds; the last one is kept, since several checks ask for it.

        :param recordset attachment: the file, or none
        :rtype: bytes
        """
        if self._file[0] != attachment.id:
            # Where the files are is read for all of them; what they hold, one at a time.
            place = attachment.store_fname
            content = attachment._file_read(place) if place else attachment.with_prefetch().raw
            self._file = attachment.id, content or b""
        return self._file[1]

    def remember(self, key, make):
        """Return what was made of some rows, which several checks ask for.

        :param tuple key: what it is made of
        :param callable make: what makes it
        """
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def get(self, records, columns):
        """Return what some rows hold, in their order; those that are gone are left out.

        :param recordset records: the rows; those of other contracts, which they were read
            together with, are read along
        :param list[str] columns: the columns
        :rtype: list[tuple[str]]
        """
        known = self._rows.setdefault((records._name, *columns), {})
        ids = records.ids
        if not all(row_id in known for row_id in ids):
            missing = {*ids, *filter(None, records._prefetch_ids)} - known.keys()
            known.update(dict.fromkeys(missing))
            query = SQL(
                "SELECT id, id::text, %s FROM %s WHERE id = ANY(%s)",
                SQL(", ").join(
                    SQL("COALESCE(%s::text, '')", SQL.identifier(column)) for column in columns
                ),
                records._table_sql,
                list(missing),
            )
            known.update((row[0], row[1:]) for row in records.env.execute_query(query))
        return [known[row_id] for row_id in sorted(set(ids)) if known[row_id]]


def find_read_rows(env):
    """Return what was read while evidence is checked; none at other times.

    A request's context may hold anything by this name, but no such object.

    :param odoo.api.Environment env: of the records that are read
    :rtype: ReadRows | None
    """
    rows = env.context.get(ROWS_KEY)
    return rows if isinstance(rows, ReadRows) else None


class CustomerContract(models.Model):
    """Whether a frozen contract's rows still say what they said when it was frozen.

    The digest that the trail keeps is compared with the rows themselves, never with content
    that is prepared anew: names, languages and programs change, the rows must not.
    """

    _inherit = "customer.contract"

    # === FREEZING === #

    def _get_guarded_columns(self):
        return [
            *super()._get_guarded_columns(),
            "name",
            "title",
            "company_id",
            "currency_id",
            "direction",
            "type_id",
            "date_start",
            "date_end",
            "amount_total",
        ]

    def _get_frozen_rows(self):
        """Return the rows that are frozen with the contract, by what they are.

        :rtype: dict[str, recordset]
        """
        self.ensure_one()
        annexes = self.document_ids.filtered(lambda document: document.purpose == "sign")
        return {
            "contract": self,
            "sections": self.section_ids,
            "participants": self._get_frozen_participants(),
            "documents": annexes,
            "files": annexes.ir_attachment_id,
        }

    def _get_frozen_participants(self):
        """Return the people whom the frozen content names; their stand-ins come later.

        :rtype: recordset of `customer.contract.participant`
        """
        named = self.current_version_id._get_content()["participants"]
        people = self.env["customer.contract.participant"].browse(person["id"] for person in named)
        return people.with_prefetch(self.participant_ids._prefetch_ids)

    def _get_read_rows(self):
        """Return what was read of the evidence, for those contracts that are checked together.

        :rtype: ReadRows
        """
        return find_read_rows(self.env) or ReadRows()

    def _get_trail(self):
        """Return the contract's trail as the database holds it, the oldest event first.

        :rtype: list[odoo.addons.customer_contract.tools.trail.TrailEvent]
        """
        self.ensure_one()
        return self._get_read_rows().get_trail(self)

    def _get_events(self, *event_types):
        """Return the events of some kinds, as the database holds them.

        :param str event_types: the kinds
        :rtype: list[odoo.addons.customer_contract.tools.trail.TrailEvent]
        """
        return [event for event in self._get_trail() if event.event_type in event_types]

    def _digest_rows(self, records, columns):
        """Return the digest of what some rows hold, as the database tells it.

        :param recordset records: the rows
        :param list[str] columns: the columns
        :rtype: str
        """
        rows = find_read_rows(self.env)
        if not rows:
            records.flush_model()
            rows = ReadRows()
        # All of it is text: that is canonical without looking at each value.
        found = rows.get(records, columns)
        return sha256_of(json.dumps(found, separators=(",", ":"), ensure_ascii=False))

    def _prepare_frozen_digests(self):
        """Prepare what the trail keeps about the rows that are frozen.

        It names the columns: later releases may freeze more of them.

        :return: columns and digests by what the rows are, and the ids of the contacts
        :rtype: dict
        """
        self.ensure_one()
        rows = {}
        for kind, records in self._get_frozen_rows().items():
            is_file = records._name == "ir.attachment"
            columns = FILE_COLUMNS if is_file else records._get_frozen_columns()
            rows[kind] = {"columns": columns, "digest": self._digest_rows(records, columns)}
        return {"rows": rows, "people": self._prepare_frozen_people()}

    def _prepare_frozen_people(self):
        """Prepare the ids of the contacts that the contract and its participants point to.

        :rtype: dict[str, int]
        """
        people = {name: self[name].id or 0 for name in PEOPLE_COLUMNS}
        named = self._get_frozen_participants()
        # Each is of those read together, which a filtered or united recordset would forget.
        for participant in self.participant_ids:
            if participant in named:
                people[f"participant {participant.id}"] = participant.partner_id.id or 0
        return people

    # === CHECKS === #

    def _find_state_problem(self):
        """Return how the contract's state contradicts its trail, or none."""
        self.ensure_one()
        frozen, told = "", set()
        for event in self._get_trail():
            told.add(event.event_type)
            if event.event_type in ("version_frozen", "version_superseded", "submitted"):
                told -= {"completed", *ENDED_STATES}
            if event.event_type == "version_frozen":
                frozen = event.details.get("content_digest", "")
            elif event.event_type == "version_superseded":
                frozen = ""
        if frozen != (self.current_version_id.content_digest or ""):
            return _("the audit trail names another version than the contract")
        if "completed" in told and self.state != "signed":
            return _("the audit trail says that everybody signed, and the contract says otherwise")
        if self.state == "signed" and "completed" not in told:
            return _("the contract says that everybody signed, and the audit trail does not")
        if self.state in ENDED_STATES and self.state not in told:
            return _("the audit trail knows nothing of the contract's end")
        # A cancelled draft that was never frozen may have been taken up again.
        is_open = self.state not in ENDED_STATES and (self.state != "draft" or frozen)
        if is_open and told & {*ENDED_STATES}:
            return _("the audit trail says that the request ended, and the contract does not")
        return None

    def _find_row_problem(self):
        """Return what of the contract's rows is not as it was frozen, or none."""
        self.ensure_one()
        version = self.current_version_id
        details = {}
        for event in self._get_events("version_frozen"):
            if event.details.get("content_digest") == version.content_digest:
                details = event.details
        if "rows" not in details:
            return self._find_word_problem(version._get_content())
        now = self._get_frozen_rows()
        for kind, row in details["rows"].items():
            records = now.get(kind)
            if records is None:
                # of a feature that is not installed any more, or of what the contract's
                # own columns say is no part of it
                continue
            if not set(row["columns"]) <= set(records._fields):
                continue
            if self._digest_rows(records, row["columns"]) != row["digest"]:
                return self._explain_row_problem(kind)
        people = self._prepare_frozen_people()
        for name, contact in details["people"].items():
            # a contact that was merged into another is gone
            if people.get(name) != contact and self.env["res.partner"].browse(contact).exists():
                return _("another contact stands in the contract than when it was frozen")
        return None

    def _explain_row_problem(self, kind):
        """Return in words which rows were changed.

        :param str kind: what they are
        :rtype: str
        """
        return {
            "contract": _("its title, dates, amount, company or details were changed"),
            "sections": _("its sections were changed"),
            "participants": _("its participants were changed"),
        }.get(kind, _("its annexes were changed"))

    def _find_word_problem(self, content):
        """Return what differs from what the frozen content holds word for word, or none.

        Contracts that were frozen by earlier releases have no digests of their rows.

        :param dict content: the frozen content
        """
        self.ensure_one()
        pairs = (
            (content["reference"], self.name),
            (content["direction"], self.direction),
            (strip_unseen(content["title"]), strip_unseen(self.title)),
            (content["date_start"], self._fields["date_start"].to_string(self.date_start) or ""),
            (content["date_end"], self._fields["date_end"].to_string(self.date_end) or ""),
        )
        is_same = all(frozen == now for frozen, now in pairs)
        if not is_same or not self._is_frozen_amount(content.get("amount") or {}):
            return self._explain_row_problem("contract")
        titles = self._get_literal_titles()
        if titles is not None and titles != [
            strip_unseen(section["title"]) for section in content["sections"]
        ]:
            return self._explain_row_problem("sections")
        return None

    def _is_frozen_amount(self, amount):
        """Tell whether the contract's amount is the one of the frozen content.

        :param dict amount: its value as text, and the currency; empty if there was none
        """
        value = amount.get("value")
        if not value:
            return not self.amount_total
        if abs(self.amount_total) > MOST_EXACT_AMOUNT:
            return abs(self.amount_total - float(value)) < abs(self.amount_total) * 1e-12
        return float_repr(self.amount_total, len(value.partition(".")[2])) == value

    def _get_literal_titles(self):
        """Return the titles that the sections have in the frozen content.

        :return: none if the content's are made of something else, too
        :rtype: list[str] | None
        """
        return [strip_unseen(section.title or "") for section in self.section_ids]
