import re
from typing import NamedTuple

import lxml.html

from odoo import fields
from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import escape_psql, format_date, remove_accents
from odoo.tools import groupby as group_by

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..const import ASKING_STATES
from .access import PrivateAnswerMixin, may_read_replica
from .facts import ContractFactsMixin
from .page import HISTORY_KEY

CONTRACTS_PER_PAGE = 20
# Up to how many own contracts are named one by one to the database.
MOST_IDS = 10_000
# By how many words the database narrows a search down, longest first.
MOST_WORDS = 5
# What a row shows, read along with which rows there are.
ROW_FIELDS = (
    "name",
    "title",
    "state",
    "lifecycle",
    "type_id",
    "date_start",
    "date_end",
    "amount_total",
    "currency_id",
    "current_version_id",
    "signed_document_id",
)
BLOCKS = re.compile(r"</?(?:p|div|br|h\d|ul|ol|li|table|tr|t[dh]|blockquote)\b", re.I)
WORDS = re.compile(r"[^\W_]+")


class OwnContracts(NamedTuple):
    """A visitor's own contracts, which a page counts, filters, sorts and searches."""

    domain: Domain
    count: int | None  # none if they are too many to have been counted
    has_types: bool


class CustomerContractPortalList(PrivateAnswerMixin, ContractFactsMixin, CustomerPortal):
    """*My Account* and the list of contracts.

    It extends Odoo's portal, which is a root of its own: a subclass of both roots would
    answer for each contract's page a second time, without what the features add to it.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        asked = {"contract_count", "contract_to_sign_count"} & set(counters)
        own = self._find_own_contracts() if asked else None
        if "contract_count" in asked:
            values["contract_count"] = self._count_contracts(own, own.domain)
        if "contract_to_sign_count" in asked:
            to_do = self._get_contracts()._get_portal_to_do_domain()
            values["contract_to_sign_count"] = (
                0 if own.count == 0 else self._count_contracts(own, own.domain & to_do)
            )
        return values

    def _get_contracts(self):
        """Return the model to search the visitor's own contracts with, elevated.

        Neither portal users nor employees without rights on contracts may read the
        participants that decide which contracts are theirs: the domain is all that
        limits the search, so :meth:`_get_contracts_domain` belongs in every one.
        """
        return request.env["customer.contract"].sudo()

    def _get_contracts_domain(self):
        """Return the visitor's own contracts; for portal users within their rules.

        :rtype: odoo.fields.Domain
        """
        Contract = request.env["customer.contract"]
        if request.env.user.share:
            return Domain(request.env["ir.rule"]._compute_domain(Contract._name, "read"))
        return Contract._get_portal_domain()

    def _find_own_contracts(self):
        """Find the visitor's own contracts, once for all that a page asks about them.

        :rtype: OwnContracts
        """
        Contract_sudo = self._get_contracts()
        domain = self._get_contracts_domain()
        query = Contract_sudo._search(domain, limit=MOST_IDS + 1)
        columns = [Contract_sudo._field_to_sql(query.table, name) for name in ("id", "type_id")]
        rows = request.env.execute_query(query.select(*columns))
        has_types = any(type_id for _id, type_id in rows)
        if len(rows) > MOST_IDS:
            return OwnContracts(domain, None, has_types)
        return OwnContracts(Domain("id", "in", [row[0] for row in rows]), len(rows), has_types)

    def _count_contracts(self, own, domain):
        """Count those of the visitor's own contracts that a domain is about.

        :param OwnContracts own: the visitor's own ones
        :param odoo.fields.Domain domain: which of them
        """
        if own.count is not None and domain == own.domain:
            return own.count
        return self._get_contracts().search_count(domain)

    @route(
        ["/my/contracts", "/my/contracts/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=may_read_replica,
    )
    def portal_my_contracts(
        self,
        page=1,
        sortby=None,
        filterby=None,
        groupby=None,
        search=None,
        search_in=None,
        date_begin=None,
        date_end=None,
        **kwargs,
    ):
        """Show the visitor's contracts. Arguments that make no sense are ignored."""
        own = self._find_own_contracts()
        sortings = self._get_contract_sortings()
        filters = self._get_contract_filters()
        groupings = self._get_contract_groupings(own)
        inputs = self._get_contract_search_inputs()
        sortby = sortby if sortby in sortings else "newest"
        filterby = filterby if filterby in filters else "all"
        groupby = groupby if groupby in groupings else "none"
        search_in = search_in if search_in in inputs else "all"
        search = search.strip()[:200] if isinstance(search, str) else ""

        domain = own.domain & filters[filterby]["domain"]
        first, last = self._to_date(date_begin), self._to_date(date_end)
        if first and last:
            domain &= Domain("create_date", ">=", first) & Domain("create_date", "<=", last)
        if search:
            domain &= self._get_contract_search_domain(own, search_in, search)

        page_values = pager(
            url="/my/contracts",
            total=self._count_contracts(own, domain),
            page=self._to_number(page),
            step=CONTRACTS_PER_PAGE,
            url_args={
                name: value
                for name, value in (
                    ("sortby", sortby),
                    ("filterby", filterby),
                    ("groupby", groupby),
                    ("search_in", search_in if search else ""),
                    ("search", search),
                    ("date_begin", first and last and date_begin),
                    ("date_end", first and last and date_end),
                )
                if value
            },
        )
        group_order = groupings[groupby].get("order")
        contracts_sudo = self._get_contracts().search_fetch(
            domain,
            ROW_FIELDS,
            order=", ".join(filter(None, (group_order, sortings[sortby]["order"]))),
            limit=CONTRACTS_PER_PAGE,
            offset=page_values["offset"],
        )
        request.session[HISTORY_KEY] = contracts_sudo.ids
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "contracts",
            "groups": self._group_contracts(contracts_sudo, groupings[groupby].get("field")),
            "default_url": "/my/contracts",
            "pager": page_values,
            "searchbar_sortings": sortings,
            "searchbar_filters": filters,
            "searchbar_groupby": groupings,
            "searchbar_inputs": inputs,
            "sortby": sortby,
            "filterby": filterby,
            "groupby": groupby,
            "search": search,
            "search_in": search_in,
            "is_narrowed": bool(search) or filterby != "all" or bool(first and last),
        }
        response = request.render("customer_contract.portal_my_contracts", values)
        return self._make_private(response)

    def _get_contract_sortings(self):
        """Return how the list can be sorted."""
        return {
            "newest": {"label": self.env._("Newest"), "order": "id desc"},
            "title": {"label": self.env._("Title"), "order": "title, id desc"},
            "reference": {
                "label": self.env._("Reference"),
                "order": "name desc, id desc",
            },
            "status": {"label": self.env._("Status"), "order": "state, id desc"},
            "date_start": {
                "label": self.env._("Start Date"),
                "order": "date_start desc, id desc",
            },
            "date_end": {"label": self.env._("End Date"), "order": "date_end, id desc"},
            "amount": {
                "label": self.env._("Amount"),
                "order": "amount_total desc, id desc",
            },
        }

    def _get_contract_filters(self):
        """Return how the list can be narrowed."""
        to_do = request.env["customer.contract"]._get_portal_to_do_domain()
        return {
            "all": {"label": self.env._("All"), "domain": Domain.TRUE},
            "to_sign": {"label": self.env._("To Sign"), "domain": to_do},
            "signed": {
                "label": self.env._("Signed"),
                "domain": Domain("state", "=", "signed"),
            },
            "running": {
                "label": self.env._("Running"),
                "domain": Domain("lifecycle", "in", ["running", "expiring"]),
            },
            "ended": {
                "label": self.env._("Ended"),
                "domain": Domain("lifecycle", "in", ["ended", "terminated"])
                | Domain("state", "in", ["declined", "cancelled", "expired"]),
            },
        }

    def _get_contract_groupings(self, own):
        """Return how the list can be grouped: by type only if types are used.

        :param OwnContracts own: the visitor's own contracts
        """
        groupings = {
            "none": {"label": self.env._("None")},
            "status": {
                "label": self.env._("Status"),
                "field": "state",
                "order": "state",
            },
        }
        if own.has_types:
            groupings["type"] = {
                "label": self.env._("Type"),
                "field": "type_id",
                "order": "type_id",
            }
        return groupings

    def _get_contract_search_inputs(self):
        """Return where the list can be searched."""
        return {
            "all": {"input": "all", "label": self.env._("Search in All")},
            "title": {"input": "title", "label": self.env._("Search in Title")},
            "reference": {
                "input": "reference",
                "label": self.env._("Search in Reference"),
            },
            "content": {"input": "content", "label": self.env._("Search in Content")},
        }

    def _get_contract_search_domain(self, own, search_in, search):
        """Return the contracts that match what was searched for.

        :param OwnContracts own: the visitor's own contracts
        :param str search_in: a key of :meth:`_get_contract_search_inputs`
        :param str search: what was typed
        :rtype: odoo.fields.Domain
        """
        pattern = escape_psql(search)
        by_title = Domain("title", "ilike", pattern)
        by_reference = Domain("name", "ilike", pattern)
        if search_in == "title":
            return by_title
        if search_in == "reference":
            return by_reference
        by_content = Domain("id", "in", self._find_by_content(own, search))
        if search_in == "content":
            return by_content
        return by_title | by_reference | by_content

    def _find_by_content(self, own, search):
        """Find the visitor's contracts whose text holds what was searched for.

        The database narrows down by single words; the words' order and whether they
        stand in the text at all, and not in its markup, is checked afterwards.

        :param OwnContracts own: the visitor's own contracts
        :param str search: what was typed
        :return: ids of contracts
        :rtype: list[int]
        """
        # Own ones first: the texts of all customers' contracts are never gone through.
        own_sudo = self._get_contracts().search(own.domain)
        words = WORDS.findall(search)
        texts = Domain.AND(
            Domain("content", "ilike", escape_psql(word))
            for word in sorted(words, key=len, reverse=True)[:MOST_WORDS]
        )
        candidates_sudo = own_sudo.browse(
            own_sudo.current_version_id.search(
                Domain("id", "in", own_sudo.current_version_id.ids) & texts
            ).contract_id.ids
        )
        needle = self._normalize(search)
        return [
            contract.id
            for contract in candidates_sudo
            if needle in self._normalize(self._get_searchable_text(contract))
        ]

    def _get_searchable_text(self, contract):
        """Return the text of the frozen sections as it is read."""
        content = contract._get_report_content() if contract.current_version_id else {}
        return " ".join(
            f"{section['title']} {self._get_plain_text(section['body'])}"
            for section in content.get("sections", [])
        )

    def _get_plain_text(self, body):
        """Return the text of some HTML as it is read, without any markup."""
        spaced = BLOCKS.sub(r" \g<0>", body or "")
        text = lxml.html.fragment_fromstring(spaced, create_parent="div").text_content()
        return text.replace("\xa0", " ")

    def _normalize(self, text):
        """Return a text without differences that the database does not see either."""
        if request.env.registry.has_unaccent:
            text = remove_accents(text)
        return " ".join(text.casefold().split())

    def _group_contracts(self, contracts_sudo, field):
        """Prepare the rows of the list under their headings.

        :param recordset contracts_sudo: the contracts of one page, in order
        :param str field: the field to group by, or none
        :return: headings with their rows
        :rtype: list[dict]
        """
        labels = dict(contracts_sudo._fields["state"]._description_selection(request.env))

        def title(key):
            if not field:
                return None
            if field == "state":
                return labels[key]
            return key.name or self.env._("No Type")

        rows = self._prepare_contract_rows(contracts_sudo)
        groups = group_by(rows, lambda row: row["contract"][field] if field else None)
        return [{"title": title(key), "rows": list(rows)} for key, rows in groups]

    def _prepare_contract_rows(self, contracts_sudo):
        """Prepare the rows of the list; features add to them.

        :param recordset contracts_sudo: the contracts of one page, in order
        :rtype: list[dict]
        """
        env, partner = request.env, request.env.user.partner_id
        return [
            {
                "contract": contract,
                "status": self._get_status(contract),
                "next_step": self._get_next_step(contract, partner),
                "is_mine": contract.state in ASKING_STATES
                and partner in contract._get_next_participants().partner_id,
                "start": format_date(env, contract.date_start),
                "end": format_date(env, contract.date_end),
                "amount": contract.amount_total
                and contract.currency_id.format(contract.amount_total),
            }
            for contract in contracts_sudo
        ]

    def _to_date(self, value):
        """Return an argument as a date, or none if it is not one."""
        try:
            return fields.Date.to_date(value or None)
        except (TypeError, ValueError):
            return None

    def _to_number(self, value):
        """Return an argument as the number of a page, 1 if it is not one."""
        try:
            return min(max(int(value), 1), 10**6)
        except (TypeError, ValueError):
            return 1
