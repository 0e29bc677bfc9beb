from odoo import Command, _, api, models
from odoo.exceptions import AccessError


class CustomerContract(models.Model):
    """A contract whose fields obey the rules, while its own acts see all of it."""

    _name = "customer.contract"
    _inherit = ["customer.contract", "customer.contract.field.access.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        given = {key[8:]: None for key in self.env.context if key.startswith("default_")}
        for vals in (given, *vals_list):
            self.browse()._check_ruled_values(vals)
        contracts = super(CustomerContract, self._with_system_reading()).create(vals_list)
        return contracts.with_env(self.env)

    def write(self, vals):
        # All that a user gives is checked here. What follows from it (the trail, sharing,
        # the state of the paper) is the system's work.
        self._check_ruled_values(vals)
        return super(CustomerContract, self._with_system_reading()).write(vals)

    def _check_ruled_values(self, vals):
        """Refuse values for fields that rules close to the user, also those of lines.

        :param dict vals: values of a create or write
        :raise AccessError: if a closed field is among them
        """
        if self._is_unrestricted():
            return
        restrictions = self._get_field_restrictions()
        states = self._get_ruling_contracts().mapped("state") or ["draft"]
        for name, value in vals.items():
            if name in restrictions:
                self._check_field_access(self._fields[name], "write")
            field = self._fields.get(name)
            if not value or not field or field.type != "one2many":
                continue
            Line = self.env[field.comodel_name]
            line_rules = getattr(Line, "_get_field_restrictions", dict)()
            for command in value if line_rules else ():
                if command[0] not in (Command.CREATE, Command.UPDATE):
                    continue
                for line_name in line_rules.keys() & command[2].keys():
                    lines = Line.browse(command[1] if command[0] == Command.UPDATE else ())
                    lines._check_field_access(Line._fields[line_name], "write")
                    if not line_rules[line_name][1].isdisjoint(states):
                        lines._refuse_field(Line._fields[line_name], "write")

    def action_submit(self):
        return super(CustomerContract, self._with_system_reading()).action_submit()

    def action_approve(self):
        return super(CustomerContract, self._with_system_reading()).action_approve()

    def action_send(self):
        return super(CustomerContract, self._with_system_reading()).action_send()

    def action_sign_as_manager(self, signature, signed_by=None):
        return super(CustomerContract, self._with_system_reading()).action_sign_as_manager(
            signature, signed_by=signed_by
        )

    def action_cancel(self, reason=""):
        return super(CustomerContract, self._with_system_reading()).action_cancel(reason=reason)

    def action_new_version(self):
        return super(CustomerContract, self._with_system_reading()).action_new_version()

    def action_remind(self):
        return super(CustomerContract, self._with_system_reading()).action_remind()

    def action_terminate(self, reason, date=None):
        return super(CustomerContract, self._with_system_reading()).action_terminate(
            reason, date=date
        )

    def _prepare_content(self, number):
        return super(CustomerContract, self._with_system_reading())._prepare_content(number)

    def _get_sending_problems(self):
        return super(CustomerContract, self._with_system_reading())._get_sending_problems()

    @api.model
    def _get_types_in_view(self, domain):
        # Which stages there are is no secret, even where a rule hides the type.
        return super(CustomerContract, self._with_system_reading())._get_types_in_view(domain)

    def _send(self, notify=True):
        return super(CustomerContract, self._with_system_reading())._send(notify=notify)

    def _check_sees_everything(self):
        """Refuse to hand out the raw trail to somebody from whom fields are hidden.

        :raise AccessError: if any is
        """
        if self.env["customer.contract.event"]._get_field_restrictions():
            raise AccessError(
                _(
                    "The audit trail tells the values of fields that a field rule of contracts "
                    "hides from you."
                )
            )

    def get_audit_trail(self):
        self._check_sees_everything()
        return super().get_audit_trail()

    def get_readable_audit_trail(self):
        self._check_sees_everything()
        return super().get_readable_audit_trail()

    def _export_evidence_bundle(self):
        self._check_sees_everything()
        return super()._export_evidence_bundle()

    # === MESSAGES === #

    def _track_get_fields(self):
        # Changes of hidden fields are tracked whoever makes them; who sees them is
        # decided for each reader.
        return super(CustomerContract, self.sudo())._track_get_fields()

    def _track_prepare(self, fields_iter):
        return super(CustomerContract, self._with_system_reading())._track_prepare(fields_iter)

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
        contract = self.with_context(customer_contract_open_tracking=True)
        return super(CustomerContract, contract)._notify_by_email_prepare_rendering_context(
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
