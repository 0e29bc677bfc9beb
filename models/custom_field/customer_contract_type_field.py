import re

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...const import OPEN_STATES
from ...utils import TypedChar, TypedText

VALUE_TYPES = [
    ("char", "Text"),
    ("text", "Long Text"),
    ("integer", "Whole Number"),
    ("float", "Number"),
    ("monetary", "Amount"),
    ("date", "Date"),
    ("boolean", "Yes or No"),
    ("selection", "Choice"),
    ("separator", "Heading"),
    ("datetime", "Date and Time"),
    ("many2one", "Record"),
    ("many2many", "Records"),
    ("tags", "Tags"),
    ("html", "Formatted Text"),
]
# Of these, people outside the company can fill in values.
EDITABLE_TYPES = ("char", "text", "integer", "float", "monetary", "date", "boolean", "selection")
TEXT_TYPES = ("char", "text")
NUMBER_TYPES = ("integer", "float", "monetary")
# Where a value may come from, and the kinds of fields it fits. Nothing else is read.
SOURCES = {
    "partner_id.vat": TEXT_TYPES,
    "partner_id.company_registry": TEXT_TYPES,
    "partner_id.street": TEXT_TYPES,
    "partner_id.zip": TEXT_TYPES,
    "partner_id.city": TEXT_TYPES,
    "partner_id.country_id.name": TEXT_TYPES,
    "partner_id.phone": TEXT_TYPES,
    "partner_id.email": TEXT_TYPES,
    "partner_id.website": TEXT_TYPES,
    "requester_id.name": TEXT_TYPES,
    "requester_id.function": TEXT_TYPES,
    "requester_id.phone": TEXT_TYPES,
    "requester_id.email": TEXT_TYPES,
    "user_id.name": TEXT_TYPES,
    "date_start": ("date",),
    "date_end": ("date",),
    "amount_total": ("float", "monetary"),
}


class CustomerContractTypeField(models.Model):
    """One custom field of a type's contracts, and what people may do with it.

    The values stand in the contracts' properties. The type's property definition and
    these rows say the same: whichever is changed, the other follows.
    """

    _name = "customer.contract.type.field"
    _inherit = ["customer.contract.shared.mixin", "customer.contract.protection.mixin"]
    _rules_others = True
    _description = "Custom Field of Contracts"
    _order = "type_id, sequence, id"
    _rec_name = "label"

    type_id = fields.Many2one(
        "customer.contract.type", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="type_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(
        "Technical Name", readonly=True, copy=True, help="How programs and placeholders name it."
    )
    label = TypedChar(required=True)
    value_type = fields.Selection(VALUE_TYPES, "Kind", required=True, default="char")
    choices = TypedText(help="One choice a line.")
    is_in_contract = fields.Boolean(
        "Part of the Contract",
        default=True,
        help="The value is frozen with the contract, and all parties read it. Otherwise "
        "only employees see it.",
    )
    is_editable = fields.Boolean(
        "Filled In by the Customer",
        help="Whoever signs for the counterparty confirms or changes the value before signing.",
    )
    is_required = fields.Boolean("Required")
    needs_approval = fields.Boolean(
        "Changes Need Approval",
        help="When the customer changes the value, the contract's manager has to accept it "
        "before it counts.",
    )
    help = TypedChar(translate=True, help="Shown to the customer with the field.")
    minimum = fields.Char(
        "At Least",
        help="Of numbers and amounts the least value, of texts the least number of "
        "characters, of dates a day such as 2027-01-31, today or today+14.",
    )
    maximum = fields.Char("At Most", help="In the same way as the least value.")
    pattern = fields.Char(
        help="A regular expression that the whole text has to match, such as [A-Z]{2}[0-9]{4}."
    )
    pattern_message = fields.Char(
        "Message",
        translate=True,
        help="What people are told whose text does not match the pattern.",
    )
    default_source = fields.Selection(
        [
            ("partner_id.vat", "Counterparty: Tax ID"),
            ("partner_id.company_registry", "Counterparty: Company ID"),
            ("partner_id.street", "Counterparty: Street"),
            ("partner_id.zip", "Counterparty: ZIP"),
            ("partner_id.city", "Counterparty: City"),
            ("partner_id.country_id.name", "Counterparty: Country"),
            ("partner_id.phone", "Counterparty: Phone"),
            ("partner_id.email", "Counterparty: E-mail"),
            ("partner_id.website", "Counterparty: Website"),
            ("requester_id.name", "Requester: Name"),
            ("requester_id.function", "Requester: Job Position"),
            ("requester_id.phone", "Requester: Phone"),
            ("requester_id.email", "Requester: E-mail"),
            ("user_id.name", "Contract Manager: Name"),
            ("date_start", "Contract: Start"),
            ("date_end", "Contract: End"),
            ("amount_total", "Contract: Amount"),
        ],
        "Proposed Value",
        help="Where a contract's value comes from until somebody changes it.",
    )
    _name_unique = models.UniqueIndex("(type_id, name)", "A type's fields have distinct names.")

    # === CONSTRAINT METHODS === #

    @api.constrains("value_type", "is_editable", "is_in_contract")
    def _check_editable(self):
        for field in self:
            if not field.is_editable:
                continue
            if field.value_type not in EDITABLE_TYPES:
                raise ValidationError(
                    _(
                        "The customer cannot fill in “%(field)s”: its kind is for employees.",
                        field=field.label,
                    )
                )
            if not field.is_in_contract:
                raise ValidationError(
                    _(
                        "“%(field)s” is filled in by the customer, so it is part of the contract.",
                        field=field.label,
                    )
                )

    @api.constrains("value_type", "choices")
    def _check_choices(self):
        for field in self:
            if field.value_type == "selection":
                labels = field._get_choice_labels()
                if not labels or len(labels) != len(set(labels)):
                    raise ValidationError(
                        _("“%(field)s” needs distinct choices, one a line.", field=field.label)
                    )

    @api.constrains("label", "type_id")
    def _check_label(self):
        for contract_type in self.type_id:
            labels = [
                field._get_placeholder_key(field.label)
                for field in contract_type.field_ids
                if field.value_type != "separator"
            ]
            for label in labels:
                if not label or re.search(r"[{}]", label):
                    raise ValidationError(_("A field's label cannot be empty or contain braces."))
            if len(labels) != len(set(labels)):
                raise ValidationError(
                    _(
                        "The custom fields of “%(type)s” need distinct labels.",
                        type=contract_type.name,
                    )
                )

    @api.constrains("value_type", "default_source")
    def _check_default_source(self):
        for field in self:
            source = field.default_source
            if source and field.value_type not in SOURCES[source]:
                raise ValidationError(
                    _(
                        "“%(field)s” cannot be filled from there: the kinds differ.",
                        field=field.label,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_system_write():
            return super().create(vals_list)
        taken = {}
        prepared = []
        for values in vals_list:
            contract_type = self.env["customer.contract.type"].browse(values.get("type_id"))
            names = taken.setdefault(
                contract_type, set(contract_type.sudo().field_ids.mapped("name"))
            )
            name = self._make_name(values.get("label") or "", names)
            # Rows that come along with a definition, such as in a copy, keep their names.
            known = {entry["name"] for entry in contract_type.property_definition or []}
            if values.get("name") in known and values["name"] not in names:
                name = values["name"]
            names.add(name)
            prepared.append({**values, "name": name})
        rows = super().create(prepared)
        rows.type_id._align_definition()
        return rows

    def write(self, vals):
        if self._is_system_write():
            return super().write(vals)
        if "name" in vals:
            raise UserError(_("The technical name of a custom field cannot be changed."))
        if "value_type" in vals and any(row.value_type != vals["value_type"] for row in self):
            raise UserError(
                _("The kind of a custom field cannot be changed. Add another field instead.")
            )
        types = self.type_id
        result = super().write(vals)
        if vals.keys() & {"label", "choices", "sequence", "type_id"}:
            (types | self.type_id)._align_definition()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        Section = self.env["customer.contract.section"].sudo()
        Contract = self.env["customer.contract"].sudo().with_context(active_test=False)
        for row in self:
            # Texts depend on the field, whoever may read them.
            if Section.search_count([("condition_field_id", "=", row.id)], limit=1):
                raise UserError(_("Sections of contracts depend on “%(field)s”.", field=row.label))
            if Contract.search_count(
                [
                    ("type_id", "=", row.type_id.id),
                    ("current_version_id", "!=", False),
                    ("state", "in", OPEN_STATES),
                ],
                limit=1,
            ):
                raise UserError(
                    _(
                        "“%(field)s” is part of contracts that are out for signature.",
                        field=row.label,
                    )
                )

    def unlink(self):
        types = self.type_id
        result = super().unlink()
        if not self._is_system_write():
            types.exists()._align_definition()
        return result

    # === THE DEFINITION === #

    @api.model
    def _make_name(self, label, taken):
        """Make a property's name from its label.

        :param str label: what people read
        :param set taken: names that are in use
        :return: lower-case letters, digits and underscores
        :rtype: str
        """
        slug = self.env["ir.http"]._slugify(label)
        stem = re.sub(r"[^a-z0-9]+", "_", slug.lower()).strip("_")[:40] or "field"
        stem = stem.removesuffix("_html")
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}_{number}", number + 1
        return name

    @api.model
    def _get_placeholder_key(self, text):
        """Return a label or name in the form in which placeholders are compared.

        :param str text: as somebody wrote it
        :rtype: str
        """
        return " ".join((text or "").replace("\xa0", " ").split()).casefold()

    def _get_choice_labels(self):
        """Return the choices as people read them.

        :rtype: list[str]
        """
        self.ensure_one()
        return [line.strip() for line in (self.choices or "").splitlines() if line.strip()]

    def _prepare_definition(self, entry):
        """Prepare the property that the row stands for.

        :param dict entry: the property as it is defined so far, if it is
        :return: an entry of a property definition
        :rtype: dict
        """
        self.ensure_one()
        entry = {**entry, "name": self.name, "string": self.label, "type": self.value_type}
        if self.value_type == "selection":
            entry["selection"] = self._prepare_options(entry.get("selection") or [])
            if entry.get("default") not in [key for key, _label in entry["selection"]]:
                entry.pop("default", None)
        if self.value_type == "monetary":
            entry["currency_field"] = "currency_id"
        return entry

    def _prepare_options(self, options):
        """Prepare the options of a choice, so that renamed ones keep their keys.

        :param list options: pairs of key and label as they are so far
        :return: pairs of key and label
        :rtype: list[list[str]]
        """
        labels = self._get_choice_labels()
        keys = {label: key for key, label in options}
        used = {keys[label] for label in labels if label in keys}
        result = []
        for position, label in enumerate(labels):
            key = keys.get(label)
            if not key and len(options) == len(labels) and options[position][0] not in used:
                key = options[position][0]
            if not key:
                key = self._make_name(label, used | {key for key, _label in result})
            used.add(key)
            result.append([key, label])
        return result
