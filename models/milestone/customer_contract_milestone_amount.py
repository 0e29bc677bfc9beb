from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, float_repr, float_round, formatLang

SHARE_DIGITS = 2


class CustomerContractMilestone(models.Model):
    """What a milestone is worth: an amount or a share, of which the other follows."""

    _inherit = "customer.contract.milestone"

    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        copy=False,
        help="Give the amount or its share of the contract's amount: the other follows.",
    )
    share = fields.Float(
        "Share (%)",
        digits=(16, SHARE_DIGITS),
        compute="_compute_share",
        store=True,
        readonly=False,
        copy=False,
        aggregator=None,
    )
    basis = fields.Selection(
        [("amount", "Fixed Amount"), ("share", "Share of the Contract")],
        required=True,
        default="amount",
        help="Which of both stays as it is when the contract's amount changes.",
    )
    basis_value = fields.Float(help="The amount or the share, whichever was given.")
    _amount_not_negative = models.Constraint(
        "CHECK (basis_value IS NULL OR basis_value >= 0)",
        "The amount of a milestone cannot be negative.",
    )
    _share_of_the_whole = models.Constraint(
        "CHECK (basis <> 'share' OR basis_value IS NULL OR basis_value <= 100)",
        "A milestone cannot be worth more than the whole contract.",
    )

    # The currency is the contract's, whose own amount is looked at when it changes.
    @api.constrains("basis", "basis_value")
    def _check_exact(self):
        for milestone in self.filtered(lambda milestone: milestone.basis == "amount"):
            milestone.contract_id._check_exact_amount(milestone.basis_value)

    # === COMPUTE METHODS === #

    @api.model
    def _get_guarded_columns(self):
        return ["name", "date", "deliverable", "amount", "portal_visible"]

    @api.model
    def _get_guarded_rows(self):
        return {
            **super()._get_guarded_rows(),
            "rows": [{"portal_visible": True}],
            "contract": {"show_milestones_in_report": True},
        }

    @api.depends("basis", "basis_value", "contract_id.amount_total", "contract_id.currency_id")
    def _compute_amount(self):
        for milestone in self:
            value = milestone.basis_value
            milestone.amount = (
                milestone._convert_share(value) if milestone.basis == "share" else value
            )

    @api.depends("basis", "basis_value", "contract_id.amount_total", "contract_id.currency_id")
    def _compute_share(self):
        for milestone in self:
            value = milestone.basis_value
            milestone.share = (
                value if milestone.basis == "share" else milestone._convert_amount(value)
            )

    # What merely follows from the other one leaves the other one alone.

    @api.onchange("amount")
    def _onchange_amount(self):
        follows = self._convert_share(self.basis_value)
        if self.basis != "share" or not self._is_same_amount(self.amount, follows):
            self.basis, self.basis_value = "amount", self.amount

    @api.onchange("share")
    def _onchange_share(self):
        follows = self._convert_amount(self.basis_value)
        if self.basis != "amount" or not self._is_same_share(self.share, follows):
            self.basis, self.basis_value = "share", self.share

    def _prepare_basis(self, values, contract):
        """Replace amount and share by the one of both that was given.

        :param dict values: values of a create or write
        :param recordset contract: the `customer.contract`
        :return: the same values without amount and share
        :rtype: dict
        :raise ValidationError: if amount and share contradict each other
        """
        values = dict(values)
        given = {name: values.pop(name) or 0 for name in ("amount", "share") if name in values}
        if not given and "basis" in values and "basis_value" not in values:
            given = {values["basis"]: self[values["basis"]]}
        if not given:
            return values
        basis = next(iter(given))
        if len(given) == 2:
            basis = self._find_basis(given, values.get("basis"), contract)
        return {**values, "basis": basis, "basis_value": given[basis]}

    def _find_basis(self, given, proposed, contract):
        """Find which of amount and share leads, where both are given.

        :param dict given: ``amount`` and ``share``
        :param str proposed: the basis the caller gives, if any
        :param recordset contract: the `customer.contract`
        :return: a value of ``basis``
        :rtype: str
        :raise ValidationError: if neither follows from the other
        """
        if not any(given.values()):
            return "amount"
        probe = self.new({"contract_id": contract.id})
        fits = {
            "amount": self._is_same_share(given["share"], probe._convert_amount(given["amount"])),
            "share": probe._is_same_amount(given["amount"], probe._convert_share(given["share"])),
        }
        if fits.get(proposed):
            return proposed
        for basis in ("amount", "share"):
            if fits[basis] and given[basis]:
                return basis
        raise ValidationError(
            _(
                "%(share)s %% of %(total)s is %(expected)s, not %(amount)s. Give either the "
                "amount or the share: the other follows.",
                share=float_repr(given["share"], SHARE_DIGITS),
                total=formatLang(
                    self.env, contract.amount_total, currency_obj=contract.currency_id
                ),
                expected=formatLang(
                    self.env,
                    probe._convert_share(given["share"]),
                    currency_obj=contract.currency_id,
                ),
                amount=formatLang(self.env, given["amount"], currency_obj=contract.currency_id),
            )
        )

    def _convert_share(self, share):
        """Return the amount that a share of the contract comes to."""
        contract = self.contract_id
        amount = contract.amount_total * share / 100
        return contract.currency_id.round(amount) if contract.currency_id else amount

    def _convert_amount(self, amount):
        """Return which share of the contract an amount is, zero if that has none."""
        total = self.contract_id.amount_total
        return float_round(100 * amount / total, precision_digits=SHARE_DIGITS) if total else 0

    def _is_same_amount(self, amount, other):
        """Tell whether two amounts are the same in the contract's currency."""
        rounding = self.currency_id.rounding or 0.01
        return not float_compare(amount, other, precision_rounding=rounding)

    def _is_same_share(self, share, other):
        """Tell whether two shares are the same, as precisely as they are kept."""
        return not float_compare(share, other, precision_digits=SHARE_DIGITS)
