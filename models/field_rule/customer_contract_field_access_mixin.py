import logging

from odoo import Command, _, api, models
from odoo.exceptions import AccessError
from odoo.service.model import retrying

from .guard import COPYING, RULE, SYSTEM, WORK_KEY

_logger = logging.getLogger(__name__)


class CustomerContractFieldAccessMixin(models.AbstractModel):
    """A part of the contract's card, with fields that rules hide or make read-only.

    Models inherit it before themselves, so that it sees first what users give. Those
    whose rows belong to a contract have a ``contract_id``.

    Rules hold for what is asked with a user's rights. What the addon does by itself
    sees everything: that is every method that this addon has and Odoo does not know,
    acts and their helpers alike, so none has to be listed.
    """

    _name = "customer.contract.field.access.mixin"
    _description = "Fields under Contract Field Rules"

    def _with_work(self, work):
        """Return the same records, for work of the addon to which fields are open."""
        return self.with_context(**{WORK_KEY: work})

    def _get_ruling_contracts(self):
        """Return the contracts whose state decides about the records' fields, elevated."""
        # The state is taken as stored, whatever a form claims that it is.
        records_sudo = self._origin.sudo()
        return records_sudo if "contract_id" not in self._fields else records_sudo.contract_id

    @api.model
    def _get_closed_states(self, name):
        """Return in which states of contracts the user may not write a field."""
        states = self.env[RULE]._get_closed_fields().states.get(self._name, {}).get(name)
        # What only the system writes needs no other guard.
        is_protected = states and name in getattr(self, "_get_protected_fields", set)()
        return states if states and not is_protected else frozenset()

    def _is_writable(self, name):
        """Tell whether the contracts' states let the user write a field."""
        states = self._get_closed_states(name)
        if not states or states == self.env[RULE]._get_all_states():
            return not states
        return states.isdisjoint(self._get_ruling_contracts().mapped("state"))

    @api.model
    def _check_field_access(self, field, operation):
        ruled = () if self.env.su else self.env[RULE]._get_closed_fields().states.get(self._name)
        if ruled and field.name in ruled and not self._has_field_access(field, operation):
            label = field._description_string(self.env)
            self._refuse_field(label, operation, self._get_ruling_contracts())
        super()._check_field_access(field, operation)

    @api.model
    def _refuse_field(self, label, operation, contracts_sudo=None):
        """Refuse access to a field that a rule closes; leave a trace of refused changes."""
        if operation == "read":
            raise AccessError(
                _(
                    "You may not use “%(field)s” here: a field rule of contracts hides it "
                    "from you.",
                    field=label,
                )
            )
        self._log_refused_write(label, contracts_sudo.ids)
        raise AccessError(
            _(
                "You may not change “%(field)s”: a field rule of contracts closes it to you.",
                field=label,
            )
        )

    def _log_refused_write(self, label, contract_ids):
        """Record in the trail that a user tried to change a closed field."""
        registry, uid = self.env.registry, self.env.uid

        def record(env):
            # Who may not write the contract leaves a trace in it all the same.
            for contract_sudo in env["customer.contract"].browse(contract_ids).sudo().exists():
                details = {"reason": "field_rule", "field": label}
                contract_sudo._log_refusal(f"user {env.uid}", details)

        # The refusal undoes the transaction, so it is recorded after that.
        @self.env.cr.postrollback.add
        def log_refusal():
            try:
                with registry.cursor() as cr:
                    env = api.Environment(cr, uid, {})
                    # Somebody may act on the contract just now: it is tried again.
                    retrying(lambda: record(env), env)
            except Exception:
                _logger.exception("A refused change of a contract could not be recorded")

    # === WHAT USERS GIVE === #

    @api.model
    def _check_given_values(self, records, values, contracts_sudo):
        """Refuse values for closed fields of records, and of lines in their lists.

        :param recordset records: of any model, none for new ones
        :param recordset contracts_sudo: the contracts that decide where records have none
        :raise AccessError: if a closed field is among them
        """
        if isinstance(records, self.env.registry[self._name]):
            contracts_sudo = records._get_ruling_contracts() or contracts_sudo
            if "contract_id" in records._fields and isinstance(values.get("contract_id"), int):
                contracts_sudo |= contracts_sudo.browse(values["contract_id"])
            states = set(contracts_sudo.mapped("state")) or {"draft"}
            for name in values:
                if not states.isdisjoint(records._get_closed_states(name)):
                    field = records._fields.get(name)
                    label = field._description_string(self.env) if field else name
                    records._refuse_field(label, "write", contracts_sudo)
        for name, commands in values.items():
            field = records._fields.get(name)
            is_list = field and field.type in ("one2many", "many2many")
            for command in commands if is_list and isinstance(commands, list | tuple) else ():
                if isinstance(command, list | tuple) and isinstance(command[-1], dict):
                    line_ids = command[1] if command[0] == Command.UPDATE else ()
                    lines = self.env[field.comodel_name].browse(line_ids)
                    self._check_given_values(lines, command[-1], contracts_sudo)

    def _check_given(self, *vals_list):
        """Refuse values for fields that rules close to the user, also of lines.

        :param dict vals_list: values of a create or write
        :return: the same records, for the work that follows from the values
        :rtype: recordset
        :raise AccessError: if a closed field is among them
        """
        closed = self.env[RULE]._get_closed_fields().states
        if not closed:
            return self
        # Elevated: their state counts also for those who may not read them.
        no_contracts_sudo = self.env["customer.contract"].sudo()
        mixin = self.env["customer.contract.field.access.mixin"]
        for values in vals_list:
            mixin._check_given_values(self, values, no_contracts_sudo)
        # Defaults from the context would reach lines that are created along.
        of_lines = {name for model in closed.keys() - {self._name} for name in closed[model]}
        dropped = {f"default_{name}" for name in of_lines - closed.get(self._name, {}).keys()}
        context = {key: item for key, item in self.env.context.items() if key not in dropped}
        records = self.with_context(context)  # pylint: disable=context-overridden
        return records._with_work(SYSTEM)

    @api.model_create_multi
    def create(self, vals_list):
        defaults = {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_") and key[8:].split(".")[0] in self._fields
        }
        records = self.browse()._check_given(*({**defaults, **values} for values in vals_list))
        records = super(CustomerContractFieldAccessMixin, records).create(vals_list)
        return records.with_env(self.env)

    def write(self, vals):
        return super(CustomerContractFieldAccessMixin, self._check_given(vals)).write(vals)

    def unlink(self):
        # What is told of the rows in the trail is the system's work.
        return super(CustomerContractFieldAccessMixin, self._check_given()).unlink()

    def copy(self, default=None):
        if not self.env[RULE]._get_closed_fields().states:
            return super().copy(default)
        # What the user may read but not change is carried over by the system.
        records = self.browse()._check_given(default or {}).browse(self.ids)._with_work(COPYING)
        copies = super(CustomerContractFieldAccessMixin, records).copy(default)
        return copies.with_env(self.env)

    def copy_data(self, default=None):
        closed = self.env[RULE]._get_closed_fields(even_for=COPYING)
        hidden = closed.hidden.get(self._name, frozenset())
        records = self._with_work(COPYING) if hidden else self
        vals_list = super(CustomerContractFieldAccessMixin, records).copy_data(default=default)
        return [
            values and {name: value for name, value in values.items() if name not in hidden}
            for values in vals_list
        ]

    def _compute_field_value(self, field):
        records = self._with_work(SYSTEM)
        return super(CustomerContractFieldAccessMixin, records)._compute_field_value(field)

    # === MESSAGES, OF MODELS THAT HAVE THEM === #

    def _track_get_fields(self):
        # Changes of hidden fields are tracked whoever makes them; who sees them is
        # decided for each reader.
        return super(CustomerContractFieldAccessMixin, self.sudo())._track_get_fields()

    def _track_prepare(self, fields_iter):
        records = self._with_work(SYSTEM)
        return super(CustomerContractFieldAccessMixin, records)._track_prepare(fields_iter)

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        # One mail goes to several readers: it tells only what all of them may see.
        records = self.with_context(customer_contract_open_tracking=True)
        return super(
            CustomerContractFieldAccessMixin, records
        )._notify_by_email_prepare_rendering_context(message, *args, **kwargs)

    def _track_filter_for_display(self, tracking_values):
        tracking_values = super()._track_filter_for_display(tracking_values)
        if self.env.context.get("customer_contract_open_tracking"):
            return tracking_values._filter_free_field_access()
        return tracking_values
