from collections import defaultdict
from typing import NamedTuple

from odoo import _, api, fields, models, tools
from odoo.exceptions import ValidationError

from .guard import COPYING, RULE, SYSTEM, WORK_KEY, guard, is_in_use, open_to_own_methods

CARD = "customer.contract.field.access.mixin"
CUSTOM_FIELD = "properties."
# Fields that tell each other: a rule on one is a rule on all.
ALIKE = {"customer.contract.milestone": {"amount", "share", "basis", "basis_value"}}
# What tells the values of any field, or of any custom field, without being computed
# from it.
TELLING_FIELDS = {"customer.contract.event": {"payload"}, "customer.contract.version": {"content"}}
TELLING_CUSTOM_FIELDS = {
    "customer.contract": {"proposed_changes"},
    "customer.contract.value.proposal": {"values"},
    "customer.contract.value.draft": {"typed"},
}
# Names, rights, messages and activities of whatever model, which Odoo cannot miss.
MACHINERY = ("access_", "activity_", "message_", "my_activity_", "trail_")
NEVER_RULED = {*models.MAGIC_COLUMNS, "contract_id", "ir_attachment_id"}
# The pages cannot work without these.
NEVER_HIDDEN = {
    "active",
    "commercial_partner_id",
    "company_id",
    "currency_id",
    "current_version_id",
    "delegated_from_id",
    "display_name",
    "is_retired",
    "name",
    "partner_id",
    "participant_ids",
    "portal_visible",
    "sequence",
    "state",
    "step_id",
    "title",
    "user_id",
    "verification_code",
}
NUMBERS = ("float", "integer", "monetary")


class ClosedFields(NamedTuple):
    """What rules close to a user, by model."""

    hidden: dict  # the fields that are not there
    states: dict  # by field, the states of the contract in which it cannot be written


OPEN = ClosedFields({}, {})


class CustomerContractFieldRule(models.Model):
    """Who may not see a field of contracts, or not change it while in which state.

    Rules only take away: a field is open to whoever has rights on the contract until
    a rule closes it. Several rules on a field add up.
    """

    _name = "customer.contract.field.rule"
    _inherit = [
        "customer.contract.shared.mixin",
        "customer.contract.administration.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _rules_others = True
    _description = "Contract Field Rule"
    _order = "field_name, id"

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
        help="Hidden fields are shown, exported, searched, sorted and grouped nowhere, in "
        "whatever state the contract is. Read-only fields can be so in some states only.",
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

    @api.depends(lambda self: ["access", *(name for name in self._fields if name[:3] == "in_")])
    @api.depends_context("lang")
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

    @api.depends("field_name", "access")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._get_ruled_fields())
        restrictions = dict(self._fields["access"]._description_selection(self.env))
        for rule in self:
            words = (names.get(rule.field_name), restrictions.get(rule.access))
            rule.display_name = " · ".join(filter(None, words)) or _("New")

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
        # Whatever is undone, too: from now on, this transaction looks each time.
        self.env.cr.cache[RULE] = True

    def _register_hook(self):
        super()._register_hook()
        for model_name in self._get_guarded_models():
            guard(self.pool[model_name])
        for model_name in self._get_ruled_models():
            open_to_own_methods(self.pool[model_name])

    @api.model
    def _get_guarded_models(self):
        """Return the models of which rules can hide a field: no other one pays for them."""
        # Of others, only what is computed elevated can tell a contract's field.
        ruled = self._get_ruled_models()
        return {*ruled, *TELLING_FIELDS, *TELLING_CUSTOM_FIELDS} | {
            field.model_name
            for model_name in ruled
            for source in self.env[model_name]._fields.values()
            for field in self.pool.get_dependent_fields(source)
            if self._can_tell(field)
            and (field.compute_sudo or field.model_name.startswith("customer.contract"))
        }

    @api.model
    def _can_tell(self, field):
        """Tell whether a computed field goes with the fields that it is computed from."""
        is_needed = field.name in NEVER_HIDDEN or self._is_machinery(field.name)
        return field.type != "boolean" and not is_needed

    @api.model
    def _is_machinery(self, name):
        """Tell whether a field is Odoo's, or the addon's own, to work with."""
        return name in NEVER_RULED or name.startswith(MACHINERY)

    @api.model
    def _get_ruled_models(self):
        """Return the models whose fields rules can be made for, the contract first."""
        names = self.pool.descendants([CARD], "_inherit") - {CARD}
        return sorted(names, key=lambda name: (name != "customer.contract", name))

    @api.model
    def _get_ruled_fields(self):
        """Return the fields that rules can be made for: ``model:field`` and label."""
        choices = []
        for model_name in self._get_ruled_models():
            model = self.env[model_name]
            protected = getattr(model, "_get_protected_fields", set)()
            kind = "" if model_name == "customer.contract" else f"{model._description}: "
            for name, field in model._fields.items():
                is_machinery = self._is_machinery(name)
                is_system = name in protected and (field.required or name in NEVER_HIDDEN)
                is_own = field.store and not field.related and field.type != "one2many"
                if is_own and not is_machinery and not is_system:
                    label = kind + field._description_string(self.env)
                    choices.append((f"{model_name}:{name}", label))
        choices.sort(key=lambda choice: (": " in choice[1], choice[1].lower()))
        return choices + self._get_custom_field_choices()

    @api.model
    def _get_custom_field_choices(self):
        """Return custom fields to choose: of one name, a rule holds for all types."""
        # elevated: whoever makes rules need not see every company's types
        rows_sudo = self.env["customer.contract.type.field"].sudo()
        labels = defaultdict(dict)
        for row_sudo in rows_sudo.search([("value_type", "!=", "separator")], order="label, id"):
            labels[row_sudo.name][row_sudo.label] = None
        return [
            (
                f"customer.contract:{CUSTOM_FIELD}{name}",
                self.env._("Custom Field: %(labels)s", labels=" / ".join(found)),
            )
            for name, found in labels.items()
        ]

    def _get_field(self):
        """Return the field that the rule is about."""
        self.ensure_one()
        model_name, _separator, name = self.field_name.partition(":")
        return self.env[model_name]._fields[name.partition(".")[0]]

    def _get_states(self):
        """Return the request states in which the rule holds."""
        self.ensure_one()
        states = self._get_all_states()
        if self.access == "hidden":
            return states
        return frozenset(state for state in states if self[f"in_{state}"]) or states

    @api.model
    def _get_all_states(self):
        """Return every request state."""
        return frozenset(self.env["customer.contract"]._fields["state"].get_values(self.env))

    # === WHAT IS CLOSED === #

    @api.model
    def _get_closed_fields(self, even_for=None):
        """Return what is closed to whoever asks now: nothing to the system.

        :param object even_for: a kind of work to which fields are otherwise open
        :rtype: ClosedFields
        """
        if self.env.su or not is_in_use(self.env):
            return OPEN
        work = self.env.context.get(WORK_KEY)
        is_work = work is not None and work is not even_for and work in (SYSTEM, COPYING)
        if is_work or self.env["customer.contract.protection.mixin"]._is_system_write():
            return OPEN
        return self._compile_closed_fields()

    @api.model
    @tools.ormcache()
    def _is_in_use(self):
        """Tell whether there is any rule: most fields are read where there is none."""
        return bool(self.sudo().with_context(active_test=True).search_count([], limit=1))

    @api.model
    def _sees_everything(self):
        """Tell whether nothing at all is hidden from the current user."""
        return self.env.su or not self._compile_closed_fields().hidden

    @api.model
    @tools.ormcache("frozenset(self.env.user._get_group_ids())")
    def _compile_closed_fields(self):
        """Return what is closed to the current user, or to others of the same groups."""
        groups = self.env.user.all_group_ids
        return self._add_up(
            lambda rule: (
                (rule.group_ids & groups or not rule.group_ids)
                and not rule.exempt_group_ids & groups
            )
        )

    @api.model
    @tools.ormcache("model_name")
    def _get_hidden_from_somebody(self, model_name):
        """Return the fields that some users may not see."""
        return self._add_up(lambda rule: True).hidden.get(model_name, frozenset())

    @api.model
    def _add_up(self, applies):
        """Add up rules."""
        # Rules hold for whoever may not read them, and only those that are not archived.
        rules_sudo = self.sudo().with_context(active_test=True)
        ruled_models = self._get_ruled_models()
        hidden, states = defaultdict(set), defaultdict(dict)
        for rule_sudo in rules_sudo.search([("field_name", "!=", False)]).filtered(applies):
            model_name, _separator, ruled = rule_sudo.field_name.partition(":")
            if model_name not in ruled_models:
                continue
            alike = ALIKE.get(model_name, ())
            names = alike if ruled in alike else {ruled}
            for name in names:
                before = states[model_name].get(name, frozenset())
                states[model_name][name] = before | rule_sudo._get_states()
            if rule_sudo.access == "hidden":
                hidden[model_name] |= names
        if hidden:
            self._hide_what_tells(hidden)
        for model_name, names in hidden.items():
            states[model_name].update(dict.fromkeys(names, self._get_all_states()))
        return ClosedFields(
            {model_name: frozenset(names) for model_name, names in hidden.items()}, dict(states)
        )

    @api.model
    def _hide_what_tells(self, hidden):
        """Hide what is computed from hidden fields, on whatever model."""
        paths = {
            field: self.pool.field_depends[field]
            for model_name, names in hidden.items()
            for name in names & self.env[model_name]._fields.keys()
            for field in self.pool.get_dependent_fields(self.env[model_name]._fields[name])
            if self._can_tell(field)
        }
        found = True
        while found:
            found = False
            for field, depends in paths.items():
                names = hidden.get(field.model_name, ())
                if field.name not in names and any(
                    self._is_told(field, path, hidden) for path in depends
                ):
                    hidden[field.model_name].add(field.name)
                    found = True
        # Whoever makes rules need not see the types' custom fields.
        rows_sudo = self.env["customer.contract.type.field"].sudo()
        for row_sudo in rows_sudo.search([("default_source", "!=", False)]):
            if self._find_hidden("customer.contract", row_sudo.default_source, hidden):
                hidden["customer.contract"].add(f"{CUSTOM_FIELD}{row_sudo.name}")
        has_custom = any(name.startswith(CUSTOM_FIELD[:-1]) for name in hidden["customer.contract"])
        for telling in (TELLING_FIELDS, TELLING_CUSTOM_FIELDS if has_custom else {}):
            for model_name, names in telling.items():
                hidden[model_name] |= names

    @api.model
    def _is_told(self, field, path, hidden):
        """Tell whether a field that is computed from a path tells a hidden one.

        What people may change is only proposed, but figures can be worked out.
        """
        source = self._find_hidden(field.model_name, path, hidden)
        is_proposed = field.store and not field.readonly and not field.related
        is_figure = source and field.type in NUMBERS and source.type in NUMBERS
        return bool(source) and (not is_proposed or is_figure)

    @api.model
    def _find_hidden(self, model_name, path, hidden):
        """Return the first hidden field on a path that begins at a model, if any."""
        for name in path.split("."):
            field = self.env[model_name]._fields.get(name) if model_name else None
            if field is None:
                break
            if name in hidden.get(model_name, ()):
                return field
            model_name = field.comodel_name
        return None
