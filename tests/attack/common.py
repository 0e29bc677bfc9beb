"""The frame of the attack suite: each attack is a row of attack, expected and got.

A test is decorated with what it tries and what has to come of it, and returns what came::

    @attack("Evidence", "An event is deleted by SQL", expected=REFUSED)
    def test_event_deleted(self):
        return self._attempt(self._delete_event)

A test that tries many returns what came of each, by the attack's words::

    @attacks("Bundle", {"A byte of signed.pdf is flipped": DETECTED, ...})

``make attacks`` runs the suite and writes the table ``doc/attacks.rst`` from what the rows
really got; a test fails while the table is another one than the suite's.
"""

import functools
import json
import os
from pathlib import Path

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

# What an attack comes to, in the words of the table
REFUSED = "refused"
DONE = "done"
DETECTED = "detected"
NOT_DETECTED = "not detected"

# Names the folder in which `make attacks` gathers what the rows got.
RESULTS = "CUSTOMER_CONTRACT_ATTACKS"

# What has to come of each attack, by its subject and its words
_expected = {}


def _register(subject, name, expected):
    if (subject, name) in _expected:
        raise ValueError(f"An attack is tried twice: {subject}: {name}")
    _expected[subject, name] = expected


def attacks(subject, rows):
    """Declare that a test tries some attacks, and returns what came of each.

    :param str subject: what is attacked, a heading of the table
    :param dict rows: what has to come of each attack, by the attack's words
    :raise ValueError: if one of them is declared already
    """
    for name, expected in rows.items():
        _register(subject, name, expected)

    def decorate(test):
        @functools.wraps(test)
        def run(self):
            got = test(self)
            for name, result in got.items():
                _keep(subject, name, rows[name], result)
            self.maxDiff = None
            self.assertEqual(got, rows, f"{subject}: attacks came to something else")

        return run

    return decorate


def attack(subject, name, expected):
    """Declare that a test tries one attack, and returns what came of it.

    :param str subject: what is attacked, a heading of the table
    :param str name: the attack, in one sentence
    :param str expected: what has to come of it
    :raise ValueError: if it is declared already
    """

    def decorate(test):
        @functools.wraps(test)
        def run(self):
            return {name: test(self)}

        return attacks(subject, {name: expected})(run)

    return decorate


def attempt(action, *errors):
    """Try what has to be refused.

    :param callable action: the attack
    :param errors: further kinds of errors that are refusals
    :return: ``refused``, or ``done``
    :rtype: str
    """
    refusals = (AccessError, MissingError, UserError, psycopg2.IntegrityError, *errors)
    try:
        with mute_logger("odoo.sql_db"):
            action()
    except refusals:
        return REFUSED
    return DONE


class OutsidersMixin:
    """Employees who have nothing to do with the contracts that are attacked."""

    @classmethod
    def _create_outsiders(cls):
        """Create an employee with own contracts only, and another company's administrator.

        :rtype: tuple[recordset, recordset]
        """
        agent = new_test_user(
            cls.env,
            login="agent",
            groups="customer_contract.group_contract_user,customer_contract.group_contract_esign",
        )
        cls.other_company = cls.env["res.company"].create({"name": "Other Company"})
        foreigner = new_test_user(
            cls.env,
            login="foreigner",
            groups="customer_contract.group_contract_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        return agent, foreigner


def tell_detected(is_detected):
    """Return the words for what a verifier says.

    :param bool is_detected: whether it found the attack
    :rtype: str
    """
    return DETECTED if is_detected else NOT_DETECTED


def get_rows():
    """Return the rows as they have to be: subject, attack, expected and got.

    :rtype: list[tuple[str, str, str, str]]
    """
    return [(*where, expected, expected) for where, expected in _expected.items()]


def _keep(*row):
    """Keep what a row got, where `make attacks` gathers it."""
    if folder := os.environ.get(RESULTS):
        with Path(folder, f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
