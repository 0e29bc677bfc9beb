from odoo import _, models
from odoo.exceptions import AccessError

_SYSTEM_KEY = "customer_contract_system"
# A Python object, compared by identity: no RPC call, import, stored context or
# URL can carry it, so only this addon's own methods can write them.
_SYSTEM = object()


class CustomerContractProtectionMixin(models.AbstractModel):
    """Fields that only the addon's own methods may write.

    Access rights and views cannot express this: ``sudo()``, imports and mass
    edits would pass them.
    """

    _name = "customer.contract.protection.mixin"
    _description = "Contract Fields Written by the System Only"

    def _get_protected_fields(self):
        """Return the fields that only the addon's own methods may write.

        :return: field names
        :rtype: set[str]
        """
        return set()

    def _as_system(self):
        """Return the same records, allowed to write protected fields."""
        return self.with_context(**{_SYSTEM_KEY: _SYSTEM})

    def _is_system_write(self):
        """Tell whether the call comes from the addon's own methods."""
        return self.env.context.get(_SYSTEM_KEY) is _SYSTEM

    def _write_protected(self, values):
        """Write fields that are closed to everybody else.

        :param dict values: the values to write
        :return: True
        :rtype: bool
        """
        return self._as_system().write(values)

    def _prepare_protected_values(self):
        """Prepare what protected fields start with.

        New records get these explicitly, since a ``default_…`` key of the caller's
        context would come before the fields' own defaults.

        :return: the fields' own defaults
        :rtype: dict
        """
        fields = [self._fields[name] for name in self._get_protected_fields()]
        return {
            field.name: field.default(self) if field.default else False
            for field in fields
            if field.type not in ("one2many", "many2many")
        }

    def _check_protected_fields(self, values):
        """Refuse values for protected fields that come from outside.

        :param dict values: values of a create or write
        :raise AccessError: if a protected field is among them
        """
        if self._is_system_write():
            return
        refused = self._get_protected_fields() & set(values)
        if refused:
            raise AccessError(
                _(
                    "These fields follow from the contract's life and cannot be "
                    "written: %(fields)s",
                    fields=", ".join(sorted(self._fields[name].string for name in refused)),
                )
            )
