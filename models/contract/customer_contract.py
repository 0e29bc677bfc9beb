from decimal import Decimal

from odoo import Command, _, api, fields, models
from odoo.exceptions import ValidationError

from ...utils import MOST_COINS, TypedChar, TypedText, format_frozen_amount, is_exact_amount


class CustomerContract(models.Model):
    """A contract: its parties, its text, its terms and where it stands.

    Three axes of state are kept apart: ``state`` says where the request for
    signatures stands, each participant's ``state`` says what that person did, and
    ``stage_id`` is the company's own business status.

    The stage follows the request's state. It is one of the contract's type, or one that
    serves every type.
    """

    _name = "customer.contract"
    _inherit = [
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "customer.contract.protection.mixin",
        "customer.contract.frozen.mixin",
        "customer.contract.policy.mixin",
    ]
    _description = "Contract"
    _order = "id desc"
    _rec_names_search = ["name", "title"]
    _mail_post_access = "read"
    _check_company_auto = True

    name = fields.Char(
        "Reference",
        required=True,
        readonly=True,
        copy=False,
        default="",
        index="trigram",
    )
    title = TypedChar(required=True, tracking=10, index="trigram")
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    direction = fields.Selection(
        [("customer", "Customer"), ("supplier", "Supplier"), ("partner", "Partner")],
        required=True,
        default="customer",
        help="What the counterparty is to us.",
    )
    type_id = fields.Many2one(
        "customer.contract.type",
        index="btree_not_null",
        tracking=True,
        check_company=True,
    )
    tag_ids = fields.Many2many("customer.contract.tag", groups="base.group_user")
    partner_id = fields.Many2one(
        "res.partner",
        "Counterparty",
        required=True,
        index=True,
        tracking=20,
        check_company=True,
        help="The company or person the contract is with.",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Counterparty's Company",
        compute="_compute_commercial_partner_id",
        store=True,
        precompute=True,
        index=True,
    )
    requester_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        tracking=True,
        compute="_compute_requester_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id), "
        "('is_company', '=', False)]",
        help="The counterparty's contact who asked for the contract.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Contract Manager",
        index="btree_not_null",
        default=lambda self: self.env.user,
        tracking=True,
        check_company=True,
        domain="[('share', '=', False)]",
        help="Answers for the contract, and is told what happens to it.",
    )
    team_id = fields.Many2one(
        "crm.team",
        index="btree_not_null",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        groups="base.group_user",
    )
    date_start = fields.Date("Start", tracking=True)
    date_end = fields.Date(
        "End", tracking=True, index="btree_not_null", help="Empty: the contract has no end."
    )
    sign_deadline = fields.Date(
        "Sign Before",
        tracking=True,
        copy=False,
        index="btree_not_null",
        help="After this day, the contract can no longer be signed.",
    )
    amount_total = fields.Monetary("Amount", tracking=True)
    note = fields.Html("Internal Note", groups="base.group_user")
    section_ids = fields.One2many("customer.contract.section", "contract_id", "Sections", copy=True)
    participant_ids = fields.One2many(
        "customer.contract.participant",
        "contract_id",
        "Participants",
        compute="_compute_participant_ids",
        store=True,
        readonly=False,
        copy=False,
    )
    document_ids = fields.One2many(
        "customer.contract.document", "contract_id", "Documents", copy=True
    )
    document_count = fields.Integer(compute="_compute_document_count")
    portal_published = fields.Boolean(
        "Visible in Portal",
        copy=False,
        tracking=True,
        help="The participants and the requester find the contract in their portal. "
        "Sending the contract switches it on.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approval", "In Approval"),
            ("sent", "Needs Signature"),
            ("disputed", "Disputed"),
            ("signed", "Signed"),
            ("declined", "Declined"),
            ("cancelled", "Cancelled"),
            ("expired", "Expired"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=30,
        # in the order of the life, not of the alphabet
        group_expand=True,
    )
    signed_on = fields.Datetime("Fully Signed On", readonly=True, copy=False, index=True)
    sent_on = fields.Datetime(readonly=True, copy=False)
    closing_reason = TypedText(
        readonly=True,
        copy=False,
        help="Why the contract was declined, disputed or cancelled.",
        groups="base.group_user",
    )
    is_editable = fields.Boolean(compute="_compute_is_editable")
    _dates_in_order = models.Constraint(
        "CHECK (date_start IS NULL OR date_end IS NULL OR date_start <= date_end)",
        "The contract cannot end before it starts.",
    )
    # Beside the one that searches: lists are sorted by it.
    _by_title = models.Index("(title)")
    # Lists count, and boards add up by state, without a look at the rows, which are long.
    _figures = models.Index(
        "(company_id, state) INCLUDE (amount_total, currency_id) WHERE active IS TRUE"
    )
    _name_unique = models.UniqueIndex(
        "(company_id, name)", "A company's contracts have distinct references."
    )

    # === WRITING === #

    @api.depends("name", "title")
    def _compute_display_name(self):
        for contract in self:
            contract.display_name = " · ".join(filter(None, (contract.name, contract.title)))

    @api.depends("company_id")
    def _compute_currency_id(self):
        for contract in self:
            contract.currency_id = contract.currency_id or contract.company_id.currency_id

    @api.depends("partner_id")
    def _compute_commercial_partner_id(self):
        # A contract stays with the company it was made with: it does not follow a
        # contact who changes company later.
        for contract in self:
            contract.commercial_partner_id = contract.partner_id.commercial_partner_id

    @api.depends("partner_id")
    def _compute_requester_id(self):
        for contract in self:
            partner = contract.partner_id
            if contract.requester_id.commercial_partner_id != partner.commercial_partner_id:
                contract.requester_id = partner if not partner.is_company else False

    @api.depends("user_id", "company_id")
    def _compute_team_id(self):
        for contract in self:
            if contract.team_id or not contract.user_id:
                continue
            contract.team_id = (
                self.env["crm.team"]
                .with_company(contract.company_id)
                ._get_default_team_id(user_id=contract.user_id.id)
            )

    @api.depends("document_ids")
    def _compute_document_count(self):
        for contract in self:
            contract.document_count = len(contract.document_ids)

    @api.depends("state", "current_version_id")
    def _compute_is_editable(self):
        for contract in self:
            contract.is_editable = contract._can_be_edited()

    @api.constrains("partner_id", "requester_id")
    def _check_requester(self):
        for contract in self:
            requester = contract.requester_id
            if requester and (
                requester.commercial_partner_id != contract.partner_id.commercial_partner_id
            ):
                raise ValidationError(
                    _(
                        "%(requester)s cannot be the requester: the contact belongs to "
                        "another company than %(counterparty)s. Set the contact's "
                        "company first.",
                        requester=requester.display_name,
                        counterparty=contract.partner_id.display_name,
                    )
                )

    @api.constrains("amount_total", "currency_id")
    def _check_amount_total(self):
        for contract in self:
            contract._check_exact_amount(contract.amount_total)
            if contract.amount_total < 0:
                raise ValidationError(_("The amount of a contract cannot be negative."))

    def _check_exact_amount(self, amount):
        """Refuse an amount that could be stored, frozen and printed as different numbers.

        :param float amount: an amount in the contract's currency
        :raise ValidationError: if it is too large, or no number
        """
        self.ensure_one()
        currency = self.currency_id
        if not is_exact_amount(amount, currency):
            most = f"{Decimal(MOST_COINS).scaleb(-currency.decimal_places):f}"
            raise ValidationError(
                _(
                    "The amount is too large to be kept exactly: at most %(most)s.",
                    most=format_frozen_amount(
                        self.env, {"value": most, "currency": currency.name}, currency
                    ),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        prepared = []
        for values in vals_list:
            self._check_protected_fields(values)
            self._check_moved_by_hand(values, "draft")
            prepared.append({**values, **self._prepare_initial_values(values)})
        contracts = super().create(prepared)
        # The proposed signers are in place before anybody adds others.
        contracts.mapped("participant_ids")
        for contract in contracts:
            contract._log_event("created", details={"reference": contract.name})
        return contracts

    def _prepare_initial_values(self, values):
        """Prepare what every new contract starts with.

        The protected fields are among them, so that a ``default_…`` key of the
        caller's context cannot set them.

        :param dict values: the values the contract is created with
        :return: values that override them
        :rtype: dict
        """
        company = self.env["res.company"].browse(
            values.get("company_id") or self.default_get(["company_id"])["company_id"]
        )
        # The sequence is no secret, and agents may write contracts without
        # having rights on sequences.
        company_sudo = company.sudo()
        return {
            **self._prepare_protected_values(),
            "name": company_sudo._next_contract_reference(),
        }

    def write(self, vals):
        self._check_protected_fields(vals)
        self._check_content_is_open(vals)
        if "stage_id" in vals:
            for contract in self:
                contract._check_moved_by_hand(vals, contract.state)
        changes = self._prepare_change_details(vals)
        before = self._prepare_whereabouts(vals)
        result = super().write(vals)
        for contract, details in changes.items():
            contract._log_event("changed", details=details)
        for contract, (active, stage) in before.items():
            contract._log_move(active, stage)
        return result

    def _prepare_whereabouts(self, values):
        """Prepare where contracts stand before somebody archives or moves them.

        A stage that follows the request's state needs no word of its own.

        :param dict values: the values about to be written
        :return: whether the contract is active, and its stage, by contract
        :rtype: dict
        """
        if self._is_system_write() or not values.keys() & {"active", "stage_id"}:
            return {}
        # Whoever writes a contract need not see its stage.
        return {contract: (contract.active, contract.sudo().stage_id) for contract in self}

    def _log_move(self, active, stage):
        """Record that the contract was archived, taken out of there, or moved.

        :param bool active: whether it was active before
        :param recordset stage: its stage before
        """
        self.ensure_one()
        if self.active != active:
            self._log_event("unarchived" if self.active else "archived")
        now_sudo = self.sudo().stage_id
        if now_sudo != stage:
            label = self.env["ir.model.fields"]._get(self._name, "stage_id").field_description
            details = {"fields": {label: [stage.name or "", now_sudo.name or ""]}}
            self._log_event("stage_moved", details=details)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for contract, values in zip(self, vals_list, strict=True):
            if not (default or {}).get("title"):
                values["title"] = _("%(title)s (copy)", title=contract.title)
            if "participant_ids" not in (default or {}):
                values["participant_ids"] = [
                    Command.create(participant._prepare_copy_values())
                    for participant in contract.participant_ids
                ]
            contract._leave_out_past_dates(values, default or {})
        return vals_list

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "name",
            "state",
            "signed_on",
            "sent_on",
            "closing_reason",
            "termination_date",
            "termination_reason",
        }

    def _get_policy_dependencies(self):
        return [*super()._get_policy_dependencies(), "type_id"]

    def _get_policy_default(self, name):
        return self.type_id[name] if self.type_id else super()._get_policy_default(name)

    def _is_counterparty_person(self, partner):
        """Tell whether a contact belongs to the company that the contract is with.

        :param recordset partner: the contact
        """
        self.ensure_one()
        company = self.commercial_partner_id
        return bool(company) and company in (partner, partner.commercial_partner_id)
