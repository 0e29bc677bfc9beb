import re
from html import escape

import lxml.html

from odoo import _, models

# In the text of a section: {{ the label or the name of a custom field }}
PLACEHOLDER = re.compile(r"\{\{([^{}]{1,160})\}\}")
VALUE_ATTRIBUTE = "data-contract-value"
BLANK = "__________"


class CustomerContract(models.Model):
    """Values of custom fields in the text: placeholders and conditional sections.

    A placeholder names a field and nothing else: no expression is ever evaluated. Where
    it stood, the frozen text carries the value in an element of its own, so that the
    contract's page can offer to fill it in there.
    """

    _inherit = "customer.contract"

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

    # === PLACEHOLDERS === #

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

    # === CHECKS === #

    def _get_sending_problems(self):
        problems = super()._get_sending_problems()
        if not self._can_be_edited():
            return problems
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

    # === DIFFERENCES === #

    def _prepare_comparable_facts(self, content):
        facts = super()._prepare_comparable_facts(content)
        for value in content.get("values", []):
            facts.setdefault(value["label"], value["text"])
        return facts
