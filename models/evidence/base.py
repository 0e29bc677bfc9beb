from odoo import models

CONTRACT = "customer.contract"


class Base(models.AbstractModel):
    """Whoever exports contracts, or what belongs to them, leaves a record of it."""

    _inherit = "base"

    def export_data(self, fields_to_export):
        result = super().export_data(fields_to_export)
        # What the user may not read was refused before; whose it is, is asked elevated.
        contracts_sudo = self.sudo()._find_exported_contracts(fields_to_export)
        self.env["customer.contract.export"]._log_export(
            contracts_sudo, self._name, fields_to_export
        )
        return result

    def _find_exported_contracts(self, paths):
        """Find the contracts that an export tells something about.

        They are the rows themselves, those that rows belong to, and those that a path
        leads through.

        :param list[str] paths: the fields, with those of related records after slashes
        :rtype: recordset of `customer.contract`
        """
        contracts = self.env[CONTRACT]
        if self._name == CONTRACT:
            return contracts | self
        owner = self._fields.get("contract_id")
        if owner and owner.comodel_name == CONTRACT:
            return contracts | self.contract_id
        for path in paths:
            records = self
            for name in path.split("/"):
                field = records._fields.get(name)
                if not field or not field.relational:
                    break
                records = records[name]
                if records._name == CONTRACT:
                    contracts |= records
                    break
                owner = records._fields.get("contract_id")
                if owner and owner.comodel_name == CONTRACT:
                    contracts |= records.contract_id
        return contracts
