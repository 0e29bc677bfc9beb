import logging
import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

import regex

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_repr, format_date, html2plaintext

from ...utils import format_day, format_frozen_amount, format_moment, strip_unseen
from .customer_contract_type_field import NUMBER_TYPES, TEXT_TYPES

_logger = logging.getLogger(__name__)

MAX_LENGTH = {"char": 250, "text": 5000}
# Patterns are compared with short texts only, and must not lead to endless search.
MAX_PATTERN_TEXT = 200
MAX_PATTERN = 120
PATTERN_SECONDS = 0.2
UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d*,\d*\}")
QUANTIFIED_GROUP = re.compile(r"\)\s*(?:[*+]|\{)")
MAX_NUMBER = Decimal(10) ** 12
DAY = re.compile(r"today(?:\s*([+-])\s*(\d{1,4}))?")


class CustomerContractTypeField(models.Model):
    """How values of a custom field are typed, checked and shown."""

    _inherit = "customer.contract.type.field"

    @api.constrains("value_type", "minimum", "maximum")
    def _check_limits(self):
        for row in self:
            for limit in (row.minimum, row.maximum):
                if limit and row._read_limit(limit) is None:
                    raise ValidationError(
                        _(
                            "“%(limit)s” is no limit for “%(field)s”.",
                            limit=limit,
                            field=row.label,
                        )
                    )

    @api.constrains("value_type", "pattern")
    def _check_pattern(self):
        for row in self:
            if not row.pattern:
                continue
            if row.value_type not in TEXT_TYPES:
                raise ValidationError(_("Patterns are for texts: “%(field)s”.", field=row.label))
            try:
                re.compile(row.pattern)
                regex.compile(row.pattern)
            except (re.error, regex.error) as error:
                raise ValidationError(
                    _(
                        "The pattern of “%(field)s” cannot be read: %(error)s",
                        field=row.label,
                        error=error,
                    )
                ) from error
            if (
                len(row.pattern) > MAX_PATTERN
                or len(UNBOUNDED.findall(row.pattern)) > 3
                or row.pattern.count("?") > 8
                or QUANTIFIED_GROUP.search(row.pattern)
                or re.search(r"\\[1-9]|\(\?P=", row.pattern)
            ):
                raise ValidationError(
                    _(
                        "The pattern of “%(field)s” could take very long to compare. Repeat "
                        "no groups, and leave at most three lengths open.",
                        field=row.label,
                    )
                )

    def _read_limit(self, limit):
        """Return a limit in the form in which values are compared with it.

        :param str limit: as it was configured
        :return: a number, a number of characters or a day; none if it is no limit
        :rtype: decimal.Decimal | int | datetime.date | None
        """
        self.ensure_one()
        limit = limit.strip()
        if self.value_type in TEXT_TYPES:
            return int(limit) if limit.isdecimal() else None
        if self.value_type in NUMBER_TYPES:
            try:
                number = Decimal(limit)
            except InvalidOperation:
                return None
            return number if number.is_finite() else None
        if self.value_type == "date":
            if match := DAY.fullmatch(limit):
                days = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
                return fields.Date.context_today(self) + timedelta(days=days)
            try:
                return date.fromisoformat(limit)
            except ValueError:
                return None
        return None

    # === TYPED VALUES === #

    def _parse_typed(self, typed, contract):
        """Return the value that somebody has typed, in the form in which it is stored.

        :param str typed: as it was typed, in the notation of the current language
        :param recordset contract: the `customer.contract`
        :return: the value; False if nothing was typed, None if nothing was answered
        :rtype: str | int | float | bool | None
        :raise ValidationError: telling what is wrong with it
        """
        self.ensure_one()
        if not isinstance(typed, str):
            raise ValidationError(_("This cannot be read."))
        text = strip_unseen(typed)
        if self.value_type == "char":
            text = " ".join(text.split())
        if not text:
            if self.is_required:
                raise ValidationError(_("Please fill this in."))
            # Of yes and no, neither is no answer.
            return None if self.value_type == "boolean" else False
        value = getattr(self, f"_parse_{self.value_type}")(text, contract)
        if problem := self._find_value_problem(value):
            raise ValidationError(problem)
        return value

    def _parse_char(self, text, contract):
        return text

    def _parse_text(self, text, contract):
        return text

    def _parse_boolean(self, text, contract):
        if text not in ("true", "false"):
            raise ValidationError(_("Please choose yes or no."))
        return text == "true"

    def _parse_selection(self, text, contract):
        if text not in dict(self._get_options()):
            raise ValidationError(_("Please choose one of the choices."))
        return text

    def _parse_date(self, text, contract):
        if not self._is_day(text):
            raise ValidationError(_("Please enter a date."))
        return text

    @api.model
    def _is_day(self, text):
        """Tell whether a text is a day, such as 2027-01-31.

        :param str text: what may be one
        """
        try:
            return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False

    def _parse_integer(self, text, contract):
        number = self._parse_number(text)
        if number != number.to_integral_value():
            raise ValidationError(_("Please enter a whole number."))
        return int(number)

    def _parse_float(self, text, contract):
        return float(self._parse_number(text))

    def _parse_monetary(self, text, contract):
        number = self._parse_number(text)
        digits = contract.currency_id.decimal_places
        if number != round(number, digits):
            raise ValidationError(
                _("Please enter an amount with at most %(digits)s decimals.", digits=digits)
            )
        return float(number)

    def _parse_number(self, text):
        """Return a number typed in the notation of the current language.

        :param str text: what was typed
        :rtype: decimal.Decimal
        :raise ValidationError: if it is no number, or beyond measure
        """
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        point, separator = lang.decimal_point or ".", lang.thousands_sep or ""
        compact = re.sub(r"[\s\xa0\u202f']", "", text).replace("\u2212", "-")
        if separator.strip() and separator in compact:
            whole, mark, rest = compact.partition(point)
            groups = whole.lstrip("+-").split(separator)
            if not (groups[0] and len(groups[0]) <= 3) or any(len(one) != 3 for one in groups[1:]):
                raise ValidationError(_("Please enter a number."))
            compact = whole.replace(separator, "") + mark + rest
        compact = compact.replace(point, ".")
        if not re.fullmatch(r"[+-]?(\d{1,20}(\.\d{0,12})?|\.\d{1,12})", compact, re.ASCII):
            raise ValidationError(_("Please enter a number."))
        number = Decimal(compact)
        if abs(number) >= MAX_NUMBER:
            raise ValidationError(_("This number is too large."))
        return number

    def _find_value_problem(self, value):
        """Return what is wrong with a value by the field's own rules, or none.

        :param value: the value as it is stored, not empty
        :rtype: str | None
        """
        self.ensure_one()
        if self.value_type in TEXT_TYPES:
            return self._find_text_problem(value)
        if self.value_type not in (*NUMBER_TYPES, "date"):
            return None
        compared = date.fromisoformat(value) if self.value_type == "date" else Decimal(repr(value))
        least, most = (
            self._read_limit(limit) if limit else None for limit in (self.minimum, self.maximum)
        )
        is_day = self.value_type == "date"
        if least is not None and compared < least:
            limit = self._format_limit(least)
            if is_day:
                return _("Please enter %(day)s or a later day.", day=limit)
            return _("Please enter %(limit)s or more.", limit=limit)
        if most is not None and compared > most:
            limit = self._format_limit(most)
            if is_day:
                return _("Please enter %(day)s or an earlier day.", day=limit)
            return _("Please enter %(limit)s or less.", limit=limit)
        return None

    def _find_text_problem(self, text):
        """Return what is wrong with a text, or none.

        :param str text: the text, not empty
        :rtype: str | None
        """
        most = MAX_LENGTH[self.value_type]
        if self.maximum:
            most = min(most, self._read_limit(self.maximum))
        if len(text) > most:
            return _("Please enter at most %(most)s characters.", most=most)
        if self.minimum and len(text) < self._read_limit(self.minimum):
            return _("Please enter at least %(least)s characters.", least=self.minimum)
        if self.pattern and (len(text) > MAX_PATTERN_TEXT or not self._matches_pattern(text)):
            return self.pattern_message or _("This has not the form that is asked for.")
        return None

    def _matches_pattern(self, text):
        """Tell whether a text has the field's pattern, as long as that is known in time.

        Some patterns that look harmless take years; whoever types the text waits for none.

        :param str text: the text, not longer than patterns are compared with
        """
        self.ensure_one()
        try:
            return bool(regex.fullmatch(self.pattern, text, timeout=PATTERN_SECONDS))
        except TimeoutError:
            _logger.warning("The pattern of field %s takes too long; it is not met", self.id)
            return False

    def _format_limit(self, limit):
        """Return a limit as people read it.

        :param decimal.Decimal | datetime.date limit: the limit
        :rtype: str
        """
        return format_date(self.env, limit) if isinstance(limit, date) else f"{limit:f}"

    def _format_typed(self, value):
        """Return a value as it stands in an input, in the current language's notation.

        :param value: the value as it is stored
        :rtype: str
        """
        self.ensure_one()
        if self.value_type == "boolean":
            return "true" if value else "false" if value is False else ""
        if value is None or value is False:
            return ""
        if self.value_type in NUMBER_TYPES:
            lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
            text = format(Decimal(repr(value)).normalize(), "f")
            return text.replace(".", lang.decimal_point or ".")
        return str(value)

    # === SHOWN VALUES === #

    def _get_options(self):
        """Return the choices as pairs of key and label.

        :rtype: list[list[str]]
        """
        self.ensure_one()
        for entry in self.type_id.property_definition or []:
            if entry["name"] == self.name:
                return entry.get("selection") or []
        return []

    def _format_machine(self, value, contract):
        """Return a value as programs read it, always in the same form.

        :param value: the value as it is stored, with names of records
        :param recordset contract: the `customer.contract`
        :rtype: str
        """
        self.ensure_one()
        if value is None or (value is False and self.value_type != "boolean"):
            return ""
        if self.value_type == "boolean":
            return "true" if value else "false"
        if self.value_type == "monetary":
            return float_repr(value, contract.currency_id.decimal_places)
        if self.value_type in NUMBER_TYPES:
            return format(Decimal(repr(value)).normalize(), "f")
        if self.value_type in (*TEXT_TYPES, "date", "datetime", "selection"):
            return str(value)
        return self._format_text(value, contract, self.env.lang)

    def _format_text(self, value, contract, language):
        """Return a value as people read it in a contract.

        :param value: the value as it is stored, with names of records
        :param recordset contract: the `customer.contract`
        :param str language: a language code
        :rtype: str
        """
        self.ensure_one()
        if value is None or (value is False and self.value_type != "boolean"):
            return ""
        env = self.with_context(lang=language).env
        if self.value_type == "boolean":
            return env._("Yes") if value else env._("No")
        if self.value_type == "monetary":
            currency = contract.currency_id
            amount = {"value": self._format_machine(value, contract), "currency": currency.name}
            return format_frozen_amount(env, amount, currency, language)
        if self.value_type in NUMBER_TYPES:
            text = format(Decimal(repr(value)).normalize(), "f")
            digits = len(text.partition(".")[2])
            return env["res.lang"]._lang_get(language).format(f"%.{digits}f", value, grouping=True)
        if self.value_type == "date":
            return format_day(env, value, language)
        if self.value_type == "datetime":
            zone = contract.company_id._get_contract_zone()
            return format_moment(env, fields.Datetime.to_datetime(value), zone, language)
        if self.value_type == "selection":
            return dict(self._get_options()).get(value, "")
        if self.value_type == "html":
            return html2plaintext(value)
        if self.value_type == "many2one":
            return value[1] or ""
        if self.value_type == "many2many":
            return ", ".join(name or "" for _id, name in value)
        if self.value_type == "tags":
            for entry in self.type_id.property_definition or []:
                if entry["name"] == self.name:
                    labels = {tag[0]: tag[1] for tag in entry.get("tags") or []}
                    return ", ".join(labels.get(tag, "") for tag in value)
        return str(value)

    def _is_same(self, value, other, contract):
        """Tell whether two values of the field are the same to whoever reads them.

        :param value: a value as it is stored
        :param other: another one
        :param recordset contract: the `customer.contract`
        """
        self.ensure_one()
        return self._format_machine(value, contract) == self._format_machine(other, contract)
