from odoo import api, fields, models

from ..utils import check_one


class CustomerContractCertificateCreate(models.TransientModel):
    """Makes a seal certificate for a company that has none."""

    _name = "customer.contract.certificate.create"
    _description = "Create a Company Certificate"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    organization = fields.Char(
        "Company Name",
        required=True,
        compute="_compute_organization",
        store=True,
        readonly=False,
        precompute=True,
        help="As it shall stand in the certificate.",
    )
    years = fields.Selection(
        [("2", "2 years"), ("3", "3 years"), ("5", "5 years"), ("10", "10 years")],
        "Valid For",
        required=True,
        default="5",
    )
    has_passphrase = fields.Boolean(
        default=lambda self: self.env["customer.contract.certificate"]._has_passphrase()
    )
    replaced_id = fields.Many2one("customer.contract.certificate", compute="_compute_replaced_id")

    @api.depends("company_id")
    def _compute_organization(self):
        for dialog in self:
            dialog.organization = dialog.company_id.name

    @api.depends("company_id")
    def _compute_replaced_id(self):
        for dialog in self:
            dialog.replaced_id = self.env["customer.contract.certificate"]._get_in_use(
                dialog.company_id
            )

    def action_create(self):
        """Make the certificate and take it into use.

        :return: an action that opens it
        :rtype: dict
        :raise UserError: if the server has no passphrase for its key
        """
        check_one(self)
        certificate = self.env["customer.contract.certificate"]._generate(
            self.company_id, self.organization, int(self.years)
        )
        return certificate._get_form_action()
