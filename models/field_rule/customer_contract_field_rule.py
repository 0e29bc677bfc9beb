from odoo import _, api, fields, models, tools
from odoo.exceptions import ValidationError

# The models whose fields can be ruled, beside the contract's own.
RULED_MODELS = ("customer.contract", "customer.contract.section", "customer.contract.milestone")
# Without these, the pages and Odoo's own machinery (names, rights, messages,
# activities) cannot work at all.
NEVER_HIDDEN = {
    "active",
    "activity_ids",
    "commercial_partner_id",
    "company_id",
    "contract_id",
    "create_date",
    "create_uid",
    "currency_id",
    "current_version_id",
    "display_name",
    "id",
    "message_follower_ids",
    "message_ids",
    "name",
    "partner_id",
    "participant_ids",
    "sequence",
    "state",
    "title",
    "user_id",
    "verification_code",
    "write_date",
    "write_uid",
}


class CustomerContractFieldRule(models.Model):
    """Who may not see, or not change, a field of contracts, and while in which state.

    Rules only take away: a field is open to whoever has rights on the contract until
    a rule closes it. Several rules on a field add up.
    """

    _name = "customer.contract.field.rule"
    _inherit = "mail.thread"
    _description = "Contract Field Rule"
    _order = "field_name, id"
    _rec_name = "field_name"

    active = fields.Boolean(default=True, tracking=True)
    field_name = fields.Selection(
        selection="_get_ruled_fields", string="Field", required=True, tracking=True
    )
    access = fields.Selection(
        [("readonly", "Read-Only"), ("hidden", "Hidden")],
        "Restriction",
        required=True,
        default="readonly",
        tracking=True,
        help="Hidden fields are shown, exported, searched, sorted and grouped nowhere.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        "customer_contract_field_rule_group_rel",
        string="Applies To",
        tracking=True,
        help="Users of any of these groups. Everybody, if left empty.",
    )
    exempt_group_ids = fields.Many2many(
        "res.groups",
        "customer_contract_field_rule_exempt_group_rel",
        string="Except",
        tracking=True,
        help="Users of any of these groups are not restricted.",
    )
    in_draft = fields.Boolean("Draft", tracking=True)
    in_approval = fields.Boolean(tracking=True)
    in_sent = fields.Boolean("Needs Signature", tracking=True)
    in_signed = fields.Boolean("Signed", tracking=True)
    in_disputed = fields.Boolean("Disputed", tracking=True)
    in_declined = fields.Boolean("Declined", tracking=True)
    in_cancelled = fields.Boolean("Cancelled", tracking=True)
    in_expired = fields.Boolean("Expired", tracking=True)
    states_summary = fields.Char("In the States", compute="_compute_states_summary")

    @api.depends(
        "in_draft",
        "in_approval",
        "in_sent",
        "in_signed",
        "in_disputed",
        "in_declined",
        "in_cancelled",
        "in_expired",
    )
    def _compute_states_summary(self):
        labels = dict(
            self.env["customer.contract"]._fields["state"]._description_selection(self.env)
        )
        for rule in self:
            states = rule._get_states()
            rule.states_summary = (
                _("All")
                if len(states) == len(labels)
                else ", ".join(labels[state] for state in labels if state in states)
            )

    @api.constrains("field_name", "access")
    def _check_field_name(self):
        choices = dict(self._get_ruled_fields())
        for rule in self:
            if rule.field_name not in choices:
                raise ValidationError(
                    _("No rule can be made for the field “%(field)s”.", field=rule.field_name)
                )
            field = rule._get_field()
            if rule.access == "hidden" and (field.required or field.name in NEVER_HIDDEN):
                raise ValidationError(
                    _(
                        "“%(field)s” cannot be hidden: contracts cannot be shown or worked "
                        "with without it. You can make it read-only.",
                        field=choices[rule.field_name],
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._apply()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._apply()
        return result

    def unlink(self):
        result = super().unlink()
        self._apply()
        return result

    def _apply(self):
        """Make changes of rules hold at once, for everybody."""
        self.env.registry.clear_cache()

    @api.model
    def _get_ruled_fields(self):
        """Return the fields that rules can be made for.

        :return: ``model:field`` and label, as a selection
        :rtype: list[tuple[str, str]]
        """
        choices = []
        for model_name in RULED_MODELS:
            model = self.env.get(model_name)
            if model is None:
                continue
            guarded = model._get_guarded_fields() if hasattr(model, "_get_guarded_fields") else ()
            for name, field in model._fields.items():
                if (
                    not field.store
                    or field.type == "one2many"
                    or name.startswith(("access_", "activity_", "message_", "my_activity_"))
                    or name in ("id", "create_date", "create_uid", "write_date", "write_uid")
                    or (name in guarded and (field.required or name in NEVER_HIDDEN))
                    or field.related
                    or name in ("contract_id", "trail_head", "trail_length")
                ):
                    continue
                label = field._description_string(self.env)
                if model_name != RULED_MODELS[0]:
                    label = f"{self.env['ir.model']._get(model_name).name}: {label}"
                choices.append((f"{model_name}:{name}", label))
        return sorted(choices, key=lambda choice: (":" in choice[1], choice[1].lower()))

    def _get_field(self):
        """Return the field that the rule is about.

        :rtype: odoo.fields.Field
        """
        self.ensure_one()
        model_name, _separator, name = self.field_name.partition(":")
        return self.env[model_name]._fields[name]

    def _get_states(self):
        """Return the request states in which the rule holds: all, if none is chosen.

        :rtype: frozenset[str]
        """
        self.ensure_one()
        states = self._get_all_states()
        return frozenset(state for state in states if self[f"in_{state}"]) or states

    @api.model
    def _get_all_states(self):
        """Return every request state.

        :rtype: frozenset[str]
        """
        return frozenset(self.env["customer.contract"]._fields["state"].get_values(self.env))

    @api.model
    @tools.ormcache("self.env.uid", "model_name")
    def _get_restrictions(self, model_name):
        """Return what is closed to the current user on a model.

        :param str model_name: a model
        :return: by field, the states in which it is hidden, and those in which it cannot
            be written
        :rtype: dict[str, tuple[frozenset[str], frozenset[str]]]
        """
        groups = self.env.user.all_group_ids
        return self._compile_restrictions(
            model_name,
            lambda rule: (
                (not rule.group_ids or rule.group_ids & groups)
                and not rule.exempt_group_ids & groups
            ),
        )

    @api.model
    @tools.ormcache("model_name")
    def _get_hidden_from_somebody(self, model_name):
        """Return the fields that some users may not see, in some state.

        :param str model_name: a model
        :rtype: frozenset[str]
        """
        restrictions = self._compile_restrictions(model_name, lambda rule: True)
        return frozenset(name for name, (hidden, _closed) in restrictions.items() if hidden)

    @api.model
    def _compile_restrictions(self, model_name, applies):
        """Add up the rules on a model's fields.

        :param str model_name: a model
        :param function applies: tells of a rule whether it counts
        :rtype: dict[str, tuple[frozenset[str], frozenset[str]]]
        """
        # Rules hold for whoever may not read them.
        rules_sudo = self.sudo().search([("field_name", "=like", f"{model_name}:%")])
        restrictions = {}
        for rule_sudo in rules_sudo:
            name = rule_sudo.field_name.partition(":")[2]
            if name not in self.env[model_name]._fields or not applies(rule_sudo):
                continue
            hidden, closed = restrictions.get(name, (frozenset(), frozenset()))
            states = rule_sudo._get_states()
            if rule_sudo.access == "hidden":
                hidden |= states
            restrictions[name] = (hidden, closed | states)
        self._add_derived_restrictions(model_name, restrictions)
        return restrictions

    @api.model
    def _add_derived_restrictions(self, model_name, restrictions):
        """Hide what is told by fields that are computed from hidden ones.

        :param str model_name: a model
        :param dict restrictions: what is closed, by field
        """
        for name, field in self.env[model_name]._fields.items():
            if field.store or field.type == "boolean" or name in NEVER_HIDDEN:
                continue
            for source in self.env.registry.field_depends[field]:
                first = source.split(".")[0]
                told, _closed = restrictions.get(first, (frozenset(), frozenset()))
                if told:
                    hidden, closed = restrictions.get(name, (frozenset(), frozenset()))
                    restrictions[name] = (hidden | told, closed)
