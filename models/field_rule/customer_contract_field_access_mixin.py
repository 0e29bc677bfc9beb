import functools
import inspect
import logging
from types import FunctionType

from odoo import _, api, models
from odoo.exceptions import AccessError
from odoo.service.model import retrying

from .customer_contract_field_rule import COPYING, SYSTEM, WORK_KEY

_logger = logging.getLogger(__name__)
_OWN_MODULES = "odoo.addons.customer_contract"


def _run_as_system(method):
    """Return a method that sees and writes every field, whoever calls it.

    :param function method: a method of a model
    :return: the same for its callers; what it returns is theirs again
    :rtype: function
    """

    def mark(value):
        is_card = isinstance(value, models.BaseModel) and hasattr(value, "_with_work")
        return value._with_work(SYSTEM) if is_card else value

    @functools.wraps(method)
    def run(self, *args, **kwargs):
        if not self.env["customer.contract.field.rule"]._get_closed_fields().states:
            return method(self, *args, **kwargs)
        kwargs = {name: mark(value) for name, value in kwargs.items()}
        result = method(mark(self), *map(mark, args), **kwargs)
        if isinstance(result, models.BaseModel) and WORK_KEY in result.env.context:
            context = {key: item for key, item in result.env.context.items() if key != WORK_KEY}
            result = result.with_context(context)  # pylint: disable=context-overridden
        return result

    return run


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

    def _register_hook(self):
        super()._register_hook()
        model_class = self.env.registry[self._name]
        for name in dir(model_class):
            method = inspect.getattr_static(model_class, name)
            if not isinstance(method, FunctionType) or name in vars(model_class):
                continue
            origin = [base for base in model_class.__mro__ if name in vars(base)][-1].__module__
            if origin.startswith(_OWN_MODULES) and not origin.startswith(__package__):
                setattr(model_class, name, _run_as_system(method))

    def _with_work(self, work):
        """Return the same records, for work of the addon to which fields are open."""
        return self.with_context(**{WORK_KEY: work})

    def _get_equivalent_fields(self):
        """Return the sets of fields of which each one tells and sets the others.

        A rule on one of them is a rule on all.

        :rtype: list[set[str]]
        """
        return []

    def _get_ruling_contracts(self):
        """Return the contracts whose state decides about the records' fields.

        :rtype: recordset of `customer.contract`, elevated
        """
        # The state is taken as stored, whatever a form claims that it is.
        records_sudo = self._origin.sudo()
        return records_sudo if "contract_id" not in self._fields else records_sudo.contract_id

    @api.model
    def _get_closed_states(self, name):
        """Return in which states of contracts the user may not write a field."""
        Rule = self.env["customer.contract.field.rule"]
        states = Rule._get_closed_fields().states.get(self._name, {}).get(name, frozenset())
        # What only the system writes needs no other guard.
        is_protected = states and name in getattr(self, "_get_protected_fields", set)()
        return frozenset() if is_protected else states

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or operation == "read":
            return True
        if not (states := self._get_closed_states(field.name)):
            return True
        if states == self.env["customer.contract.field.rule"]._get_all_states():
            return False
        return states.isdisjoint(self._get_ruling_contracts().mapped("state"))

    @api.model
    def _check_field_access(self, field, operation):
        Rule = self.env["customer.contract.field.rule"]
        is_ruled = field.name in Rule._get_closed_fields().states.get(self._name, ())
        if not is_ruled or self._has_field_access(field, operation):
            super()._check_field_access(field, operation)
        else:
            label = field._description_string(self.env)
            self._refuse_field(label, operation, self._get_ruling_contracts())

    @api.model
    def _refuse_field(self, label, operation, contracts_sudo=None):
        """Refuse access to a field that a rule closes."""
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
            contracts_sudo = env["customer.contract"].browse(contract_ids).sudo()
            for contract_sudo in contracts_sudo.exists():
                contract_sudo._log_event(
                    "refused", details={"reason": "field_rule", "field": label}
                )

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

    def _check_given_values(self, values, contracts_sudo):
        contracts_sudo = self._get_ruling_contracts() or contracts_sudo
        if "contract_id" in self._fields and isinstance(values.get("contract_id"), int):
            contracts_sudo |= contracts_sudo.browse(values["contract_id"])
        states = set(contracts_sudo.mapped("state")) or {"draft"}
        for name in values:
            if not states.isdisjoint(self._get_closed_states(name)):
                field = self._fields.get(name)
                label = field._description_string(self.env) if field else name
                self._refuse_field(label, "write", contracts_sudo)
        return super()._check_given_values(values, contracts_sudo)

    def _check_given(self, *vals_list):
        """Refuse values for fields that rules close to the user.

        :param dict vals_list: values of a create or write
        :return: the same records, for the work that follows from the values
        :rtype: recordset
        :raise AccessError: if a closed field is among them, also of lines
        """
        closed = self.env["customer.contract.field.rule"]._get_closed_fields().states
        if not closed:
            return self
        # Elevated: their state counts also for those who may not read them.
        no_contracts_sudo = self.env["customer.contract"].sudo()
        for values in vals_list:
            self._check_given_values(values, no_contracts_sudo)
        # Defaults from the context would reach lines that are created along.
        names = {name for model in closed.keys() - {self._name} for name in closed[model]}
        context = {key: self.env.context[key] for key in self.env.context}
        for name in names - closed.get(self._name, {}).keys():
            context.pop(f"default_{name}", None)
        records = self.with_context(context)  # pylint: disable=context-overridden
        return records._with_work(SYSTEM)

    @api.model_create_multi
    def create(self, vals_list):
        given = {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }
        given = {name: value for name, value in given.items() if name.split(".")[0] in self._fields}
        records = self.browse()._check_given(*({**given, **values} for values in vals_list))
        records = super(CustomerContractFieldAccessMixin, records).create(vals_list)
        return records.with_env(self.env)

    def write(self, vals):
        return super(CustomerContractFieldAccessMixin, self._check_given(vals)).write(vals)

    def unlink(self):
        # What is told of the rows in the trail is the system's work.
        return super(CustomerContractFieldAccessMixin, self._check_given()).unlink()

    def copy(self, default=None):
        if not self.env["customer.contract.field.rule"]._get_closed_fields().states:
            return super().copy(default)
        # What the user may read but not change is carried over by the system.
        records = self.browse()._check_given(default or {}).browse(self.ids)._with_work(COPYING)
        copies = super(CustomerContractFieldAccessMixin, records).copy(default)
        return copies.with_env(self.env)

    def copy_data(self, default=None):
        Rule = self.env["customer.contract.field.rule"]
        hidden = Rule._get_closed_fields(even_for=COPYING).hidden.get(self._name, frozenset())
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

    def _notify_by_email_prepare_rendering_context(
        self,
        message,
        msg_vals=False,
        model_description=False,
        force_email_company=False,
        force_email_lang=False,
        force_record_name=False,
    ):
        # One mail goes to several readers: it tells only what all of them may see.
        records = self.with_context(customer_contract_open_tracking=True)
        return super(
            CustomerContractFieldAccessMixin, records
        )._notify_by_email_prepare_rendering_context(
            message,
            msg_vals=msg_vals,
            model_description=model_description,
            force_email_company=force_email_company,
            force_email_lang=force_email_lang,
            force_record_name=force_record_name,
        )

    def _track_filter_for_display(self, tracking_values):
        tracking_values = super()._track_filter_for_display(tracking_values)
        if self.env.context.get("customer_contract_open_tracking"):
            return tracking_values._filter_free_field_access()
        return tracking_values
