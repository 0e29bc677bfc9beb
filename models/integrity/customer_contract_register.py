import logging

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)
# Numbers that one transaction has given, kept where its end is waited for
GIVEN = "customer_contract.given_numbers"
# What of an entry the daily record covers, and how it is called there
COVERED = ("kind", "number", "reference", "author", "digest")


class CustomerContractRegister(models.Model):
    """What became of numbers that no contract has, and which daily records were made.

    Each contract gets a number that nobody chooses. The database's counter gives it at once,
    and waits for nobody; so a number is lost when what was to be a contract is not stored.
    That is written here, as is each draft that is deleted. A number that is neither a
    contract's nor here belonged to a contract that was removed from the database. Daily
    records cover the entries, and have entries themselves, by which the loss of the newest
    shows.
    """

    _name = "customer.contract.register"
    _inherit = "customer.contract.evidence.mixin"
    _description = "Register of Contracts' Numbers"
    _order = "id desc"
    _rec_name = "reference"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="restrict")
    kind = fields.Selection(
        [
            ("deleted", "Draft Deleted"),
            ("unused", "Number Not Used"),
            ("missing", "Contract Missing"),
            ("recorded", "Daily Record Made"),
        ],
        "What Happened",
        required=True,
    )
    number = fields.Integer("No.", required=True, index=True)
    reference = fields.Char()
    author = fields.Char("Who")
    occurred_on = fields.Datetime("When", required=True)
    digest = fields.Char("SHA-256")

    # === NUMBERS === #

    @api.model
    def _give_number(self, company):
        """Return the number of a new contract, and wait for what becomes of it.

        :param recordset company: whose contract it is to be
        :rtype: int
        """
        cr = self.env.cr
        cr.execute("SELECT nextval('customer_contract_register_number')")
        (number,) = cr.fetchone()
        # One of both runs, whatever savepoints are rolled back meanwhile.
        for callbacks in (cr.postcommit, cr.postrollback):
            if GIVEN not in callbacks.data:
                given = callbacks.data[GIVEN] = {}
                callbacks.add(lambda given=given: self._note_unused(given))
            callbacks.data[GIVEN][number] = company.id
        return number

    @api.model
    def _get_last_number(self):
        """Return the last number that was given, of whatever company.

        :rtype: int
        """
        self.env.cr.execute(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END"
            " FROM customer_contract_register_number"
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _note_unused(self, given):
        """Write down which numbers no contract has, after the transaction that got them.

        :param dict[int, int] given: the companies' ids by numbers
        """
        try:
            with self.env.registry.cursor() as cr:
                register_sudo = self.with_env(api.Environment(cr, api.SUPERUSER_ID, {}))
                numbers = register_sudo._find_unknown(list(given))
                companies = register_sudo.env["res.company"].browse(set(given.values())).exists()
                # the company itself may not have been stored
                main = register_sudo.env.ref("base.main_company")
                for number in numbers:
                    company = companies.filtered(lambda one, id_=given[number]: one.id == id_)
                    register_sudo._note("unused", company or main, number)
        except Exception:
            # The act itself is over, and its number is missed by the next daily record.
            _logger.exception("Unused numbers of contracts could not be written down: %s", given)

    @api.model
    def _find_unknown(self, numbers):
        """Return those numbers that are neither a contract's nor in the register.

        :param list[int] numbers: numbers that were given
        :rtype: list[int]
        """
        self.env["customer.contract"].flush_model(["register_number"])
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT given.number FROM UNNEST(%s::integer[]) AS given (number)
                 WHERE NOT EXISTS (SELECT 1 FROM customer_contract
                                    WHERE register_number = given.number)
                   AND NOT EXISTS (SELECT 1 FROM customer_contract_register entry
                                    WHERE entry.number = given.number
                                      AND entry.kind != 'recorded')
              ORDER BY given.number
                """,
                numbers,
            )
        )
        return [number for (number,) in self.env.cr.fetchall()]

    @api.model
    def _note(self, kind, company, number, **values):
        """Write one entry.

        :param str kind: a value of ``kind``
        :param recordset company: whose number it is
        :param int number: the number
        :param values: further values of the entry
        :return: the entry, elevated
        """
        user = self.env.user
        return self._record(
            {
                "company_id": company.id,
                "kind": kind,
                "number": number,
                "author": "" if user._is_superuser() else f"{user.name} ({user.login})",
                "occurred_on": fields.Datetime.now(),
                **values,
            }
        )

    # === DAILY RECORDS === #

    def _export(self):
        """Return an entry as daily records cover it.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "id": self.id,
            "company": self.company_id.id,
            "at": fields.Datetime.to_string(self.occurred_on) + "Z",
            **{name: self[name] or "" for name in COVERED},
        }

    @api.model
    def _find_uncovered(self, company):
        """Return the entries of a company that no daily record covers yet.

        :param recordset company: the company
        :rtype: recordset
        """
        records = self.env["customer.contract.daily.record"].search(
            [("company_id", "=", company.id), ("register_entries", "!=", False)]
        )
        covered = {entry["id"] for record in records for entry in record._get_entries()}
        return self.search([("company_id", "=", company.id)], order="id").filtered(
            lambda entry: entry.id not in covered
        )

    @api.model
    def _find_changed(self, record):
        """Return the number of an entry that is not as a daily record covers it, or none.

        :param recordset record: the daily record
        :rtype: int | None
        """
        entries = record._get_entries()
        kept = {entry.id: entry for entry in self.browse(e["id"] for e in entries).exists()}
        for entry in entries:
            if entry["id"] not in kept or kept[entry["id"]]._export() != entry:
                return entry["number"]
        return None
