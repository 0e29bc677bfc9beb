import re

import pytz
from dateutil.relativedelta import relativedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

SEQUENCE_CODE = "customer.contract"


class ResCompany(models.Model):
    _inherit = "res.company"

    contract_signing_order = fields.Selection(
        [
            ("company_first", "We sign first"),
            ("counterparty_first", "The counterparty signs first"),
            ("parallel", "At the same time"),
        ],
        required=True,
        default="company_first",
    )
    contract_confirm_identity = fields.Boolean(
        help="Employees confirm their password before they sign for the company."
    )
    contract_expiring_days = fields.Integer(
        default=30, help="Days before its end from which a contract counts as expiring."
    )
    contract_link_days = fields.Integer(
        default=30, help="Days a personal link works when the contract has no deadline."
    )
    contract_sign_deadline_days = fields.Integer()
    contract_tz = fields.Selection(
        _tz_get,
        "Time Zone of Contracts",
        help="In which days to sign end. Empty: the time zone of the company's contact, else "
        "of its working hours, else of the administrator.",
    )
    # An address may hold a password.
    contract_timestamp_url = fields.Char(
        groups="base.group_system",
        help="The address of an RFC 3161 timestamp authority that confirms when contracts "
        "are sealed.",
    )
    _contract_days_positive = models.Constraint(
        "CHECK (contract_expiring_days >= 0 AND contract_link_days > 0)",
        "The number of days must be positive.",
    )
    _contract_sign_deadline_days_not_negative = models.Constraint(
        "CHECK (contract_sign_deadline_days >= 0)", "The days to sign are counted from 0."
    )

    @api.constrains("contract_timestamp_url")
    def _check_contract_timestamp_url(self):
        for company in self:
            url = company.contract_timestamp_url
            if url and not re.match(r"https?://[^/\s]+(/\S*)?$", url):
                raise ValidationError(
                    _("The address of a timestamp authority starts with http:// or https://.")
                )

    def _get_contract_zone(self):
        """Return the time zone in which the company's days begin and end.

        What the settings say goes first, then the zone of the company's own contact, of
        its working hours (if an app brings them), and of the administrator.

        :return: the name of a zone
        :rtype: str
        """
        self.ensure_one()
        # It is the same for all who ask, whatever their rights.
        company_sudo = self.sudo()
        # One after the other: each takes a query, and every page asks.
        zones = (
            lambda: company_sudo.contract_tz,
            lambda: company_sudo.partner_id.tz,
            lambda: (
                "resource_calendar_id" in company_sudo._fields
                and company_sudo.resource_calendar_id.tz
            ),
            self._get_administrator_zone,
        )
        found = (zone() for zone in zones)
        return next((zone for zone in found if zone in pytz.all_timezones_set), "UTC")

    def _get_administrator_zone(self):
        """Return the administrator's time zone, if there is one."""
        administrator_sudo = self.env.ref("base.user_admin", raise_if_not_found=False)
        # The zone is told to all, whatever their rights.
        return administrator_sudo and administrator_sudo.sudo().tz

    def _get_contract_today(self):
        """Return the day that it is now in the company's time zone.

        :rtype: date
        """
        return self._get_contract_day(fields.Datetime.now())

    def _get_contract_day(self, moment):
        """Return the day that a moment belongs to in the company's time zone.

        :param datetime moment: in UTC, without a zone
        :rtype: date
        """
        zone = pytz.timezone(self._get_contract_zone())
        return pytz.utc.localize(moment).astimezone(zone).date()

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # Companies may be made by users without rights on sequences.
        companies_sudo = companies.sudo()
        companies_sudo._create_contract_sequences()
        return companies

    def _create_contract_sequences(self):
        """Give each company its own sequence of contract references."""
        Sequence = self.env["ir.sequence"]
        existing = Sequence.search([("code", "=", SEQUENCE_CODE), ("company_id", "in", self.ids)])
        Sequence.create(
            [company._prepare_contract_sequence() for company in self - existing.company_id]
        )
        self._open_contract_years()

    def _open_contract_years(self):
        """Make the ranges in which references are counted, before anybody needs them.

        Whoever needs one that is not there makes it, and all others wait meanwhile.
        """
        today = fields.Date.today()
        days = (today, today + relativedelta(months=1))
        # Whoever sets it off need not have rights on sequences.
        sequences_sudo = (
            self.env["ir.sequence"]
            .sudo()
            .search([("code", "=", SEQUENCE_CODE), ("company_id", "in", self.ids)])
        )
        for sequence_sudo in sequences_sudo.filtered("use_date_range"):
            for day in days:
                if not sequence_sudo.date_range_ids.filtered(
                    lambda range_, day=day: range_.date_from <= day <= range_.date_to
                ):
                    sequence_sudo._create_date_range_seq(day)

    def _prepare_contract_sequence(self):
        """Prepare a company's sequence of contract references.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "name": f"Contracts of {self.name}",
            "code": SEQUENCE_CODE,
            "prefix": "CTR/%(year)s/",
            "padding": 4,
            "use_date_range": True,
            "company_id": self.id,
        }

    def _next_contract_reference(self):
        """Return the next reference for a contract of the company.

        :rtype: str
        """
        self.ensure_one()
        reference = self.env["ir.sequence"].with_company(self).next_by_code(SEQUENCE_CODE)
        if not reference:
            self._create_contract_sequences()
            reference = self.env["ir.sequence"].with_company(self).next_by_code(SEQUENCE_CODE)
        return reference
