from odoo import fields, models


class ResCompany(models.Model):
    """What a company wants of contracts that are signed by hand."""

    _inherit = "res.company"

    contract_paper_auto_accept = fields.Boolean(
        help="Scans that customers send are accepted at once if every page carries the right "
        "code and none is missing."
    )
    contract_paper_days = fields.Integer(
        default=7,
        help="For how many days nobody is reminded who has downloaded a contract to sign it "
        "by hand.",
    )
    _contract_paper_days_positive = models.Constraint(
        "CHECK (contract_paper_days >= 0)", "The number of days must be positive."
    )
