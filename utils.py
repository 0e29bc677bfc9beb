"""Value objects and pure functions that several features share."""

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import commonprefix
from typing import NamedTuple

import babel.dates
import pytz

from odoo import api, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import babel_locale_parse, get_lang

from .const import IDENTITY_POLICIES

# So many of the smallest coins Odoo rounds without fail; above, now and then one too many.
MOST_COINS = 2**48 - 1


def sha256_of(content):
    """Return the SHA-256 of text (as UTF-8) or bytes, in hexadecimal.

    :param str | bytes content: what to hash
    :return: 64 hexadecimal digits
    :rtype: str
    """
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


@contextmanager
def open_own_cursor(env):
    """Open a transaction of its own that may write, whatever serves the request.

    What only reads may run on a replica of the database, whose transaction then ends
    first: it has written nothing, and one request holds one transaction at a time.

    :param odoo.api.Environment env: of the request
    :return: the cursor; what is written by it counts once the block ends
    :rtype: odoo.sql_db.BaseCursor
    """
    if env.cr.readonly:
        env.cr.rollback()
    with env.registry.cursor() as cursor:
        yield cursor


def format_moment(env, moment, zone="UTC", lang_code=None):
    """Return a moment as page, contract and certificate alike say it.

    The month is a word where the language has it so, since days and months in figures
    stand in another order elsewhere. The zone is always named.

    :param odoo.api.Environment env: of the reader
    :param datetime moment: in UTC, without a zone
    :param str zone: the zone whose clocks are meant
    :param str lang_code: another language than the environment's
    :rtype: str
    """
    if not moment:
        return ""
    text = format_clock(env, moment, zone, lang_code=lang_code)
    return f"{text} UTC" if zone == "UTC" else f"{text} ({zone.replace('_', ' ')})"


def format_clock(env, moment, zone="UTC", *, beside=None, lang_code=None):
    """Return a moment where the zone is named elsewhere, as above a column.

    :param odoo.api.Environment env: of the reader
    :param datetime moment: in UTC, without a zone
    :param str zone: the zone whose clocks are meant
    :param str beside: a zone in which the day is told beside it: where it is the same, only
        the time is told
    :param str lang_code: another language than the environment's
    :rtype: str
    """
    local, other = (
        pytz.utc.localize(moment).astimezone(pytz.timezone(name)) for name in (zone, beside or zone)
    )
    locale = babel_locale_parse(get_lang(env, lang_code).code)
    is_same_day = beside and local.date() == other.date()
    tell = babel.dates.format_time if is_same_day else babel.dates.format_datetime
    text = tell(local.replace(tzinfo=None), "medium", locale=locale)
    # Not all fonts have the narrow space that stands before AM and PM.
    return text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def format_evidence_moment(env, moment, zone, lang_code=None):
    """Return a moment in the reader's zone, and in UTC beside it.

    :param odoo.api.Environment env: of the reader
    :param datetime moment: in UTC, without a zone
    :param str zone: the reader's zone
    :param str lang_code: another language than the environment's
    :rtype: str
    """
    zones = dict.fromkeys((zone, "UTC"))
    return " · ".join(format_moment(env, moment, name, lang_code) for name in zones if moment)


def format_day(env, value, lang_code=None):
    """Return a day as page and contract say it: nobody takes the month for the day.

    :param odoo.api.Environment env: of the reader
    :param date | str value: the day, or nothing
    :param str lang_code: another language than the environment's
    :rtype: str
    """
    if not value:
        return ""
    locale = babel_locale_parse(get_lang(env, lang_code).code)
    return babel.dates.format_date(fields.Date.to_date(value), "long", locale=locale)


def is_exact_amount(amount, currency):
    """Tell whether an amount is held to its smallest coin, so that all read the same.

    What has more digits is rounded on the way from the form to the paper, more than once.

    :param float amount: the amount
    :param recordset currency: its `res.currency`
    """
    return abs(amount) <= MOST_COINS / 10**currency.decimal_places


def format_frozen_amount(env, amount, currency, lang_code=None):
    """Return an amount of the canonical content as people read it, digit by digit.

    The text is never turned into a number, which would round it. The currency is named:
    many share a sign.

    :param odoo.api.Environment env: of the reader
    :param dict amount: ``value`` and ``currency``, both as text
    :param recordset currency: the `res.currency` of that name; empty if it is gone
    :param str lang_code: another language than the environment's
    :rtype: str
    """
    if not currency:
        return f"{amount['value']} {amount['currency']}"
    lang = env["res.lang"].browse(get_lang(env, lang_code).id)
    whole, _point, fraction = amount["value"].lstrip("-").partition(".")
    text = lang.format("%d", int(whole), grouping=True).replace(" ", "\N{NO-BREAK SPACE}")
    if fraction:
        text = f"{text}{lang.decimal_point}{fraction}"
    if amount["value"].startswith("-"):
        text = f"-{text}"
    sign = currency.symbol or ""
    if sign in ("", amount["currency"]):
        return f"{text}\N{NO-BREAK SPACE}{amount['currency']}"
    parts = (sign, text) if currency.position == "before" else (text, sign)
    return "\N{NO-BREAK SPACE}".join((*parts, f"({amount['currency']})"))


def hash_pair(left, right):
    """Return the digest of a pair of digests in the tree of a daily record.

    :param str left: 64 hexadecimal digits
    :param str right: 64 hexadecimal digits
    :rtype: str
    """
    return sha256_of(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right))


def get_strength(policy):
    """Return a policy's rank; a policy meets all those of a lower rank.

    :param str policy: one of the policies, or none
    :return: the rank, -1 for whatever is not known
    :rtype: int
    """
    names = [name for name, _label in IDENTITY_POLICIES]
    return names.index(policy) if policy in names else -1


# What is not seen, or turns the direction of what is read: controls, marks and overrides
# of direction, fillers, blanks that are no spaces, tags, halves of characters.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0"
    "\ufff0-\ufffb\U000e0000-\U000e007f]"
)
# Joiners belong into words of some scripts, and nowhere else.
LONE_JOINER = re.compile(r"(?<![^\s\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?!\S)")


def strip_unseen(text, one_line=False):
    """Return what was typed without what nobody sees, and without spaces around it.

    What is printed must not differ from what was read, nor be empty to the eye.

    :param str text: the text as typed; anything else counts as nothing
    :param bool one_line: whether it is to be one line, with single spaces
    :rtype: str
    """
    if not isinstance(text, str):
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if one_line:
        text = re.sub(r"\s+", " ", text)
    return LONE_JOINER.sub("", UNSEEN.sub("", text)).strip()


def strip_unseen_in(content, closed=()):
    """Return content in which every text is without what nobody sees.

    :param content: a text, a list or a dictionary of such, or anything else
    :param tuple closed: keys of dictionaries whose content stays as it is
    """
    if isinstance(content, dict):
        return {
            key: value if key in closed else strip_unseen_in(value, closed)
            for key, value in content.items()
        }
    if isinstance(content, list | tuple):
        return [strip_unseen_in(item, closed) for item in content]
    return strip_unseen(content) if isinstance(content, str) else content


class _Typed:
    """What people type into a field and others read in print: nothing of it is unseen."""

    _one_line = False

    def _clean_typed(self, value, record):
        """Return a value without what nobody sees."""
        if isinstance(value, dict):  # by language
            return {language: self._clean_typed(text, record) for language, text in value.items()}
        if not isinstance(value, str):
            return value
        return strip_unseen(value, one_line=self._one_line)

    def _check_typed(self, value, record):
        """Refuse to store nothing where something is required.

        :raise ValidationError: if nothing is left of the value
        """
        if self.required and isinstance(value, str) and not self._clean_typed(value, record):
            raise ValidationError(
                record.env._("“%(field)s” is empty.", field=self._description_string(record.env))
            )

    def write(self, records, value):
        if any(records.ids):  # while a form is filled in, nothing may be there yet
            self._check_typed(value, records)
        return super().write(records, value)

    def convert_to_column(self, value, record, values=None, validate=True):
        if validate:  # else it is searched for, or comes from the cache
            self._check_typed(value, record)
            value = self._clean_typed(value, record)
        return super().convert_to_column(value, record, values=values, validate=validate)

    def convert_to_cache(self, value, record, validate=True):
        if validate:  # else it comes from the database, where it stays as it is
            value = self._clean_typed(value, record)
        return super().convert_to_cache(value, record, validate=validate)


class TypedChar(_Typed, fields.Char):
    """A line of text that people type and others read in print."""

    _one_line = True


class TypedText(_Typed, fields.Text):
    """Several lines of text that people type and others read in print."""


def cut_to_change(old, new, most=2000, around=60):
    """Cut two texts to where they differ, with a little of what stands around it.

    :param str old: the text before
    :param str new: the text after
    :param int most: how many characters of each are kept at most
    :param int around: how many characters are kept before and after the difference
    :return: both texts, with … where something was left out
    :rtype: tuple[str, str]
    """
    start = max(len(commonprefix((old, new))) - around, 0)
    end = len(commonprefix((old[start:][::-1], new[start:][::-1])))
    end = max(end - around, 0)

    def cut(text):
        part = text[start : len(text) - end]
        before, after = "…" if start else "", "…" if end or len(part) > most else ""
        return f"{before}{part[:most]}{after}"

    return cut(old), cut(new)


def check_one(records):
    """Refuse, in words, what is for one record if it is asked for none or several.

    Lists, programs and server actions call public methods with whatever is selected.

    :param recordset records: what a public method is called with
    :raise UserError: if that is not one record
    """
    if len(records) != 1:
        model = records.env["ir.model"]._get(records._name)
        raise UserError(
            records.env._(
                "This is for one record at a time (%(kind)s), and %(count)s are selected.",
                # What a model is called is no secret.
                kind=model.sudo().name,
                count=len(records),
            )
        )


def make_policy(field_type, *args, **attributes):
    """Return a policy: a field of types and contracts with the default of the level above.

    A contract starts with what its type says, a type with what the company says in its
    field of the same name after ``contract_``, or else with the policy's own default. Each
    policy is computed by itself: Odoo computes all fields of one method together, so that
    a policy added later would undo what contracts say of the others.

    :param type field_type: a class of :mod:`odoo.fields`
    :param args: the field's own
    :param attributes: the field's own, and ``policy_default``: what holds where neither
        type nor company says anything; False if left out
    :rtype: odoo.fields.Field
    """

    @api.depends(lambda records: records._get_policy_dependencies())
    def compute(records):
        for record in records:
            record[field.name] = record._get_policy_default(field.name)

    field = field_type(
        *args,
        compute=compute,
        store=True,
        readonly=False,
        precompute=True,
        **{"policy_default": False, **attributes},
    )
    return field


@dataclass(frozen=True)
class ContractPrint:
    """What to print instead of the contract as it stands.

    An object of this class can only come from code. What arrives with a request
    is made of dictionaries, lists and text, so nobody can print a contract with
    other content or signatures by adding them to the report's address.
    """

    content: dict
    signature_ids: tuple = ()
    completion: dict | None = None  # the certificate of completion follows, if given
    is_paper: bool = False  # to be printed and signed by hand


class Pending(str):
    """What a check answers while the thing it is about is still to be made, in words.

    Any other text that it answers tells what is wrong.
    """


class Actor(NamedTuple):
    """Who acts on a contract, and how surely that is known.

    Without a participant, somebody acts who takes no part in the contract.
    """

    participant: object  # recordset of `customer.contract.participant`
    identified_by: str  # as signatures and events keep it: portal, link_code, backend …


class Act(NamedTuple):
    """Something that participants do with a contract."""

    roles: tuple  # who does it, as participants
    states: tuple  # in which the contract must be
    asks_identity: bool = True  # whether the contract's identification policy holds
    needs_reason: bool = False


class SignaturePlace(NamedTuple):
    """Where somebody signs: the person whom the content names, and who signed there."""

    person: dict
    signature: object
    note: str
