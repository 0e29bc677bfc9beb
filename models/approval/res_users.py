from odoo import _, api, fields, models
from odoo.exceptions import ValidationError


class ResUsers(models.Model):
    """To whom somebody answers, for approvals of contracts."""

    _inherit = "res.users"

    contract_superior_id = fields.Many2one(
        "res.users",
        "Superior for Contracts",
        domain="[('share', '=', False), ('id', '!=', id)]",
        help="Approves contracts where a rule asks for somebody's superior. If left empty: "
        "the manager named in the Employees app, else the leader of the sales team.",
    )

    @api.constrains("contract_superior_id")
    def _check_contract_superior(self):
        for user in self:
            superior = user.contract_superior_id
            if superior and (superior == user or superior.share):
                raise ValidationError(
                    _("The superior of %(person)s has to be another employee.", person=user.name)
                )

    def _get_contract_superior(self):
        """Return the person to whom somebody answers.

        :return: the superior, or none
        :rtype: recordset of `res.users`
        """
        self.ensure_one()
        superior = self.contract_superior_id
        if not superior and "employee_parent_id" in self._fields:
            # the Employees app may be installed, or not
            superior = self.employee_parent_id.user_id
        superior = superior or self.sale_team_id.user_id
        return superior if superior != self else superior.browse()
