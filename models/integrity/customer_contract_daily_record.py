from odoo import Command, _, api, fields, models
from odoo.tools import SQL

from ...const import GENESIS
from ...utils import hash_pair

MOST_ANCHORS = 5000


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
        contracts = self.env["customer.contract"].with_context(active_test=False)
        for (company,) in contracts._read_group([("version_ids", "!=", False)], ["company_id"]):
            while self._take(company):
                if not self.env["ir.cron"]._commit_progress(1):
                    return
        if self._find_problem():
            self._report_problem()

    @api.model
    def _take(self, company):
        """Record the trails of a company's contracts that grew since they were anchored.

        Contracts that were never frozen prove nothing and may still be deleted.

        :param recordset company: the company
        :return: the record, elevated; none if no trail grew
        :rtype: recordset of `customer.contract.daily.record`
        """
        grown = self._find_grown_trails(company)
        if not grown:
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
        record._mail()
        return record

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

        :param list[str] leaves: the digests, at least one
        :return: the root, and for each leaf what it is to be hashed with on the way,
            each with the side it stands on
        :rtype: tuple[str, list[list[list[str]]]]
        """
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
        return {
            "company": values["company_id"],
            "number": values["number"],
            "at": fields.Datetime.to_string(values["recorded_on"]) + "Z",
            "anchors": values["anchor_count"],
            "root": values["root"],
            "previous_digest": values["previous_digest"],
        }

    def _get_header_values(self):
        """Return the stored values that the digest covers.

        :rtype: dict
        """
        self.ensure_one()
        names = ("number", "recorded_on", "anchor_count", "root", "previous_digest")
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
        grouped = self._read_group([], ["company_id"], ["id:recordset"], order="company_id")
        for company, records in grouped:
            previous_digest = GENESIS
            records = records.sorted("number")
            for position, record in enumerate(records, 1):
                if record.number != position:
                    problem = _("record %(number)s is missing", number=position)
                elif record.previous_digest != previous_digest:
                    problem = _(
                        "record %(number)s does not follow the one before",
                        number=position,
                    )
                elif record._get_expected_digest() != record.digest:
                    problem = _("record %(number)s was changed", number=position)
                elif counts.get(record, 0) != record.anchor_count:
                    problem = _("anchors of record %(number)s are missing", number=position)
                else:
                    previous_digest = record.digest
                    continue
                return f"{company.name}: {problem}"
        return None

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

    def _mail(self):
        """Send the digest to the contract administrators, who keep it outside."""
        self.ensure_one()
        Contract = self.env["customer.contract"]
        administrators = Contract._get_integrity_administrators(self.company_id)
        recipients = administrators.partner_id.filtered("email")
        if recipients:
            template = self.env.ref("customer_contract.mail_template_daily_record")
            mail_id = template.send_mail(
                self.id, email_values={"recipient_ids": [Command.set(recipients.ids)]}
            )
            self.env["mail.mail"].browse(mail_id).send_after_commit()

    def _get_readable_digest(self):
        """Return the digest in groups of four, as a person compares it.

        :rtype: str
        """
        self.ensure_one()
        return " ".join(self.digest[start : start + 4] for start in range(0, 64, 4))
