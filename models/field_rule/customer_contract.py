import json
from datetime import date

from lxml import etree

from odoo import _, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Properties

from .customer_contract_field_rule import CUSTOM_FIELD
from .guard import COPYING, RULE


class RuledProperties(Properties):
    """Custom fields of which rules hide some from some users."""

    def convert_to_record(self, value, record):
        hidden = record.browse()._get_hidden_custom_fields()
        if hidden and value:
            value = {name: item for name, item in value.items() if name not in hidden}
        return super().convert_to_record(value, record)

    def convert_to_read_multi(self, values, records, use_display_name=True):
        rows = super().convert_to_read_multi(values, records, use_display_name)
        hidden = records.browse()._get_hidden_custom_fields()
        if hidden:
            rows = [[entry for entry in row if entry["name"] not in hidden] for row in rows]
        return rows

    def property_to_sql(self, field_sql, property_name, model, alias, query):
        if property_name in model.browse()._get_hidden_custom_fields():
            model._refuse_field(property_name, "read")
        return super().property_to_sql(field_sql, property_name, model, alias, query)


class CustomerContract(models.Model):
    """A contract whose fields obey the rules, each custom field by itself."""

    _name = "customer.contract"
    _inherit = ["customer.contract.field.access.mixin", "customer.contract"]

    properties = RuledProperties()

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        is_editable = arch.tag in ("form", "list", "kanban")
        if is_editable and not arch.xpath("//field[@name='state'][not(ancestor::field)]"):
            # what is read-only in some states depends on it
            etree.SubElement(arch, "field", name="state", invisible="1", column_invisible="1")
        return arch, view

    # === CUSTOM FIELDS === #

    @api.model
    def _get_hidden_custom_fields(self, even_for=None):
        """Return the names of the custom fields that rules hide from the user."""
        Rule = self.env[RULE]
        hidden = Rule._get_closed_fields(even_for).hidden.get(self._name, ())
        return {name.removeprefix(CUSTOM_FIELD) for name in hidden if name.startswith(CUSTOM_FIELD)}

    def _get_closed_custom_fields(self):
        """Return the names of the custom fields that the user may not write."""
        Rule = self.env[RULE]
        # elevated: a rule's state is asked of contracts that the user may not read, too
        states = set(self.sudo().mapped("state")) or {"draft"}
        closed = Rule._get_closed_fields().states.get(self._name, {})
        return {
            name.removeprefix(CUSTOM_FIELD)
            for name, closed_in in closed.items()
            if name.startswith(CUSTOM_FIELD) and not states.isdisjoint(closed_in)
        }

    def _keep_closed_custom_fields(self, vals):
        """Put what is stored in the place of custom fields that are closed to the user.

        Forms send the custom fields as a whole, without those that they do not show.
        """
        closed = self._get_closed_custom_fields() if vals.get("properties") else set()
        if not closed:
            return vals
        given = vals["properties"]
        given = json.loads(given) if isinstance(given, str) else given
        if not isinstance(given, list):
            given = [{"name": name, "value": value} for name, value in dict(given).items()]
        stored = self._read_custom_fields(vals)
        for entry in given:
            name, value = entry.get("name"), self._simplify(entry.get("value"))
            if name in closed and value != self._simplify(stored.get(name, {}).get("value")):
                label = stored.get(name, {}).get("string") or name
                # elevated: the trail is written whoever acts
                self._refuse_field(label, "write", self.sudo())
        kept = [entry for name, entry in stored.items() if name in closed]
        open_entries = [entry for entry in given if entry.get("name") not in closed]
        if isinstance(vals["properties"], str | list):
            return {**vals, "properties": open_entries + kept}
        values = {entry["name"]: entry.get("value") for entry in open_entries + kept}
        return {**vals, "properties": values}

    def _read_custom_fields(self, vals):
        """Read the custom fields as they are, or as they begin."""
        field = self._fields["properties"]
        if self:
            contract_sudo = self.sudo()  # also those that are hidden
            rows = field.convert_to_read(contract_sudo.properties, contract_sudo, False)
        else:
            type_id = vals.get("type_id") or self.default_get(["type_id"]).get("type_id")
            # elevated: whoever makes contracts need not see their types' definition
            type_sudo = self.env["customer.contract.type"].sudo().browse(type_id or ())
            definition = type_sudo.property_definition or []
            rows = [{**entry, "value": entry.get("default")} for entry in definition]
        return {entry["name"]: entry for entry in rows or []}

    @api.model
    def _simplify(self, value):
        """Return a custom field's value in the form in which it is compared."""
        if isinstance(value, date):
            return fields.Date.to_string(value)
        if isinstance(value, list | tuple):
            if len(value) == 2 and isinstance(value[1], str) and isinstance(value[0], int):
                return value[0]  # a record with its name
            return [self._simplify(item) for item in value] or None
        return None if value is False or value == "" else value

    @api.model_create_multi
    def create(self, vals_list):
        given = {"properties": self.env.context.get("default_properties")}
        given = given if given["properties"] else {}
        return super().create(
            [self.browse()._keep_closed_custom_fields({**given, **values}) for values in vals_list]
        )

    def write(self, vals):
        if not vals.get("properties") or not self._get_closed_custom_fields():
            return super().write(vals)
        for contract in self:
            super(CustomerContract, contract).write(contract._keep_closed_custom_fields(vals))
        return True

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        hidden = self._get_hidden_custom_fields(even_for=COPYING)
        for values in vals_list if hidden and "properties" not in (default or {}) else ():
            given = dict(values.get("properties") or {})
            if given:
                values["properties"] = {name: given[name] for name in given.keys() - hidden}
        return vals_list

    # === THE TRAIL === #

    def _check_sees_everything(self):
        """Refuse to hand out the raw trail to somebody from whom fields are hidden."""
        if not self.env[RULE]._sees_everything():
            raise AccessError(
                _(
                    "The audit trail tells the values of fields that a field rule of contracts "
                    "hides from you."
                )
            )

    def get_audit_trail(self):
        self._check_sees_everything()
        return super().get_audit_trail()

    def get_readable_audit_trail(self):
        self._check_sees_everything()
        return super().get_readable_audit_trail()

    def _export_evidence_bundle(self):
        self._check_sees_everything()
        return super()._export_evidence_bundle()
