from odoo import _, models
from odoo.tools import SQL, float_repr

from ...utils import strip_unseen

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
    """What the database holds in some rows, read once for many contracts."""

    def __init__(self):
        self._rows = {}

    def get(self, records, columns):
        """Return what some rows hold, in their order; those that are gone are left out.

        :param recordset records: the rows; those of other contracts, which they were read
            together with, are read along
        :param list[str] columns: the columns
        :rtype: list[tuple[str]]
        """
        known = self._rows.setdefault((records._name, *columns), {})
        wanted = {*records.ids, *filter(None, records._prefetch_ids)} if records else set()
        if missing := wanted - known.keys():
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
        return [known[row_id] for row_id in sorted(set(records.ids)) if known[row_id]]


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

    def _digest_rows(self, records, columns):
        """Return the digest of what some rows hold, as the database tells it.

        :param recordset records: the rows
        :param list[str] columns: the columns
        :rtype: str
        """
        records.flush_model()
        rows = self.env.context.get(ROWS_KEY) or ReadRows()
        Version = self.env["customer.contract.version"]
        return Version._digest(Version._serialize(rows.get(records, columns)))

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
        for event in self.event_ids.sorted("sequence"):
            told.add(event.event_type)
            if event.event_type in ("version_frozen", "version_superseded", "submitted"):
                told -= {"completed", *ENDED_STATES}
            if event.event_type == "version_frozen":
                frozen = event._get_payload().get("details", {}).get("content_digest", "")
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
        for event in self.event_ids.filtered(lambda event: event.event_type == "version_frozen"):
            found = event._get_payload().get("details") or {}
            if found.get("content_digest") == version.content_digest:
                details = found
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
