import json

from odoo import api, models
from odoo.tools import SQL

FUNCTION = "customer_contract_refuse_frozen"


class CustomerContractFrozenMixin(models.AbstractModel):
    """Rows of which some columns stay as they are while their contract is frozen.

    Contracts and what belongs to them are worked with after they were frozen. So their
    rows are no evidence as a whole: a database trigger refuses changes of the named
    columns only, and what the columns said is kept in the trail.
    """

    _name = "customer.contract.frozen.mixin"
    _description = "Columns that Are Frozen with a Contract"

    @api.model
    def _get_guarded_columns(self):
        """Return the columns that the database keeps as they are.

        Those that point to contacts cannot be among them: merging contacts changes them.

        :return: names of stored fields; none if nothing is guarded
        :rtype: list[str]
        """
        return []

    @api.model
    def _get_frozen_columns(self):
        """Return the columns whose values the trail keeps a digest of.

        :return: names of stored fields
        :rtype: list[str]
        """
        return self._get_guarded_columns()

    @api.model
    def _get_guarded_rows(self):
        """Return which rows are guarded, of those that belong to a frozen contract.

        :return: ``rows``, alternatives of what a row's columns have to be, all rows if
            there is none; ``contract``, what the contract's columns have to be;
            ``may_come``, whether rows may be added
        :rtype: dict
        """
        return {"rows": [], "contract": {}, "may_come": False}

    def init(self):
        super().init()
        if not self._abstract:
            self._guard_table()

    def _guard_table(self):
        """Create the trigger that keeps the columns as they are.

        The columns are the trigger's arguments: it depends on none of them, so that they
        can be changed by an update. It is dropped with its function only, when the addon
        is uninstalled.
        """
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION customer_contract_refuse_frozen()
            RETURNS trigger AS $$
            DECLARE
                -- TG_ARGV: the columns, which rows, what the contract has to be
                before jsonb := '{}';
                after jsonb := '{}';
            BEGIN
                IF TG_TABLE_NAME = 'customer_contract' THEN
                    IF OLD.current_version_id IS NULL OR NEW.current_version_id IS NULL THEN
                        RETURN NEW;
                    END IF;
                END IF;
                IF TG_OP <> 'INSERT' THEN
                    before := to_jsonb(OLD);
                END IF;
                IF TG_OP <> 'DELETE' THEN
                    after := to_jsonb(NEW);
                END IF;
                IF TG_OP = 'UPDATE'
                    AND before -> 'contract_id' IS NOT DISTINCT FROM after -> 'contract_id'
                    AND NOT EXISTS (
                        SELECT 1 FROM jsonb_array_elements_text(TG_ARGV[0]::jsonb) AS guarded
                         WHERE before -> guarded IS DISTINCT FROM after -> guarded
                    )
                THEN
                    RETURN NEW;
                END IF;
                IF TG_TABLE_NAME <> 'customer_contract' AND (
                    jsonb_array_length(TG_ARGV[1]::jsonb) > 0 AND NOT EXISTS (
                        SELECT 1 FROM jsonb_array_elements(TG_ARGV[1]::jsonb) AS guarded
                         WHERE before @> guarded OR after @> guarded
                    ) OR NOT EXISTS (
                        SELECT 1 FROM customer_contract contract
                         WHERE id IN ((before ->> 'contract_id')::integer,
                                      (after ->> 'contract_id')::integer)
                           AND current_version_id IS NOT NULL
                           AND to_jsonb(contract) @> TG_ARGV[2]::jsonb
                    )
                ) THEN
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'Contract is frozen: % cannot be changed', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END
            $$ LANGUAGE plpgsql
            """
        )
        trigger = SQL.identifier(f"{self._table}_refuse_frozen")
        self.env.cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", trigger, self._table_sql))
        columns, rows = self._get_guarded_columns(), self._get_guarded_rows()
        if not columns:
            return
        is_contract = self._table == "customer_contract"
        events = SQL("UPDATE") if is_contract else SQL("UPDATE OR DELETE")
        if not is_contract and not rows["may_come"]:
            events = SQL("INSERT OR UPDATE OR DELETE")
        self.env.cr.execute(
            SQL(
                "CREATE TRIGGER %s BEFORE %s ON %s FOR EACH ROW EXECUTE FUNCTION %s(%s, %s, %s)",
                trigger,
                events,
                self._table_sql,
                SQL.identifier(FUNCTION),
                json.dumps(columns),
                json.dumps(rows["rows"]),
                json.dumps(rows["contract"]),
            )
        )
