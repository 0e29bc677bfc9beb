from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class CustomerContract(models.Model):
    """What people outside may search, sort and group contracts by.

    Whatever can be asked for answers with yes or no, also about what nobody may read:
    messages, notes, other people. Odoo searches some relations elevated. So portal users
    ask through the fields that were opened here, and none leads further.
    """

    _inherit = "customer.contract"

    @api.model
    def _get_open_fields(self):
        """Return the fields through which people outside may ask for their contracts.

        Features that add fields for them extend this; none is a list of other records.

        :return: field names
        :rtype: set[str]
        """
        return {
            "id",
            "name",
            "title",
            "display_name",
            "active",
            "state",
            "direction",
            "lifecycle",
            "waits_for_me",
            "portal_published",
            "type_id",
            "partner_id",
            "commercial_partner_id",
            "requester_id",
            "user_id",
            "company_id",
            "currency_id",
            "amount_total",
            "date_start",
            "date_end",
            "sign_deadline",
            "sent_on",
            "signed_on",
            "termination_date",
            "create_date",
            "write_date",
        }

    @api.model
    def _check_may_ask_through(self, expression):
        """Refuse people outside what was not opened to them.

        :param str expression: a field, or a path, as domains and groups name it
        :raise AccessError: if it is another field, or leads to other records
        """
        if self.env.su or self.env.user._is_internal():
            return
        name, _dot, rest = expression.partition(".")
        field = self._fields.get(name)
        # Parts of dates follow a dot as well.
        is_path = bool(rest) and not (field and field.type in ("date", "datetime"))
        if name not in self._get_open_fields() or is_path:
            raise AccessError(
                self.env._("You may not search contracts by “%(field)s”.", field=expression)
            )

    @api.model
    def _search(self, domain, *args, **kwargs):
        if not self.env.su and not self.env.user._is_internal():
            for condition in Domain(domain).iter_conditions():
                self._check_may_ask_through(condition.field_expr)
                if "any" in condition.operator:
                    self._check_may_ask_through(f"{condition.field_expr}.any")
        return super()._search(domain, *args, **kwargs)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        self._check_may_ask_through(field_name)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _read_group_groupby(self, alias, groupby_spec, query):
        self._check_may_ask_through(groupby_spec.partition(":")[0])
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec != "__count":
            self._check_may_ask_through(aggregate_spec.partition(":")[0])
        return super()._read_group_select(aggregate_spec, query)
