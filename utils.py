"""Value objects and pure functions that several features share."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import babel.dates
import pytz

from odoo import api
from odoo.tools.misc import babel_locale_parse, get_lang

from .const import IDENTITY_POLICIES


def sha256_of(content):
    """Return the SHA-256 of text (as UTF-8) or bytes, in hexadecimal.

    :param str | bytes content: what to hash
    :return: 64 hexadecimal digits
    :rtype: str
    """
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


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
    local = pytz.utc.localize(moment).astimezone(pytz.timezone(zone))
    locale = babel_locale_parse(get_lang(env, lang_code).code)
    text = babel.dates.format_datetime(local.replace(tzinfo=None), "medium", locale=locale)
    # Not all fonts have the narrow space that stands before AM and PM.
    text = text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")
    return f"{text} UTC" if zone == "UTC" else f"{text} ({zone.replace('_', ' ')})"


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
