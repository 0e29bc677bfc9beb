from odoo import api, models


class CustomerContractMilestone(models.Model):
    _name = "customer.contract.milestone"
    _inherit = ["customer.contract.milestone", "customer.contract.field.access.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        restrictions = self._get_field_restrictions()
        names = restrictions.keys() & {name for values in vals_list for name in values}
        for name in names:
            self.browse()._check_field_access(self._fields[name], "write")
        milestones = super(CustomerContractMilestone, self._with_system_reading()).create(vals_list)
        milestones = milestones.with_env(self.env)
        for name in names:
            # Only now it is known in which state their contracts are.
            milestones._check_field_access(self._fields[name], "write")
        return milestones

    def write(self, vals):
        # What follows from a change, such as the trail, is the system's work.
        for name in self._get_field_restrictions().keys() & vals.keys():
            self._check_field_access(self._fields[name], "write")
        return super(CustomerContractMilestone, self._with_system_reading()).write(vals)

    def unlink(self):
        return super(CustomerContractMilestone, self._with_system_reading()).unlink()
