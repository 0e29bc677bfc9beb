import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ...utils import open_own_cursor

_logger = logging.getLogger(__name__)
GC_LIMIT = 10_000


class CustomerContractRateLimit(models.Model):
    """Attempts that count against a limit, such as tries of a code.

    They are kept in the database, so that all workers share them, and in a
    transaction of their own, so that an attempt counts even if the request that made
    it is rolled back. Whom an attempt belongs to is kept as a keyed digest only.
    """

    _name = "customer.contract.rate.limit"
    _description = "Attempts that Count against a Limit"
    _order = "id desc"
    _rec_name = "scope"
    _log_access = False

    scope = fields.Char(required=True)
    key_digest = fields.Char(required=True)
    attempted_on = fields.Datetime(required=True)
    expires_on = fields.Datetime(required=True, index=True)
    _lookup = models.Index("(scope, key_digest, attempted_on)")

    @api.model
    def _allow(self, scope, key, limit, seconds):
        """Count an attempt, and tell whether it is within the limit.

        The attempt is recorded and committed before it is counted together with the
        others. Of several at the same time, each therefore sees all that were allowed
        before it: more than ``limit`` are never allowed, without any lock. Refused
        attempts are taken back, so that the table stays small under attack and
        somebody who waits is let in again.

        If the database does not answer, the attempt is refused.

        :param str scope: what is limited
        :param str | int key: whose attempts are counted, such as an address
        :param int limit: how many attempts are allowed
        :param int seconds: within which time
        :rtype: bool
        """
        try:
            with open_own_cursor(self.env) as cr:
                attempts_sudo = self.with_env(api.Environment(cr, api.SUPERUSER_ID, {}))
                attempt_id = attempts_sudo._insert(scope, key, seconds)
                # a cursor of its own: the attempt counts whatever becomes of the request
                cr.commit()  # pylint: disable=invalid-commit
                if attempts_sudo._count(scope, key, seconds) <= limit:
                    return True
                cr.execute(SQL("DELETE FROM %s WHERE id = %s", self._table_sql, attempt_id))
                return False
        except psycopg2.Error:
            _logger.exception("Attempts of %s could not be counted; refused", scope)
            return False

    @api.model
    def _is_exhausted(self, scope, key, limit, seconds):
        """Tell whether no attempt is left, without making one.

        For limits on failures only: whoever has used them up gets no answer at all,
        or the answer itself would tell what the limit is to hide.

        :param str scope: what is limited
        :param str | int key: whose attempts are counted
        :param int limit: how many attempts are allowed
        :param int seconds: within which time
        :rtype: bool
        """
        try:
            # Attempts committed meanwhile count, whatever this transaction has read.
            with open_own_cursor(self.env) as cr:
                attempts_sudo = self.with_env(api.Environment(cr, api.SUPERUSER_ID, {}))
                return attempts_sudo._count(scope, key, seconds) >= limit
        except psycopg2.Error:
            _logger.exception("Attempts of %s could not be counted; refused", scope)
            return True

    @api.model
    def _insert(self, scope, key, seconds):
        """Record an attempt in the current transaction.

        :return: the row's id
        :rtype: int
        """
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %s (scope, key_digest, attempted_on, expires_on)
                VALUES (%s, %s, %s, %s) RETURNING id
                """,
                self._table_sql,
                scope,
                self._digest(scope, key),
                now,
                now + timedelta(seconds=seconds),
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _count(self, scope, key, seconds):
        """Count the attempts of the last seconds.

        :rtype: int
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT COUNT(*) FROM %s
                 WHERE scope = %s AND key_digest = %s AND attempted_on > %s
                """,
                self._table_sql,
                scope,
                self._digest(scope, key),
                fields.Datetime.now() - timedelta(seconds=seconds),
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _take(self, scope, key):
        """Count the attempts that were recorded, and forget them.

        :param str scope: what is counted
        :param str | int key: whose attempts are counted
        :return: how many there were
        :rtype: int
        """
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE scope = %s AND key_digest = %s",
                self._table_sql,
                scope,
                self._digest(scope, key),
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _digest(self, scope, key):
        """Return what is stored of a key: useless to whoever reads the database dump.

        :rtype: str
        """
        # The key of the digest is the database's secret.
        return hmac(self.env(su=True), f"customer_contract_rate_limit_{scope}", str(key))

    @api.autovacuum
    def _gc_attempts(self):
        attempts = self.search([("expires_on", "<", fields.Datetime.now())], limit=GC_LIMIT)
        attempts.unlink()
        return len(attempts), len(attempts) == GC_LIMIT
