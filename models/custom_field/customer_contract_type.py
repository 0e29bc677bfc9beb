from odoo import api, fields, models


class CustomerContractType(models.Model):
    """The custom fields of a type's contracts."""

    _name = "customer.contract.type"
    _inherit = ["customer.contract.type", "customer.contract.protection.mixin"]

    property_definition = fields.PropertiesDefinition("Custom Field Definition")
    field_ids = fields.One2many(
        "customer.contract.type.field", "type_id", "Custom Fields", copy=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        for contract_type in types:
            if contract_type.property_definition:
                contract_type._align_fields()
        return types

    def write(self, vals):
        result = super().write(vals)
        if "property_definition" in vals and not self._is_system_write():
            self._align_fields()
        return result

    def _align_definition(self):
        """Have the property definition say what the rows say."""
        for contract_type in self:
            entries = {entry["name"]: entry for entry in contract_type.property_definition or []}
            contract_type._as_system().property_definition = [
                row._prepare_definition(entries.get(row.name) or {})
                for row in contract_type.field_ids.sorted(lambda row: (row.sequence, row.id))
            ]

    def _align_fields(self):
        """Have the rows say what the property definition says.

        Definitions are also changed in contracts' forms.
        """
        for contract_type in self:
            rows = {row.name: row for row in contract_type.field_ids}
            entries = contract_type.property_definition or []
            for position, entry in enumerate(entries, 1):
                values = {
                    "sequence": 10 * position,
                    "label": entry.get("string") or entry["name"],
                    "value_type": entry["type"],
                    "choices": "\n".join(label for _key, label in entry.get("selection") or []),
                }
                row = rows.pop(entry["name"], None)
                if not row:
                    self.env["customer.contract.type.field"]._as_system().create(
                        {**values, "name": entry["name"], "type_id": contract_type.id}
                    )
                    continue
                changed = {
                    name: value for name, value in values.items() if (row[name] or "") != value
                }
                if changed:
                    row._as_system().write(changed)
            for row in rows.values():
                row._as_system().unlink()

    def _get_editable_fields(self):
        """Return the fields that the counterparty's signers fill in.

        :rtype: recordset of `customer.contract.type.field`
        """
        return self.field_ids.filtered("is_editable")

    def _get_placeholders(self):
        """Return which field a placeholder means, by its label and by its name.

        :rtype: dict[str, recordset of `customer.contract.type.field`]
        """
        fields_by_key = {}
        for row in self.field_ids:
            if row.value_type == "separator":
                continue
            # a label goes before another field's name
            fields_by_key.setdefault(row._get_placeholder_key(row.name), row)
        for row in self.field_ids:
            if row.value_type != "separator":
                fields_by_key[row._get_placeholder_key(row.label)] = row
        return fields_by_key
