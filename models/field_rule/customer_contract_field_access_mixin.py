import logging
from itertools import groupby

from odoo import _, api, models
from odoo.exceptions import AccessError

_logger = logging.getLogger(__name__)
_READING_KEY = "customer_contract_reading"
# Python objects, compared by identity: no RPC call can carry them.
_SYSTEM = object()
_COLUMNS = object()


class CustomerContractFieldAccessMixin(models.AbstractModel):
    """Fields that rules hide from some users or make read-only for them.

    A field hidden in every state is closed like one with ``groups``. A field hidden in
    some states reads as empty there through the public methods, Python code that asks
    for it is refused, and nobody from whom it is hidden somewhere searches, sorts,
    groups or sums by it, since the answer would tell the values.
    """

    _name = "customer.contract.field.access.mixin"
    _description = "Fields under Contract Field Rules"

    # === WHAT IS CLOSED === #

    def _with_system_reading(self):
        """Return the same records, for the addon's own acts: they see every field.

        :rtype: recordset
        """
        return self.with_context(**{_READING_KEY: _SYSTEM})

    def _with_column_reading(self):
        """Return the same records, to load columns into the cache.

        Whoever takes values from the cache is checked record by record.

        :rtype: recordset
        """
        if self.env.context.get(_READING_KEY) is _SYSTEM:
            return self
        return self.with_context(**{_READING_KEY: _COLUMNS})

    def _get_ruling_contracts(self):
        """Return the contracts whose state decides about the records' fields.

        :rtype: recordset of `customer.contract`, elevated
        """
        # The state is taken as stored, whatever a form claims that it is.
        records_sudo = self._origin.sudo()
        return records_sudo if "contract_id" not in self._fields else records_sudo.contract_id

    @api.model
    def _is_unrestricted(self):
        """Tell whether the system itself is at work, for which no rule holds."""
        return self.env.su or self.env["customer.contract.guard.mixin"]._has_pass()

    @api.model
    def _get_field_restrictions(self):
        """Return what rules close to the current user.

        :return: by field, the states in which it is hidden, and those in which it
            cannot be written
        :rtype: dict
        """
        if self._is_unrestricted() or self.env.context.get(_READING_KEY) is _SYSTEM:
            return {}
        return self.env["customer.contract.field.rule"]._get_restrictions(self._name)

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        restriction = self._get_field_restrictions().get(field.name)
        if not restriction:
            return True
        if (
            operation == "write"
            and hasattr(self, "_get_guarded_fields")
            and field.name in self._get_guarded_fields()
        ):
            return True  # nobody writes it but the system
        closed = restriction[0 if operation == "read" else 1]
        if not closed or closed == self.env["customer.contract.field.rule"]._get_all_states():
            return not closed
        if self.env.context.get(_READING_KEY) is _COLUMNS:
            return True
        if not self:
            return operation == "write" and "draft" not in closed
        return closed.isdisjoint(self._get_ruling_contracts().mapped("state") or ["draft"])

    @api.model
    def _check_field_access(self, field, operation):
        if self._has_field_access(field, operation):
            return
        if field.name not in self._get_field_restrictions():
            super()._check_field_access(field, operation)
            return
        self._refuse_field(field, operation)

    @api.model
    def _refuse_field(self, field, operation):
        """Refuse access to a field that a rule closes.

        :param odoo.fields.Field field: the field
        :param str operation: ``read`` or ``write``
        :raise AccessError: always
        """
        label = field._description_string(self.env)
        if operation == "write":
            self._log_refused_write(label)
            raise AccessError(
                _(
                    "You may not change “%(field)s”: a field rule of contracts closes it to you.",
                    field=label,
                )
            )
        raise AccessError(
            _(
                "You may not use “%(field)s” here: a field rule of contracts hides it from you.",
                field=label,
            )
        )

    def _log_refused_write(self, label):
        """Record in the trail that a user tried to change a closed field.

        :param str label: the field's name
        """
        contract_ids = self._get_ruling_contracts().ids
        registry, uid = self.env.registry, self.env.uid

        # The refusal undoes the transaction, so it is recorded after that.
        @self.env.cr.postrollback.add
        def log_refusal():
            try:
                with registry.cursor() as cr:
                    env = api.Environment(cr, uid, {})
                    # Who may not write the contract leaves a trace in it all the same.
                    contracts_sudo = env["customer.contract"].browse(contract_ids).sudo()
                    for contract_sudo in contracts_sudo.exists():
                        contract_sudo._log_event(
                            "refused", details={"reason": "field_rule", "field": label}
                        )
            except Exception:
                _logger.exception("A refused change of a contract could not be recorded")

    def _get_partly_hidden_fields(self):
        """Return the fields hidden from the user in some states only.

        :return: the states in which each is hidden, by field
        :rtype: dict[str, frozenset[str]]
        """
        states = self.env["customer.contract.field.rule"]._get_all_states()
        return {
            name: hidden
            for name, (hidden, _closed) in self._get_field_restrictions().items()
            if hidden and hidden != states
        }

    def _split_by_hidden_fields(self, names):
        """Split the records, in their order, by what is hidden on them.

        :param names: the fields in question
        :return: pairs of hidden fields and records
        :rtype: list[tuple[frozenset, recordset]]
        """
        partly = self._get_partly_hidden_fields()
        partly = {name: states for name, states in partly.items() if name in names}
        if not partly:
            return [(frozenset(), self)]

        def get_hidden(record):
            state = record._get_ruling_contracts().state or "draft"
            return frozenset(name for name, states in partly.items() if state in states)

        return [
            (hidden, self.browse([record.id for record in records]))
            for hidden, records in groupby(self, key=get_hidden)  # pylint: disable=bad-builtin-groupby
        ]

    @api.model
    def _prepare_blanks(self, names):
        """Prepare what readers get in the place of hidden values.

        :param names: the fields
        :rtype: dict
        """
        many = ("one2many", "many2many", "properties")
        return {name: [] if self._fields[name].type in many else False for name in names}

    # === READING === #

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        records = self._with_column_reading()
        descriptions = super(CustomerContractFieldAccessMixin, records).fields_get(
            allfields=allfields, attributes=attributes
        )
        for name in self._get_partly_hidden_fields():
            description = descriptions.get(name, {})
            description.pop("aggregator", None)
            for ability in ("searchable", "sortable", "groupable"):
                if ability in description:
                    description[ability] = False
        return descriptions

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        active_test=True,
        bypass_access=False,
    ):
        # Which records are searched must not decide what may be searched by.
        records = self if self.env.su else self.browse()
        return super(CustomerContractFieldAccessMixin, records)._search(
            domain,
            offset=offset,
            limit=limit,
            order=order,
            active_test=active_test,
            bypass_access=bypass_access,
        )

    def _determine_fields_to_fetch(self, field_names=None, ignore_when_in_cache=False):
        records = self._with_column_reading()
        return super(CustomerContractFieldAccessMixin, records)._determine_fields_to_fetch(
            field_names, ignore_when_in_cache=ignore_when_in_cache
        )

    def _fetch_query(self, query, fields):
        records = self._with_column_reading()
        fetched = super(CustomerContractFieldAccessMixin, records)._fetch_query(query, fields)
        return fetched.with_env(self.env)

    def _read_format(self, fnames, load="_classic_read"):
        parts = self._split_by_hidden_fields(fnames)
        if not any(hidden for hidden, _records in parts):
            return super()._read_format(fnames, load=load)
        rows = []
        for hidden, records in parts:
            visible = [name for name in fnames if name not in hidden]
            part = super(CustomerContractFieldAccessMixin, records)._read_format(visible, load=load)
            rows += [{**row, **self._prepare_blanks(hidden)} for row in part]
        return rows

    @api.readonly
    def web_read(self, specification):
        parts = self._split_by_hidden_fields(specification)
        if not any(hidden for hidden, _records in parts):
            return super().web_read(specification)
        rows = []
        for hidden, records in parts:
            visible = {name: spec for name, spec in specification.items() if name not in hidden}
            part = super(CustomerContractFieldAccessMixin, records).web_read(visible)
            rows += [{**row, **self._prepare_blanks(hidden)} for row in part]
        return rows

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        def get_name(path):
            return path[0].split(".")[0] if path else ""

        parts = self._split_by_hidden_fields({get_name(path) for path in fields})
        if not any(hidden for hidden, _records in parts):
            return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        rows = []
        for hidden, records in parts:
            places = [place for place, path in enumerate(fields) if get_name(path) not in hidden]
            part = super(CustomerContractFieldAccessMixin, records)._export_rows(
                [fields[place] for place in places], _is_toplevel_call=_is_toplevel_call
            )
            for values in part:
                cells = dict(zip(places, values, strict=True))
                rows.append([cells.get(place, "") for place in range(len(fields))])
        return rows

    def onchange(self, values, field_names, fields_spec):
        closed = {
            name
            for name in set(fields_spec) | set(values)
            if name in self._fields and not self._has_field_access(self._fields[name], "read")
        }
        if not closed:
            return super().onchange(values, field_names, fields_spec)
        changed = [name for name in field_names if name not in closed]
        if field_names and not changed:
            return {}
        return super().onchange(
            {name: value for name, value in values.items() if name not in closed},
            changed,
            {name: spec for name, spec in fields_spec.items() if name not in closed},
        )

    # === THE SYSTEM'S OWN WORK === #

    def _compute_field_value(self, field):
        return super(
            CustomerContractFieldAccessMixin, self._with_system_reading()
        )._compute_field_value(field)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for name in {name for values in vals_list for name in values}:
            if name in self._get_field_restrictions():
                # Lines belong to a contract whose state is known only now.
                records._check_field_access(self._fields[name], "write")
        return records

    def copy(self, default=None):
        default = dict(default or {})
        for name in default:
            self.browse()._check_field_access(self._fields[name], "write")
        if any(self._fields[name].type == "one2many" for name in default):
            return super().copy(default)
        # What the user may read but not change is carried over by the system.
        records = self._with_system_reading()
        copies = super(CustomerContractFieldAccessMixin, records).copy(default)
        return copies.with_env(self.env)

    def copy_data(self, default=None):
        records = self._with_system_reading()
        vals_list = super(CustomerContractFieldAccessMixin, records).copy_data(default=default)
        if self._is_unrestricted():
            return vals_list
        restrictions = self.env["customer.contract.field.rule"]._get_restrictions(self._name)
        result = []
        for record, values in zip(self, vals_list, strict=True):
            state = record._get_ruling_contracts().state or "draft"
            hidden = {name for name, (states, _closed) in restrictions.items() if state in states}
            hidden -= set(default or {})
            result.append(
                values and {name: value for name, value in values.items() if name not in hidden}
            )
        return result
