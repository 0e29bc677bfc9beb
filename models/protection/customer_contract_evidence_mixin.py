import json

from odoo import _, api, models
from odoo.exceptions import AccessError
from odoo.service.model import retrying
from odoo.tools import SQL

from ...utils import open_own_cursor, sha256_of


class CustomerContractEvidenceMixin(models.AbstractModel):
    """Rows that are written once and never changed or deleted.

    The ORM refuses first, with a readable message; a database trigger refuses
    whatever goes around the ORM. Rows go only together with a contract that was
    never frozen, and when the addon is uninstalled.
    """

    _name = "customer.contract.evidence.mixin"
    _inherit = "customer.contract.protection.mixin"
    _description = "Append-only Evidence"
    # Writing users and dates stand in the rows' own fields, which are protected;
    # the ORM's log columns would be rewritten when a user is deleted.
    _log_access = False

    def init(self):
        super().init()
        if not self._abstract:
            self._protect_table()

    def _protect_table(self):
        """Create the triggers that keep the rows as they are."""
        function = SQL.identifier("customer_contract_refuse_change")
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION %s() RETURNS trigger AS $$
                BEGIN
                    IF TG_OP = 'DELETE' THEN
                        -- a draft that was never frozen goes as a whole
                        IF to_jsonb(OLD) ? 'contract_id' AND NOT EXISTS (
                            SELECT 1 FROM customer_contract
                             WHERE id = (to_jsonb(OLD) ->> 'contract_id')::integer
                        ) THEN
                            RETURN OLD;
                        END IF;
                    END IF;
                    RAISE EXCEPTION
                        'Contract evidence (%%) cannot be changed', TG_TABLE_NAME
                        USING ERRCODE = 'restrict_violation';
                END
                $$ LANGUAGE plpgsql
                """,
                function,
            )
        )
        for suffix, timing in (
            ("row", SQL("BEFORE UPDATE OR DELETE ON %s FOR EACH ROW", self._table_sql)),
            (
                "truncate",
                SQL("BEFORE TRUNCATE ON %s FOR EACH STATEMENT", self._table_sql),
            ),
        ):
            trigger = SQL.identifier(f"{self._table}_refuse_{suffix}")
            self.env.cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", trigger, self._table_sql))
            self.env.cr.execute(
                SQL(
                    "CREATE TRIGGER %s %s EXECUTE FUNCTION %s()",
                    trigger,
                    timing,
                    function,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_system_write():
            raise AccessError(
                _("Evidence is recorded by the acts themselves and cannot be entered.")
            )
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(_("Evidence cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(_("Evidence cannot be deleted."))

    @api.model
    def _record_act(self, record):
        """Write rows about what somebody does, also where the request may only read.

        Whoever reads may be served by a replica of the database. That something was read
        is then written to the database itself, in a transaction of its own: it is there
        before the answer leaves, and without it there is no answer.

        :param callable record: writes the rows; it gets this model, in an environment
            that may write, and is called again after a conflict with another writer
        :return: what it returns, in this environment
        :rtype: recordset
        """
        if not self.env.cr.readonly:
            return record(self)
        with open_own_cursor(self.env) as cursor:
            apart = self.with_env(self.env(cr=cursor))
            row = retrying(lambda: record(apart), apart.env)
            return row.with_env(self.env(su=row.env.su))

    @api.model
    def _record(self, values):
        """Write one evidence row.

        :param dict values: the row's values
        :return: the row, elevated
        :rtype: recordset
        """
        # Evidence is written whoever acts (no group has rights to create it),
        # and without the caller's context, whose defaults must not reach it.
        # pylint: disable=context-overridden
        record_sudo = self.sudo().with_context({})._as_system().create(values)
        return record_sudo.with_context({})

    @api.model
    def _serialize(self, content):
        """Return the canonical text of some content, the one that is hashed.

        Keys are sorted, there is no white space between tokens, text is UTF-8.
        Numbers other than integers are not allowed: amounts are text.

        :param dict content: what to serialize
        :return: canonical JSON
        :rtype: str
        :raise TypeError: if the content has a value without a canonical form
        """

        def check(value):
            if isinstance(value, dict):
                for item in value.values():
                    check(item)
            elif isinstance(value, list | tuple):
                for item in value:
                    check(item)
            elif value is not None and not isinstance(value, str | int | bool):
                raise TypeError(f"no canonical form for {type(value).__name__}")

        check(content)
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @api.model
    def _digest(self, content):
        """Return the SHA-256 of text or bytes, in hexadecimal.

        :param str | bytes content: what to hash; text is hashed as UTF-8
        :return: 64 hexadecimal digits
        :rtype: str
        """
        return sha256_of(content)
