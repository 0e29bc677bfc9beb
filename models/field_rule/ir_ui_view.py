import re

from lxml import etree

from odoo import api, models
from odoo.tools.template_inheritance import remove_element

from .guard import RULE

CONTRACT = "customer.contract"
# What a view would ask the server to sort, group or sum by.
QUERIES = {"default_order", "default_group_by", "color", "sum_field"} | {
    "date_start",
    "date_stop",
    "date_delay",
}
EXPRESSIONS = {"invisible", "column_invisible", "readonly", "required", "domain", "context"}
VIEWS = ("form", "list", "kanban", "search", "calendar", "graph", "pivot", "activity")


class IrUiView(models.Model):
    """Views of contracts, or with contracts, show nobody what rules hide."""

    _inherit = "ir.ui.view"

    def _postprocess_access_rights(self, tree):
        model_name = tree.get("model_access_rights")
        tree = super()._postprocess_access_rights(tree)
        closed = self.env[RULE]._get_closed_fields()
        if closed.states and model_name:
            self._close_fields(tree, model_name, closed)
        return tree

    @api.model
    def _close_fields(self, node, model_name, closed, parent_name=""):
        """Take hidden fields out of a part of a view, and make closed ones read-only."""
        hidden = closed.hidden.get(model_name, frozenset())
        states = closed.states.get(model_name, {})
        self._forget_fields(node, hidden)
        for child in list(node.iterchildren(etree.Element)):
            name = child.get("name") if child.tag in ("field", "groupby") else None
            if self._has_to_go(child, hidden):
                remove_element(child)
                continue
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
        if node.tag in ("field", "groupby", "label"):
            return node.get("for" if node.tag == "label" else "name") in hidden
        if node.tag == "filter":
            asked = [r"\b(\w+)", *(node.get(key, "") for key in ("domain", "context", "date"))]
        else:
            asked = [r"record\.(\w+)", *(node.get(key) for key in node.keys() if key[:2] == "t-")]
        return not hidden.isdisjoint(re.findall(asked[0], " ".join(asked[1:])))

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
            elif attribute in QUERIES:
                del node.attrib[attribute]

    @api.model
    def _make_read_only(self, node, states, model_name, parent_name):
        """Have a field be read-only in some states."""
        if states == self.env[RULE]._get_all_states():
            node.set("readonly", "1")
        elif CONTRACT in (model_name, parent_name):
            state = "state" if model_name == CONTRACT else "parent.state"
            condition = f"{state} in {tuple(sorted(states))!r}"
            present = node.get("readonly")
            node.set("readonly", f"({present}) or {condition}" if present else condition)
