from odoo import api, models


class CustomerContractDialogMixin(models.AbstractModel):
    """A dialog that is opened on a contract, or on something of one.

    Everybody may make a dialog, on whatever record is named. Its fields tell of this
    record, related ones elevated: so it takes the right to read it, from the beginning.
    """

    _name = "customer.contract.dialog.mixin"
    _description = "Dialog on a Contract"

    @api.model
    def _get_opening_fields(self):
        """Return the fields that tell what a dialog was opened on.

        :rtype: list[str]
        """
        return [
            name
            for name, field in self._fields.items()
            if field.relational
            and not field.compute
            and field.comodel_name.startswith("customer.contract")
            and not self.env[field.comodel_name].is_transient()
        ]

    def _check_opened_on(self):
        """Refuse dialogs on what the user may not read.

        :raise AccessError: if it is opened on such a record
        """
        for name in self._get_opening_fields():
            self[name]._origin.check_access("read")

    @api.model
    def _check_opening_values(self, values, dialog=None):
        """Refuse values, and what the context proposes, before anything is made of them.

        :param dict values: what the dialog is to be opened with
        :param recordset dialog: the dialog, if it is there already
        :raise AccessError: if the user may not read what is among them
        """
        names = self._get_opening_fields()
        given = {name: values[name] for name in names if name in values}
        proposed = {} if dialog else self.default_get(names)
        self.new({**proposed, **given}, origin=dialog)._check_opened_on()

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            self._check_opening_values(values)
        return super().create(vals_list)

    def write(self, vals):
        for dialog in self:
            self._check_opening_values(vals, dialog)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_opening_values(values, self)
        return super().onchange(values, field_names, fields_spec)
