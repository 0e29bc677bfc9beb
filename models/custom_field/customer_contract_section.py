from collections import Counter
from decimal import Decimal, InvalidOperation

import lxml.html

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from .customer_contract import PLACEHOLDER
from .customer_contract_type_field import NUMBER_TYPES

OPERATORS = [
    ("set", "is filled in, or yes"),
    ("not set", "is empty, or no"),
    ("=", "is"),
    ("!=", "is not"),
    (">=", "is at least"),
    ("<=", "is at most"),
]


class CustomerContractSection(models.Model):
    """Sections that are part of the contract only if a custom field says so."""

    _inherit = "customer.contract.section"

    condition_field_id = fields.Many2one(
        "customer.contract.type.field",
        "Only If",
        ondelete="restrict",
        index="btree_not_null",
        help="The section is part of the contract only if this custom field fulfils the condition.",
    )
    condition_operator = fields.Selection(OPERATORS, "Condition", default="set")
    condition_value = fields.Char(
        help="Yes/no fields: yes or no. Dates as 2027-01-31, numbers as 1234.5, of choices the "
        "choice.",
    )
    condition_summary = fields.Char(compute="_compute_condition_summary")

    @api.depends("condition_field_id", "condition_operator", "condition_value")
    def _compute_condition_summary(self):
        operators = dict(self._fields["condition_operator"]._description_selection(self.env))
        for section in self:
            # Whoever may write contracts reads what their sections depend on.
            row_sudo = section.sudo().condition_field_id
            if not row_sudo:
                section.condition_summary = False
                continue
            words = [row_sudo.label, operators.get(section.condition_operator, "")]
            if section.condition_operator not in ("set", "not set"):
                words.append(section.condition_value or "")
            section.condition_summary = " ".join(words)

    @api.constrains("condition_field_id", "condition_operator", "condition_value")
    def _check_condition(self):
        for section in self:
            row_sudo = section.sudo().condition_field_id
            if not row_sudo or section.condition_operator in ("set", "not set"):
                continue
            if section._read_condition_value() is None:
                raise ValidationError(
                    _(
                        "“%(value)s” is no value of “%(field)s”, on which a section depends.",
                        value=section.condition_value or "",
                        field=row_sudo.label,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"condition_field_id", "condition_operator", "condition_value"}:
            for section in self:
                section._log_change("section_changed")
        return result

    def _read_condition_value(self):
        """Return the value that the condition names, in the form in which it is compared.

        :return: the value; none if the field has no such value
        """
        self.ensure_one()
        row_sudo = self.sudo().condition_field_id
        text = (self.condition_value or "").strip()
        if row_sudo.value_type == "boolean":
            words = {"yes": True, "true": True, "no": False, "false": False}
            words.update({_("Yes").casefold(): True, _("No").casefold(): False})
            return words.get(text.casefold())
        if row_sudo.value_type in NUMBER_TYPES:
            try:
                number = Decimal(text)
            except InvalidOperation:
                return None
            return number if number.is_finite() else None
        if row_sudo.value_type == "date":
            return text if row_sudo._is_day(text) else None
        if row_sudo.value_type == "selection":
            keys = {label.casefold(): key for key, label in row_sudo._get_options()}
            keys.update({key: key for key, _label in row_sudo._get_options()})
            return keys.get(text, keys.get(text.casefold()))
        return text or None

    def _is_condition_met(self):
        """Tell whether the section is part of the contract as it stands."""
        self.ensure_one()
        row_sudo = self.sudo().condition_field_id
        if not row_sudo:
            return True
        value = self.contract_id._get_property_values().get(row_sudo.name)
        is_boolean = row_sudo.value_type == "boolean"
        is_empty = value in (None, "", []) or (value is False and not is_boolean)
        operator = self.condition_operator or "set"
        if operator in ("set", "not set"):
            is_set = bool(value) if is_boolean else not is_empty
            return is_set == (operator == "set")
        wanted = self._read_condition_value()
        if is_boolean:
            value = bool(value)
        elif is_empty:
            return operator == "!="
        elif row_sudo.value_type in NUMBER_TYPES:
            value = Decimal(repr(value))
        elif row_sudo.value_type not in ("date", "selection"):
            value, wanted = str(value).casefold(), str(wanted).casefold()
        if operator in ("=", "!="):
            return (value == wanted) == (operator == "=")
        if type(value) is not type(wanted):
            return False
        return value >= wanted if operator == ">=" else value <= wanted

    def _find_bad_placeholders(self, placeholders):
        """Find placeholders that nothing can be put in the place of.

        :param set placeholders: those that are known
        :return: what stands between the braces of each
        :rtype: list[str]
        """
        self.ensure_one()
        get_key = self.env["customer.contract.type.field"]._get_placeholder_key
        found = Counter(PLACEHOLDER.findall(self.title or ""))
        whole = Counter(found)
        if self.body:
            root = lxml.html.fragment_fromstring(str(self.body), create_parent="div")
            found.update(PLACEHOLDER.findall(root.text_content()))
            for text in root.itertext():
                whole.update(PLACEHOLDER.findall(text))
        return [
            " ".join(written.split())
            for written in found
            if get_key(written) not in placeholders or found[written] > whole[written]
        ]
