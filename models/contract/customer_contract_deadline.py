from datetime import datetime, time

import pytz

from odoo import _, api, fields, models
from odoo.tools import format_date, format_time


class CustomerContract(models.Model):
    """The moment at which the deadline to sign passes, and in which zone readers are."""

    _inherit = "customer.contract"

    sign_deadline_at = fields.Datetime(
        "Sign Until",
        compute="_compute_sign_deadline_at",
        store=True,
        precompute=True,
        copy=False,
        index="btree_not_null",
        help="The end of the last day to sign, in the company's time zone.",
    )
    sign_deadline_text = fields.Char(
        "Deadline to Sign", compute="_compute_sign_deadline_text", help="With time and time zone."
    )

    # Not on the company's zone: a deadline that people were told of does not move.
    @api.depends("sign_deadline", "company_id")
    def _compute_sign_deadline_at(self):
        for contract in self:
            contract.sign_deadline_at = contract._get_end_of_day(contract.sign_deadline)

    @api.depends("sign_deadline_at")
    @api.depends_context("lang")
    def _compute_sign_deadline_text(self):
        for contract in self:
            contract.sign_deadline_text = contract._format_sign_deadline()

    def _get_reader_zone(self, reader=None):
        """Return the time zone in which moments are told on page, contract and certificate.

        It is the reader's own, as far as it is known. What everybody reads, and whoever has
        no zone, has the counterparty's, else the company's.

        :param recordset reader: the `res.partner` who reads; none for everybody
        :return: the name of a zone
        :rtype: str
        """
        self.ensure_one()
        signers = self.participant_ids.filtered(lambda person: person.party == "counterparty")
        people = signers.partner_id | self.requester_id | self.partner_id
        zones = [*(reader.mapped("tz") if reader else ()), *people.mapped("tz")]
        known = (zone for zone in zones if zone in pytz.all_timezones_set)
        return next(known, None) or self.company_id._get_contract_zone()

    def _get_end_of_day(self, day):
        """Return the last second of a day in the company's time zone.

        :param date day: the day, or none
        :return: the moment, in UTC without a zone
        :rtype: datetime | bool
        """
        self.ensure_one()
        if not day:
            return False
        zone = pytz.timezone(self.company_id._get_contract_zone())
        local = zone.localize(datetime.combine(day, time(23, 59, 59)))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _format_sign_deadline(self):
        """Return the deadline for readers anywhere: with its time and its time zone.

        It names the last day to sign, whatever the company's zone became since.

        :rtype: str
        """
        self.ensure_one()
        moment = self.sign_deadline_at
        if not moment:
            return ""
        zone = self.company_id._get_contract_zone()
        local = pytz.utc.localize(moment).astimezone(pytz.timezone(zone))
        return _(
            "%(date)s, %(time)s (%(zone)s)",
            date=format_date(self.env, local.date()),
            time=format_time(self.env, local.time(), time_format="short"),
            zone=zone.replace("_", " "),
        )
