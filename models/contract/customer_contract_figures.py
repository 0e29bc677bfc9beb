from odoo import api, fields, models
from odoo.tools import SQL, format_list

SECONDS_A_DAY = 24 * 60 * 60


class CustomerContract(models.Model):
    """What reports count and lists sum up."""

    _inherit = "customer.contract"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id",
        string="Company Currency",
        groups="base.group_user",
    )
    amount_company = fields.Monetary(
        "Amount in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        groups="base.group_user",
        help="At the rate of the day on which everybody had signed; until then, at the rate "
        "of the day on which the amount was set.",
    )
    days_to_sign = fields.Float(
        "Days until Signed",
        digits=(16, 1),
        compute="_compute_days_to_sign",
        store=True,
        aggregator="avg",
        groups="base.group_user",
        help="From sending until everybody has signed.",
    )
    signature_summary = fields.Char(
        "Signatures Given",
        compute="_compute_signature_summary",
        groups="base.group_user",
        help="How many of the needed signatures are given.",
    )
    read_by = fields.Char(
        compute="_compute_read_by",
        groups="base.group_user",
        help="Who outside the company has opened the contract.",
    )

    @api.depends("amount_total", "currency_id", "company_id", "signed_on")
    def _compute_amount_company(self):
        for contract in self:
            day = contract.signed_on or fields.Datetime.now()
            contract.amount_company = contract.currency_id._convert(
                contract.amount_total, contract.company_id.currency_id, contract.company_id, day
            )

    @api.depends("sent_on", "signed_on")
    def _compute_days_to_sign(self):
        for contract in self:
            sent, signed = contract.sent_on, contract.signed_on
            contract.days_to_sign = (
                (signed - sent).total_seconds() / SECONDS_A_DAY if sent and signed else 0
            )

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec != "days_to_sign:avg":
            return super()._read_group_select(aggregate_spec, query)
        # A number without a value is kept as zero, which is no time to sign.
        return SQL(
            "AVG(%(days)s) FILTER (WHERE %(sent)s IS NOT NULL AND %(signed)s IS NOT NULL)",
            days=self._field_to_sql(self._table, "days_to_sign", query),
            sent=self._field_to_sql(self._table, "sent_on", query),
            signed=self._field_to_sql(self._table, "signed_on", query),
        )

    @api.depends("signature_count", "signer_count")
    def _compute_signature_summary(self):
        for contract in self:
            given, needed = contract.signature_count, contract.signer_count
            contract.signature_summary = f"{given}/{needed}" if needed else False

    @api.depends("participant_ids.viewed_on")
    @api.depends_context("lang")
    def _compute_read_by(self):
        for contract in self:
            readers = contract.participant_ids.filtered(
                lambda person: person.viewed_on and person._is_outside()
            )
            names = readers.partner_id.mapped("name")
            contract.read_by = format_list(self.env, names) if names else False
