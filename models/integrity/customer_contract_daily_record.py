import json
from datetime import timedelta

from odoo import Command, _, api, fields, models
from odoo.tools import SQL

from ...const import GENESIS, MAIL_LAYOUT
from ...utils import hash_pair

MOST_ANCHORS = 5000
# How long a transaction may take that makes contracts: their numbers are not missed before
LONGEST_TRANSACTION = timedelta(hours=1)
MOST_NAMED = 20


class CustomerContractDailyRecord(models.Model):
    """One digest over the audit trails of all contracts that grew on a day.

    It is mailed to the contract administrators. A mail kept outside the server proves
    every trail of that day, and, as each record covers the one before, of all days
    before. The digest is the root of a hash tree: a contract's anchor is proved with a
    few digests, without telling anything of the other contracts.
    """

    _name = "customer.contract.daily.record"
    _inherit = "customer.contract.evidence.mixin"
    _description = "Daily Record of Audit Trails"
    _order = "company_id, number desc"
    _rec_name = "number"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="restrict")
    number = fields.Integer("No.", required=True)
    recorded_on = fields.Datetime("When", required=True)
    anchor_count = fields.Integer("Contracts", required=True)
    root = fields.Char(required=True, help="Root of the hash tree over the anchors.")
    register_entries = fields.Text(
        help="Canonical JSON: the entries of the register that came since the record before. "
        "Records of earlier releases have none."
    )
    register_last = fields.Integer(help="The last number that a contract was given.")
    previous_digest = fields.Char(required=True)
    digest = fields.Char("SHA-256", required=True, index=True)
    anchor_ids = fields.One2many("customer.contract.anchor", "record_id", "Anchors")
    _number_unique = models.UniqueIndex(
        "(company_id, number)",
        "A company's daily records are numbered without repetition.",
    )

    @api.depends("company_id", "number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for record in self:
            record.display_name = _("Daily Record %(number)s", number=record.number)

    @api.model
    def _cron_record(self):
        """Record the trails that grew, company by company, and mail the digests."""
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        sequences = self.env["ir.sequence"].search([("code", "=", "customer.contract")])
        sequences.company_id._open_contract_years()
        contracts = self.env["customer.contract"].with_context(active_test=False)
        Register = self.env["customer.contract.register"]
        companies = contracts._read_group([("version_ids", "!=", False)], ["company_id"])
        companies += Register._read_group([("kind", "!=", "recorded")], ["company_id"])
        for company in self.env["res.company"].union(*(company for (company,) in companies)):
            while self._take(company):
                if not self.env["ir.cron"]._commit_progress(1):
                    return
        if self._find_problem():
            self._report_problem()
        # They are told once, and stand in the register from then on.
        for number in self._find_missing_numbers():
            Register._note("missing", self.env.ref("base.main_company"), number)

    @api.model
    def _take(self, company):
        """Record the trails of a company's contracts that grew since they were anchored.

        Contracts that were never frozen prove nothing and may still be deleted.

        :param recordset company: the company
        :return: the record, elevated; none if no trail grew and no draft was deleted
        :rtype: recordset of `customer.contract.daily.record`
        """
        Register = self.env["customer.contract.register"]
        grown = self._find_grown_trails(company)
        entries = Register._find_uncovered(company)
        if not grown and not entries.filtered(lambda entry: entry.kind != "recorded"):
            return self.browse()
        Anchor = self.env["customer.contract.anchor"]
        root, proofs = self._build_tree([Anchor._get_leaf(*trail) for trail in grown])
        last = self.search([("company_id", "=", company.id)], order="number desc", limit=1)
        values = {
            "company_id": company.id,
            "number": last.number + 1,
            "recorded_on": fields.Datetime.now(),
            "anchor_count": len(grown),
            "root": root,
            "register_entries": self._serialize([entry._export() for entry in entries]),
            "register_last": Register._get_last_number(),
            "previous_digest": last.digest or GENESIS,
        }
        record = self._record({**values, "digest": self._hash_header(values)})
        Anchor._record(
            [
                {
                    "contract_id": contract_id,
                    "record_id": record.id,
                    "trail_length": length,
                    "head": head,
                    "proof": self._serialize(proof),
                }
                for (contract_id, length, head), proof in zip(grown, proofs, strict=True)
            ]
        )
        Register._note("recorded", company, record.number, digest=record.digest)
        record._mail()
        return record

    def _get_entries(self):
        """Return the entries of the register that the record covers.

        :rtype: list[dict]
        """
        self.ensure_one()
        return json.loads(self.register_entries or "[]")

    @api.model
    def _find_grown_trails(self, company):
        """Find the trails of a company that grew since they were anchored.

        The events themselves are asked, not what the contracts say of them.

        :param recordset company: the company
        :return: contracts' ids, numbers of events and last hashes
        :rtype: list[tuple[int, int, str]]
        """
        self.env["customer.contract.event"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT contract.id, event.sequence, event.hash
                  FROM customer_contract contract
            CROSS JOIN LATERAL (
                       SELECT sequence, hash FROM customer_contract_event
                        WHERE contract_id = contract.id
                     ORDER BY sequence DESC LIMIT 1) event
             LEFT JOIN LATERAL (
                       SELECT trail_length FROM customer_contract_anchor
                        WHERE contract_id = contract.id
                     ORDER BY trail_length DESC LIMIT 1) anchor ON TRUE
                 WHERE contract.company_id = %s
                   AND event.sequence > COALESCE(anchor.trail_length, 0)
                   AND EXISTS (SELECT 1 FROM customer_contract_version
                                WHERE contract_id = contract.id)
              ORDER BY contract.id
                 LIMIT %s
                """,
                company.id,
                MOST_ANCHORS,
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _build_tree(self, leaves):
        """Hash digests pairwise until one is left.

        The last digest of a level with an odd number goes up as it is.

        :param list[str] leaves: the digests
        :return: the root, and for each leaf what it is to be hashed with on the way,
            each with the side it stands on
        :rtype: tuple[str, list[list[list[str]]]]
        """
        if not leaves:
            return GENESIS, []
        proofs = [[] for _leaf in leaves]
        level = [(digest, [position]) for position, digest in enumerate(leaves)]
        while len(level) > 1:
            above = []
            for (left, below_left), (right, below_right) in zip(
                level[::2], level[1::2], strict=False
            ):
                for position in below_left:
                    proofs[position].append(["right", right])
                for position in below_right:
                    proofs[position].append(["left", left])
                above.append((hash_pair(left, right), below_left + below_right))
            level = above + level[len(above) * 2 :]
        return level[0][0], proofs

    @api.model
    def _hash_header(self, values):
        """Compute a record's digest from its values.

        :param dict values: all stored values but the digest, the company as its id
        :rtype: str
        """
        return self._digest(self._serialize(self._prepare_header(values)))

    @api.model
    def _prepare_header(self, values):
        """Prepare what the digest covers.

        :rtype: dict
        """
        header = {
            "company": values["company_id"],
            "number": values["number"],
            "at": fields.Datetime.to_string(values["recorded_on"]) + "Z",
            "anchors": values["anchor_count"],
            "root": values["root"],
            "previous_digest": values["previous_digest"],
        }
        if values.get("register_entries"):
            header["register"] = self._digest(values["register_entries"])
            header["numbers"] = values["register_last"]
        return header

    def _get_header_values(self):
        """Return the stored values that the digest covers.

        :rtype: dict
        """
        self.ensure_one()
        names = (
            "number",
            "recorded_on",
            "anchor_count",
            "root",
            "register_entries",
            "register_last",
            "previous_digest",
        )
        return {
            "company_id": self.company_id.id,
            **{name: self[name] for name in names},
        }

    def _get_expected_digest(self):
        """Return the digest that the stored values must have.

        :rtype: str
        """
        return self._hash_header(self._get_header_values())

    def _export(self):
        """Return the record as it stands in the bundle: what its digest covers, and it.

        :rtype: dict
        """
        return {
            **self._prepare_header(self._get_header_values()),
            "digest": self.digest,
        }

    @api.model
    def _find_problem(self):
        """Return what is wrong with the records as a chain, or none.

        That each anchor belongs to its record is checked with its contract.

        :rtype: str | None
        """
        self.env.invalidate_all()
        counts = dict(
            self.env["customer.contract.anchor"]._read_group([], ["record_id"], ["__count"])
        )
        for company in self._find_companies():
            records = self.search([("company_id", "=", company.id)], order="number")
            problem = self._find_chain_problem(records, counts) or self._find_lost_record(
                company, records
            )
            if problem:
                return f"{company.name}: {problem}"
        if missing := self._find_missing_numbers():
            return _(
                "no contract has the number %(numbers)s, and no draft of that number was "
                "deleted: it was removed from the database, or the server broke down while it "
                "was made",
                numbers=", ".join(map(str, missing)),
            )
        return None

    @api.model
    def _find_companies(self):
        """Return the companies that have daily records, or had some.

        :rtype: recordset of `res.company`
        """
        Register = self.env["customer.contract.register"]
        groups = self._read_group([], ["company_id"])
        groups += Register._read_group([("kind", "=", "recorded")], ["company_id"])
        return self.env["res.company"].union(*(company for (company,) in groups)).sorted("id")

    @api.model
    def _find_chain_problem(self, records, counts):
        """Return what is wrong with a company's records as a chain, or none.

        :param recordset records: the records in order
        :param dict counts: how many anchors there are, by record
        :rtype: str | None
        """
        Register = self.env["customer.contract.register"]
        previous_digest = GENESIS
        for position, record in enumerate(records, 1):
            if record.number != position:
                return _("record %(number)s is missing", number=position)
            if record.previous_digest != previous_digest:
                return _("record %(number)s does not follow the one before", number=position)
            if record._get_expected_digest() != record.digest:
                return _("record %(number)s was changed", number=position)
            if counts.get(record, 0) != record.anchor_count:
                return _("anchors of record %(number)s are missing", number=position)
            if (number := Register._find_changed(record)) is not None:
                return _(
                    "the register's entry on %(entry)s is not as record %(number)s has it",
                    entry=number,
                    number=position,
                )
            previous_digest = record.digest
        return None

    @api.model
    def _find_lost_record(self, company, records):
        """Return which of a company's records the register knows otherwise, or none.

        :param recordset company: the company
        :param recordset records: its records in order
        :rtype: str | None
        """
        entries = self.env["customer.contract.register"].search(
            [("company_id", "=", company.id), ("kind", "=", "recorded")], order="number"
        )
        known = {record.number: record.digest for record in records}
        for entry in entries:
            if entry.number not in known:
                return _("record %(number)s is missing", number=entry.number)
            if entry.digest != known[entry.number]:
                return _("record %(number)s was made anew", number=entry.number)
        # those of earlier releases have no entries
        for record in records.filtered("register_entries"):
            if record.number not in entries.mapped("number"):
                return _("the register knows nothing of record %(number)s", number=record.number)
        return None

    @api.model
    def _find_missing_numbers(self):
        """Return numbers of which the register does not tell what became of their contracts.

        Numbers that were given lately may belong to contracts that are just being made.

        :rtype: list[int]
        """
        before = fields.Datetime.now() - LONGEST_TRANSACTION
        given = [record.register_last for record in self.search([("recorded_on", "<", before)])]
        last = max(given, default=0)
        Register = self.env["customer.contract.register"]
        return Register._find_unknown(list(range(1, last + 1)))[:MOST_NAMED]

    @api.model
    def _report_problem(self):
        """Ask the contract administrators to look at the records, once, in their language."""
        for user in self.env["customer.contract"]._get_integrity_administrators():
            partner = user.company_id.partner_id.with_context(lang=user.lang)
            summary = partner.env._("Contract evidence damaged")
            if not partner.activity_search(
                ["mail.mail_activity_data_warning"],
                user_id=user.id,
                additional_domain=[("summary", "=", summary)],
            ):
                partner.activity_schedule(
                    "mail.mail_activity_data_warning",
                    user_id=user.id,
                    summary=summary,
                    note=partner.env._(
                        "The daily records of audit trails do not agree: %(problem)s.",
                        problem=self.with_context(lang=user.lang)._find_problem(),
                    ),
                )

    def _get_letter(self):
        """Return the letter around the mail with the digest: nobody in person sends it."""
        company_sudo = self.company_id.sudo()
        return {"greeting": _("Hello,"), "sender": [company_sudo.name]}

    def _mail(self):
        """Send the digest to the contract administrators, who keep it outside."""
        self.ensure_one()
        Contract = self.env["customer.contract"]
        administrators = Contract._get_integrity_administrators(self.company_id)
        recipients = administrators.partner_id.filtered("email")
        if recipients:
            template = self.env.ref("customer_contract.mail_template_daily_record")
            mail_id = template.send_mail(
                self.id,
                email_values={"recipient_ids": [Command.set(recipients.ids)]},
                email_layout_xmlid=MAIL_LAYOUT,
            )
            self.env["mail.mail"].browse(mail_id).send_after_commit()

    def _get_readable_digest(self):
        """Return the digest in groups of four, as a person compares it.

        :rtype: str
        """
        self.ensure_one()
        return " ".join(self.digest[start : start + 4] for start in range(0, 64, 4))
