import re

from lxml import etree

from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools.template_inheritance import remove_element

CONTRACT = "customer.contract"
# What a view would ask the server to sort, group or sum by.
QUERY_ATTRIBUTES = (
    "default_order",
    "default_group_by",
    "color",
    "sum_field",
    "date_start",
    "date_stop",
    "date_delay",
)
EXPRESSIONS = ("invisible", "column_invisible", "readonly", "required", "domain", "context")
VIEWS = ("form", "list", "kanban", "search", "calendar", "graph", "pivot", "activity")


class Base(models.AbstractModel):
    """Whatever tells contracts' fields, of whatever model, obeys the rules."""

    _inherit = "base"

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        # Elsewhere only what is computed elevated can tell a contract's field.
        if self.env.su or (
            not field.compute_sudo and not self._name.startswith("customer.contract")
        ):
            return True
        Rule = self.env["customer.contract.field.rule"]
        return field.name not in Rule._get_closed_fields().hidden.get(self._name, ())

    # Odoo does not ask for access to fields that it searches or sorts by in the place of
    # others, elevated.

    @api.model
    def _search(self, domain, *args, **kwargs):
        closed = self.env["customer.contract.field.rule"]._get_closed_fields()
        hidden = closed.hidden.get(self._name)
        if hidden and not kwargs.get("bypass_access"):
            for condition in Domain(domain).iter_conditions():
                name = condition.field_expr.partition(".")[0]
                if name in hidden:
                    self._check_field_access(self._fields[name], "read")
        return super()._search(domain, *args, **kwargs)

    def _field_to_sql(self, alias, field_expr, query=None):
        field = self._fields.get(field_expr.partition(".")[0])
        if field and field.related and not self.env.su:
            self._check_field_access(field, "read")
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _check_given_values(self, values, contracts_sudo):
        """Refuse values for fields closed by rules, in what users give for lists.

        :param dict values: values of a create or write
        :param recordset contracts_sudo: the contracts whose state decides, none for new ones
        :raise AccessError: if a closed field is among them
        """
        for name, commands in values.items():
            field = self._fields.get(name)
            if not field or field.type not in ("one2many", "many2many"):
                continue
            for command in commands if isinstance(commands, list | tuple) else ():
                if isinstance(command, list | tuple) and isinstance(command[-1], dict):
                    is_update = command[0] == Command.UPDATE
                    lines = self.env[field.comodel_name].browse(command[1] if is_update else ())
                    lines._check_given_values(command[-1], contracts_sudo)

    # === VIEWS === #

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        result = super().get_view(view_id=view_id, view_type=view_type, **options)
        closed = self.env["customer.contract.field.rule"]._get_closed_fields()
        if {*closed.hidden, *closed.states}.isdisjoint(result["models"]):
            return result
        arch = etree.fromstring(result["arch"])
        self._close_fields(arch, self._name, closed)
        result["arch"] = etree.tostring(arch, encoding="unicode")
        if self._name != CONTRACT or arch.tag not in ("form", "list", "kanban"):
            return result
        if arch.xpath("//field[@name='state'][not(ancestor::field)]"):
            return result
        # what is read-only in some states depends on it
        etree.SubElement(arch, "field", name="state", invisible="1", column_invisible="1")
        names = {*result["models"][CONTRACT], "state"}
        return {
            **result,
            "arch": etree.tostring(arch, encoding="unicode"),
            "models": {**result["models"], CONTRACT: tuple(names)},
        }

    @api.model
    def _close_fields(self, node, model_name, closed, parent_name=""):
        """Take hidden fields out of a part of a view, and make closed ones read-only."""
        hidden = closed.hidden.get(model_name, frozenset())
        states = closed.states.get(model_name, {})
        self._forget_fields(node, hidden)
        for child in list(node.iterchildren(etree.Element)):
            if self._has_to_go(child, hidden):
                remove_element(child)
                continue
            name = child.get("name") if child.tag in ("field", "groupby") else None
            if name in states:
                self._make_read_only(child, states[name], model_name, parent_name)
            field = self.env[model_name]._fields.get(name)
            if not field or not field.relational:
                self._close_fields(child, model_name, closed, parent_name)
            elif child.tag == "groupby":
                self._close_fields(child, field.comodel_name, closed)
            else:
                self._forget_fields(child, hidden)
                for view in child.iterchildren(*VIEWS):
                    self._close_fields(view, field.comodel_name, closed, model_name)

    @api.model
    def _has_to_go(self, node, hidden):
        """Tell whether an element shows, or asks for, what the user may not see."""
        if node.tag in ("field", "groupby"):
            return node.get("name") in hidden
        if node.tag == "label":
            return node.get("for") in hidden
        if node.tag == "filter":
            texts = [node.get(key, "") for key in ("domain", "context", "date")]
            return not hidden.isdisjoint(re.findall(r"\w+", " ".join(texts)))
        texts = [value for key, value in node.attrib.items() if key.startswith("t-")]
        return not hidden.isdisjoint(re.findall(r"record\.(\w+)", " ".join(texts)))

    @api.model
    def _forget_fields(self, node, hidden):
        """Have an element not ask for hidden fields, and take them for empty."""
        for attribute, value in node.attrib.items() if hidden else ():
            if hidden.isdisjoint(re.findall(r"\w+", value)):
                continue
            if attribute in EXPRESSIONS or attribute.startswith("decoration-"):
                names = "|".join(map(re.escape, hidden))
                node.set(attribute, re.sub(rf"(?<![\w.'\"])({names})(?![\w'\"])", "False", value))
            elif attribute == "options":  # of a widget that needs the field
                del node.attrib[attribute]
                node.attrib.pop("widget", None)
            elif attribute == "date_start":  # without which no calendar can be
                node.set(attribute, "create_date")
            elif attribute in QUERY_ATTRIBUTES:
                del node.attrib[attribute]

    @api.model
    def _make_read_only(self, node, states, model_name, parent_name):
        """Have a field be read-only in some states."""
        if states == self.env["customer.contract.field.rule"]._get_all_states():
            node.set("readonly", "1")
        elif CONTRACT in (model_name, parent_name):
            state = "state" if model_name == CONTRACT else "parent.state"
            condition = f"{state} in {tuple(sorted(states))!r}"
            present = node.get("readonly")
            node.set("readonly", f"({present}) or {condition}" if present else condition)
