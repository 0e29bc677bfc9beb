import copy
import re
from html import escape

import lxml.html

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...utils import is_exact_amount
from .customer_contract_type_field import NUMBER_TYPES, SOURCES

# In the text of a section: {{ the label or the name of a custom field }}
PLACEHOLDER = re.compile(r"\{\{([^{}]{1,160})\}\}")
VALUE_ATTRIBUTE = "data-contract-value"
BLANK = "__________"


class CustomerContract(models.Model):
    """The custom fields that a contract has by its type, and their values in the text.

    A placeholder names a field and nothing else: no expression is ever evaluated. Where
    it stood, the frozen text carries the value in an element of its own, so that the
    contract's page can offer to fill it in there.
    """

    _inherit = "customer.contract"

    # Some are for employees only. What the parties may read of them stands in the
    # frozen content.
    properties = fields.Properties(
        "Custom Fields",
        definition="type_id.property_definition",
        copy=True,
        groups="base.group_user",
    )
    has_custom_fields = fields.Boolean(compute="_compute_has_custom_fields")

    @api.depends("type_id.field_ids")
    def _compute_has_custom_fields(self):
        for contract in self:
            contract.has_custom_fields = bool(contract.sudo().type_id.field_ids)

    def onchange(self, values, field_names, fields_spec):
        """Show the custom fields of a type as soon as it is chosen.

        Odoo compares the values only: where the fields of the new type have none, as all
        of them have none, it takes them for those of no type and leaves them out.
        """
        result = super().onchange(values, field_names, fields_spec)
        if "type_id" in field_names and "properties" in fields_spec:
            changes = result.setdefault("value", {})
            if "properties" not in changes:
                contract = self.new({"type_id": values.get("type_id")})
                changes.update(contract.web_read({"properties": {}})[0])
                changes.pop("id", None)
        return result

    # Approval rules compare custom fields as well.
    @api.depends("properties")
    def _compute_approval_plan(self):
        return super()._compute_approval_plan()

    @api.depends("properties")
    def _compute_possible_acts(self):
        return super()._compute_possible_acts()

    @api.constrains("properties")
    def _check_properties(self):
        """Refuse values of another kind than their fields', whoever enters them."""
        for contract in self:
            values = contract._get_property_values()
            for row in contract._get_value_fields():
                value = values.get(row.name)
                if not value:
                    continue
                is_number = isinstance(value, int | float) and not isinstance(value, bool)
                if row.value_type in NUMBER_TYPES and not is_number:
                    raise ValidationError(_("“%(field)s” is a number.", field=row.label))
                if row.value_type == "date" and not row._is_day(value):
                    raise ValidationError(_("“%(field)s” is a date.", field=row.label))

    @api.onchange("type_id", "partner_id", "requester_id", "user_id")
    def _onchange_value_sources(self):
        if self.type_id and self._can_be_edited():
            before = self._origin._read_sources() if self._origin else {}
            self._fill_from_sources(before)

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        for contract in contracts:
            contract._as_system()._fill_from_sources({})
        return contracts

    def write(self, vals):
        followed = {source.partition(".")[0] for source in SOURCES} | {"type_id"}
        if self._is_system_write() or not followed & set(vals):
            return super().write(vals)
        before = {contract: contract._read_sources() for contract in self}
        result = super().write(vals)
        for contract in self:
            if contract._can_be_edited():
                contract._fill_from_sources(before[contract])
        return result

    def _get_content_fields(self):
        return super()._get_content_fields() | {"properties"}

    def _get_frozen_columns(self):
        # No trigger guards them: values that customers confirm are written before the
        # version that they make.
        return [*super()._get_frozen_columns(), "properties"]

    def _get_literal_titles(self):
        is_filled = any(
            section.condition_field_id or PLACEHOLDER.search(section.title or "")
            for section in self.section_ids
        )
        return None if is_filled else super()._get_literal_titles()

    def _get_property_values(self, use_display_name=False):
        """Return the values of the custom fields, as far as they are defined.

        :param bool use_display_name: with the names of records
        :return: values by the properties' names; those never set are left out
        :rtype: dict
        """
        self.ensure_one()
        # The contract is read by people who may not read all that it is made of.
        contract_sudo = self.sudo()
        field = self._fields["properties"]
        entries = field.convert_to_read(
            contract_sudo.properties, contract_sudo, use_display_name=use_display_name
        )
        return {
            entry["name"]: entry["value"]
            for entry in entries
            if entry.get("value") is not None and entry["type"] != "separator"
        }

    def _get_value_fields(self):
        """Return the custom fields of the contract's type.

        :rtype: recordset of `customer.contract.type.field`, elevated
        """
        self.ensure_one()
        # People outside have no rights on configuration.
        return self.sudo().type_id.field_ids.filtered(lambda row: row.value_type != "separator")

    def _get_value_texts(self, language=None):
        """Return the values as people read them in the contract.

        :param str language: a language code; the contract's if left out
        :return: texts by the properties' names
        :rtype: dict[str, str]
        """
        self.ensure_one()
        language = language or self._get_content_language()
        values = self._get_property_values(use_display_name=True)
        return {
            row.name: row._format_text(values.get(row.name), self.sudo(), language)
            for row in self._get_value_fields()
        }

    def _read_sources(self):
        """Read what the custom fields' proposed values would be now.

        :return: values by the properties' names
        :rtype: dict
        """
        self.ensure_one()
        contract_sudo = self.sudo()
        proposed = {}
        for row in contract_sudo.type_id.field_ids:
            # Only paths of the list are followed, whatever is stored.
            if row.default_source not in SOURCES:
                continue
            value = contract_sudo
            for name in row.default_source.split("."):
                value = value[name]
            if row.value_type == "date":
                value = fields.Date.to_string(value) if value else False
            elif row.value_type == "char" and value:
                value = " ".join(str(value).split())
            proposed[row.name] = value
        return proposed

    def _fill_from_sources(self, before):
        """Fill custom fields with their proposed values, where nobody entered others.

        :param dict before: what was proposed until now
        """
        self.ensure_one()
        proposed = self._read_sources()
        if not proposed:
            return
        values = self._get_property_values()
        filled = {
            name: value
            for name, value in proposed.items()
            if value and (not values.get(name) or values[name] == before.get(name))
        }
        if any(values.get(name) != value for name, value in filled.items()):
            self.properties = {**values, **filled}

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        if not self._can_be_edited():
            return problems
        values = self._get_property_values()
        for row in self._get_value_fields():
            value = values.get(row.name)
            is_empty = value in (None, "", []) or (value is False and row.value_type != "boolean")
            if is_empty:
                if row.is_required and not row.is_editable:
                    problems.append(_("“%(field)s” is missing.", field=row.label))
            elif row.value_type == "monetary" and not is_exact_amount(value, self.currency_id):
                problems.append(f"{row.label}: {_('This number is too large.')}")
            elif problem := row._find_value_problem(value):
                problems.append(f"{row.label}: {problem}")
        return problems + self._get_section_problems()

    def _get_section_problems(self):
        """Find what is wrong with the conditions and placeholders of the sections.

        :return: one sentence per problem
        :rtype: list[str]
        """
        problems = []
        placeholders = set(self.sudo().type_id._get_placeholders())
        fields_of_type = self._get_value_fields()
        for section in self.section_ids:
            named = section.title or str(section.number)
            condition = section.sudo().condition_field_id
            if condition and condition not in fields_of_type:
                problems.append(
                    _(
                        "The section “%(section)s” depends on “%(field)s”, which contracts of "
                        "this type do not have.",
                        section=named,
                        field=condition.label,
                    )
                )
            for written in section._find_bad_placeholders(placeholders):
                problems.append(
                    _(
                        "The section “%(section)s” has the placeholder “%(placeholder)s”, for "
                        "which there is no custom field, or which is formatted in parts.",
                        section=named,
                        placeholder=written,
                    )
                )
        return problems

    def _prepare_change_details(self, values):
        """Tell the changes of custom fields one by one."""
        if "properties" not in values or self._is_system_write():
            return super()._prepare_change_details(values)
        rest = {name: value for name, value in values.items() if name != "properties"}
        changes = super()._prepare_change_details(rest)
        new_type = self.env["customer.contract.type"].browse(values.get("type_id"))
        for contract in self:
            definition = (new_type or contract.type_id).sudo().property_definition or []
            labels = {entry["name"]: entry.get("string") or entry["name"] for entry in definition}
            before = contract._get_property_values()
            after = self._fields["properties"].convert_to_cache(
                copy.deepcopy(values["properties"]), contract, validate=False
            )
            changed = {
                labels[name]: [str(before.get(name) or ""), str(value or "")]
                for name, value in (after or {}).items()
                if name in labels and (before.get(name) or "") != (value or "")
            }
            if changed:
                details = changes.setdefault(contract, {"fields": {}})
                details["fields"].update(changed)
        return changes

    def _write_values(self, values):
        """Write values that were confirmed, although the contract is frozen.

        :param dict values: values by the properties' names
        :raise UserError: if the contract has no such field
        """
        self.ensure_one()
        names = set(self._get_value_fields().mapped("name"))
        if set(values) - names:
            raise UserError(_("The contract has no such field."))
        self._write_protected({"properties": {**self._get_property_values(), **values}})

    # === VALUES IN THE TEXT === #

    def _prepare_content(self, number):
        content = super()._prepare_content(number)
        language = content["language"]
        texts = self._get_value_texts(language)
        placeholders = {
            key: (row.name, texts.get(row.name, ""))
            for key, row in self.sudo().type_id._get_placeholders().items()
        }
        sections = [
            {
                **prepared,
                "title": self._fill_title(prepared["title"], placeholders),
                "body": self._fill_body(prepared["body"], placeholders),
            }
            for section, prepared in zip(self.section_ids, content["sections"], strict=True)
            if section._is_condition_met()
        ]
        content["sections"] = [
            {**section, "number": position} for position, section in enumerate(sections, 1)
        ]
        if values := self._prepare_content_values(texts):
            content["values"] = values
        # What is frozen names the people of the contract; stand-ins act in their places.
        stand_ins = set(self.participant_ids.filtered("delegated_from_id").ids)
        content["participants"] = [
            person for person in content["participants"] if person["id"] not in stand_ins
        ]
        return content

    def _prepare_content_values(self, texts):
        """Prepare the values that are part of the contract.

        :param dict texts: the values as people read them, by the properties' names
        :return: one dictionary a value, all of text
        :rtype: list[dict]
        """
        contract_sudo = self.sudo()
        values = self._get_property_values(use_display_name=True)
        return [
            {
                "name": row.name,
                "label": row.label,
                "type": row.value_type,
                "value": row._format_machine(values.get(row.name), contract_sudo),
                "text": texts.get(row.name, ""),
            }
            for row in self._get_value_fields()
            if row.is_in_contract
        ]

    def _get_listed_values(self, content):
        """Return the values that readers do not find in the text.

        :param dict content: the canonical content
        :return: pairs of a label and a text
        :rtype: list[tuple[str, str]]
        """
        bodies = "".join(section["body"] for section in content.get("sections", []))
        return [
            (value["label"], value["text"])
            for value in content.get("values", [])
            if value["text"] and f'{VALUE_ATTRIBUTE}="{value["name"]}"' not in bodies
        ]

    def _find_placeholder(self, written, placeholders):
        """Return what stands for a placeholder.

        :param str written: what stands between the braces
        :param dict placeholders: a property's name and text by placeholder
        :return: the name and the text; none if there is no such field
        :rtype: tuple[str, str] | None
        """
        key = self.env["customer.contract.type.field"]._get_placeholder_key(written)
        return placeholders.get(key)

    def _fill_title(self, title, placeholders):
        """Put values in the place of the placeholders in a section's title.

        :param str title: the title
        :param dict placeholders: a property's name and text by placeholder
        :rtype: str
        """

        def fill(match):
            found = self._find_placeholder(match[1], placeholders)
            return " ".join((found[1] or BLANK).split()) if found else match[0]

        return PLACEHOLDER.sub(fill, title or "")

    def _fill_body(self, body, placeholders):
        """Put values in the place of the placeholders in a section's text.

        Values become text in the document, never markup, and are not searched for
        placeholders themselves.

        :param str body: the section's HTML, already made safe
        :param dict placeholders: a property's name and text by placeholder
        :rtype: str
        """
        if "{{" not in (body or ""):
            return body
        root = lxml.html.fragment_fromstring(body, create_parent="div")
        for node in list(root.iter()):
            if isinstance(node.tag, str) and node.text and "{{" in node.text:
                node.text, filled = self._split_text(node.text, placeholders)
                for position, element in enumerate(filled):
                    node.insert(position, element)
            if node is not root and node.tail and "{{" in node.tail:
                parent, position = node.getparent(), node.getparent().index(node)
                node.tail, filled = self._split_text(node.tail, placeholders)
                for offset, element in enumerate(filled, 1):
                    parent.insert(position + offset, element)
        # The first text is no element: it is written as HTML shows it.
        return escape(root.text or "", quote=False) + "".join(
            lxml.html.tostring(child, encoding="unicode") for child in root
        )

    def _split_text(self, text, placeholders):
        """Split a text at its placeholders.

        :param str text: a piece of text without markup
        :param dict placeholders: a property's name and text by placeholder
        :return: what comes before the first value, and the elements of the values, each
            with the text that follows it
        :rtype: tuple[str, list]
        """
        before, elements, position = "", [], 0
        for match in PLACEHOLDER.finditer(text):
            found = self._find_placeholder(match[1], placeholders)
            if not found:
                continue
            piece = text[position : match.start()]
            if elements:
                elements[-1].tail = piece
            else:
                before = piece
            elements.append(self._make_value_element(*found))
            position = match.end()
        if elements:
            elements[-1].tail = text[position:]
        else:
            before = text
        return before, elements

    def _make_value_element(self, name, text):
        """Make the element in which a value stands in the text.

        :param str name: the property's name
        :param str text: the value as people read it
        :return: the element
        :rtype: lxml.html.HtmlElement
        """
        element = lxml.html.Element("span")
        element.set("class", "o_contract_value")
        element.set(VALUE_ATTRIBUTE, name)
        first, *lines = (text or BLANK).split("\n")
        element.text = first
        for line in lines:
            line_break = lxml.html.Element("br")
            line_break.tail = line
            element.append(line_break)
        return element

    def _prepare_comparable_facts(self, content):
        facts = super()._prepare_comparable_facts(content)
        for value in content.get("values", []):
            facts.setdefault(value["label"], value["text"])
        return facts
