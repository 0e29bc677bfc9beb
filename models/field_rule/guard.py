"""What is put around methods of models once the registry stands, see `_register_hook`."""

import functools
import inspect
from types import FunctionType

from odoo import models
from odoo.fields import Domain

RULE = "customer.contract.field.rule"
# Python objects, compared by identity: no RPC call can carry them.
WORK_KEY = "customer_contract_reading"
SYSTEM = object()
COPYING = object()
_OWN_MODULES = "odoo.addons.customer_contract"


def is_in_use(env):
    """Tell whether there is any rule, once for each transaction."""
    found = env.cr.cache.get(RULE)
    if found is None:
        found = env.cr.cache[RULE] = env[RULE]._is_in_use()
    return found


def guard(model_class):
    """Have a model, of whatever addon, ask the rules for its fields."""
    if "_contract_fields_guarded" in vars(model_class):
        return
    is_card = hasattr(model_class, "_is_writable")
    has_access, search = model_class._has_field_access, model_class._search
    to_sql = model_class._field_to_sql

    def _has_field_access(self, field, operation):
        if not has_access(self, field, operation):
            return False
        # Asked thousands of times for a list: it is the system's own work, or there is no rule.
        if self.env.su or not is_in_use(self.env) or self.env.context.get(WORK_KEY) is SYSTEM:
            return True
        if field.name in self.env[RULE]._get_closed_fields().hidden.get(self._name, ()):
            return False
        return operation == "read" or not is_card or self._is_writable(field.name)

    # Odoo does not ask for access to fields that it searches or sorts by in the place of
    # others, elevated.

    def _search(self, domain, *args, **kwargs):
        hidden = self.env[RULE]._get_closed_fields().hidden.get(self._name)
        if hidden and not kwargs.get("bypass_access"):
            for condition in Domain(domain).iter_conditions():
                name = condition.field_expr.partition(".")[0]
                if name in hidden:
                    self._check_field_access(self._fields[name], "read")
        return search(self, domain, *args, **kwargs)

    def _field_to_sql(self, alias, field_expr, query=None):
        field = None if self.env.su else self._fields.get(field_expr.partition(".")[0])
        if field and field.related:
            self._check_field_access(field, "read")
        return to_sql(self, alias, field_expr, query)

    model_class._has_field_access = _has_field_access
    model_class._search, model_class._field_to_sql = _search, _field_to_sql
    model_class._contract_fields_guarded = True


def open_to_own_methods(model_class):
    """Have methods that this addon has, and Odoo does not know, see every field."""
    for name in dir(model_class):
        method = inspect.getattr_static(model_class, name)
        if isinstance(method, FunctionType) and name not in vars(model_class):
            origin = [base for base in model_class.__mro__ if name in vars(base)][-1].__module__
            if origin.startswith(_OWN_MODULES) and not origin.startswith(__package__):
                setattr(model_class, name, _run_as_system(method))


def _run_as_system(method):
    """Return a method to which every field is open, and whose answer is its caller's."""

    def mark(value):
        is_card = isinstance(value, models.BaseModel) and hasattr(value, "_with_work")
        return value._with_work(SYSTEM) if is_card else value

    @functools.wraps(method)
    def run(self, *args, **kwargs):
        if (
            self.env.su
            or not is_in_use(self.env)
            or self.env.context.get(WORK_KEY) is SYSTEM
            or not self.env[RULE]._get_closed_fields().states
        ):
            return method(self, *args, **kwargs)
        kwargs = {name: mark(value) for name, value in kwargs.items()}
        result = method(mark(self), *map(mark, args), **kwargs)
        if isinstance(result, models.BaseModel) and WORK_KEY in result.env.context:
            context = {key: item for key, item in result.env.context.items() if key != WORK_KEY}
            result = result.with_context(context)  # pylint: disable=context-overridden
        return result

    return run
