import ast
import re

from lxml import etree

from odoo import api, models

from .customer_contract_field_rule import RULED_MODELS

RESTRICTED_MODELS = (*RULED_MODELS, "customer.contract.event", "customer.contract.version")
CALENDAR_DATES = ("date_start", "date_stop", "date_delay")
# What a view would ask the server to sort, group or sum by.
QUERY_ATTRIBUTES = ("default_order", "default_group_by", "color", "sum_field", *CALENDAR_DATES)
VIEWS = ("form", "list", "kanban", "search", "calendar", "graph", "pivot", "activity", "groupby")


class _AsEmpty(ast.NodeTransformer):
    """Puts an empty value in the place of names, in the expressions of views."""

    def __init__(self, names):
        self.names = names

    def visit_Name(self, node):
        return ast.Constant(False) if node.id in self.names else node


def read_as_empty(expression, names):
    """Return an expression in which some fields are empty.

    :param str expression: a Python expression as views have them
    :param names: the fields
    :rtype: str
    """
    if not any(re.search(rf"\b{re.escape(name)}\b", expression) for name in names):
        return expression
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError:
        return expression
    return ast.unparse(ast.fix_missing_locations(_AsEmpty(names).visit(tree)))


class Base(models.AbstractModel):
    """Views, also those of other models, show contracts' fields as the rules allow."""

    _inherit = "base"

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        result = super().get_view(view_id=view_id, view_type=view_type, **options)
        restrictions = {
            name: self.env[name]._get_field_restrictions()
            for name in RESTRICTED_MODELS
            if name in result["models"]
        }
        if not any(restrictions.values()):
            return result
        arch = etree.fromstring(result["arch"])
        self._apply_field_rules(arch, self._name, restrictions)
        models_in_view = dict(result["models"])
        for name in restrictions:
            models_in_view[name] = tuple({*models_in_view[name], "state", "create_date"})
            models_in_view[name] = tuple(
                field for field in models_in_view[name] if field in self.env[name]._fields
            )
        return {
            **result,
            "arch": etree.tostring(arch, encoding="unicode"),
            "models": models_in_view,
        }

    @api.model
    def _apply_field_rules(self, node, model_name, restrictions):
        """Take closed fields out of a part of a view, or close them there.

        :param node: an element
        :param str model_name: the model that the element is about
        :param dict restrictions: what is closed, by model
        """
        closed = restrictions.get(model_name) or {}
        all_states = self.env["customer.contract.field.rule"]._get_all_states()
        hidden = {name for name, (states, _closed) in closed.items() if states == all_states}
        unsearchable = {name for name, (states, _closed) in closed.items() if states}
        if closed:
            self._close_queries(node, unsearchable)
            self._empty_expressions(node, hidden)
        for child in list(node):
            if not isinstance(child.tag, str):
                continue
            child_model = model_name
            field = model_name in self.env and self.env[model_name]._fields.get(child.get("name"))
            if closed and self._has_to_go(child, hidden, unsearchable):
                self._drop_node(child)
                continue
            if child.tag == "field" and field and field.relational:
                if closed:
                    self._close_queries(child, unsearchable)
                    self._empty_expressions(child, hidden)
                    self._close_in_states(child, closed, model_name)
                for view in child:
                    if view.tag in VIEWS:
                        self._apply_field_rules(view, field.comodel_name, restrictions)
                continue
            if child.tag == "groupby" and field and field.relational:
                child_model = field.comodel_name
            elif child.tag == "field" and closed:
                self._close_in_states(child, closed, model_name)
            self._apply_field_rules(child, child_model, restrictions)

    @api.model
    def _has_to_go(self, node, hidden, unsearchable):
        """Tell whether an element shows, or asks for, what the user may not see.

        :param node: an element
        :param hidden: the fields hidden in every state
        :param unsearchable: the fields hidden in any state
        """
        root = next(
            (view.tag for view in node.iterancestors() if view.tag in VIEWS), node.getroottree()
        )
        names = unsearchable if root in ("search", "graph", "pivot") else hidden
        if node.tag in ("field", "groupby"):
            asked = [node.get("name", "")]
        elif node.tag == "label":
            asked = [node.get("for", "")]
        elif node.tag == "filter":
            names = unsearchable
            asked = re.findall(
                r"\w+", " ".join(node.get(key, "") for key in ("domain", "context", "date"))
            )
        else:
            asked = [
                name
                for key, value in node.attrib.items()
                if key.startswith("t-")
                for name in re.findall(r"record\.(\w+)", value)
            ]
        return bool(names & set(asked))

    @api.model
    def _drop_node(self, node):
        """Remove an element, and leave what stands behind it."""
        parent, before = node.getparent(), node.getprevious()
        if node.tail and before is not None:
            before.tail = (before.tail or "") + node.tail
        elif node.tail:
            parent.text = (parent.text or "") + node.tail
        parent.remove(node)

    @api.model
    def _close_queries(self, node, names):
        """Have a view not sort, group or sum by fields.

        :param node: the view's element
        :param names: the fields
        """
        for attribute in QUERY_ATTRIBUTES:
            if names & set(re.findall(r"\w+", node.get(attribute, ""))):
                if attribute == "date_start":
                    node.set(attribute, "create_date")
                else:
                    del node.attrib[attribute]

    @api.model
    def _empty_expressions(self, node, names):
        """Have an element's conditions take fields for empty.

        :param node: the element
        :param names: the fields
        """
        for attribute, value in node.attrib.items():
            if attribute in (
                "invisible",
                "column_invisible",
                "readonly",
                "required",
                "domain",
                "context",
            ) or attribute.startswith("decoration-"):
                node.set(attribute, read_as_empty(value, names))

    @api.model
    def _close_in_states(self, node, closed, model_name):
        """Close a field's element in those states in which rules say so.

        :param node: the element
        :param dict closed: what is closed on the model
        :param str model_name: the model
        """
        if node.get("name") not in closed or "state" not in self.env[model_name]._fields:
            return
        if model_name != RULED_MODELS[0]:
            return  # lines have states of their own, which decide nothing here
        hidden, readonly = closed[node.get("name")]
        for attribute, states in (("invisible", hidden), ("readonly", readonly)):
            if states:
                condition = f"state in {tuple(sorted(states))!r}"
                present = node.get(attribute)
                node.set(attribute, f"({present}) or {condition}" if present else condition)
