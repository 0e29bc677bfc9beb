from odoo import api, fields, models
from odoo.tools import SQL

from ...utils import check_one


class CustomerContractDate(models.Model):
    """The days that matter to contracts, each with what it is: read by the calendar.

    A feature with days of its own adds a kind, and a query for it. Days are nowhere stored
    twice: this is a view on where they stand.
    """

    _name = "customer.contract.date"
    _description = "Contract Date"
    _auto = False
    _order = "date, id"
    _rec_names_search = ["contract_id"]

    contract_id = fields.Many2one("customer.contract", readonly=True)
    kind = fields.Selection(
        [
            ("start", "Start"),
            ("end", "End"),
            ("deadline", "Deadline to Sign"),
        ],
        readonly=True,
    )
    date = fields.Date(readonly=True)
    subject = fields.Char(readonly=True)
    partner_id = fields.Many2one(related="contract_id.partner_id")
    user_id = fields.Many2one(related="contract_id.user_id")
    state = fields.Selection(related="contract_id.state")

    @api.depends("kind", "subject", "contract_id.title")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for day in self:
            name = day.subject or day.contract_id.title
            day.display_name = f"{kinds.get(day.kind, '')}: {name}"

    def action_open(self):
        """Open the contract that a day belongs to.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return self.contract_id._get_records_action()

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            query
            for sources, query in self._get_date_queries()
            if all(self._may_read_column(source) for source in sources)
        )

    @api.model
    def _get_date_queries(self):
        """Return what the calendar is made of.

        Numbers are ids of the rows: ten times the id of what has the day, and a digit that
        is the query's own.

        :return: pairs of the columns that a query tells of, as ``model:field``, and the
            query for id, contract_id, kind, date and subject
        :rtype: list[tuple[tuple[str], odoo.tools.SQL]]
        """

        def select(digit, kind, field, condition):
            contracts = self.env["customer.contract"]
            contracts.flush_model([field, "state", "active"])
            query = SQL(
                """
                SELECT id::bigint * 10 + %(digit)s AS id, id AS contract_id,
                       %(kind)s AS kind, %(field)s AS date, NULL::varchar AS subject
                  FROM customer_contract
                 WHERE %(field)s IS NOT NULL AND active AND %(condition)s
                """,
                digit=digit,
                kind=kind,
                field=SQL.identifier(field),
                condition=condition,
            )
            return (f"customer.contract:{field}",), query

        is_alive = SQL("state NOT IN ('declined', 'cancelled', 'expired')")
        is_open = SQL("state IN ('draft', 'approval', 'sent', 'disputed')")
        return [
            select(1, "start", "date_start", is_alive),
            select(2, "end", "date_end", is_alive),
            select(3, "deadline", "sign_deadline", is_open),
        ]

    @api.model
    def _may_read_column(self, source):
        """Tell whether the user may know what a query tells of.

        :param str source: a model and a field of it
        """
        model_name, _colon, name = source.partition(":")
        model = self.env[model_name]
        return model._has_field_access(model._fields[name], "read")
