from odoo import fields, models


class CustomerContractStage(models.Model):
    """A business status of the company's own, such as *In negotiation*.

    Stages have a colour, by which people recognise them everywhere.
    """

    _name = "customer.contract.stage"
    _inherit = "customer.contract.shared.mixin"
    _description = "Contract Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    fold = fields.Boolean("Folded in Kanban")
    type_ids = fields.Many2many(
        "customer.contract.type",
        string="Types",
        help="Empty: for contracts of every type.",
    )
    bound_state = fields.Selection(
        selection=lambda self: self.env["customer.contract"]._fields["state"].selection,
        string="Entered On",
        help="Contracts move here by themselves when their request reaches this state.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)
