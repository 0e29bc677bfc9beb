import base64

from dateutil.relativedelta import relativedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...utils import check_one

# Days before its end at which a certificate's end is announced, and when it has come.
ANNOUNCED_DAYS = (60, 30, 7, 0)


class CustomerContractCertificate(models.Model):
    """A certificate with which a company seals its signed contracts, and its key.

    It is made or imported once and never changed. A new one takes the place of the
    old one, which is kept, as the contracts it sealed refer to it.
    """

    _name = "customer.contract.certificate"
    _inherit = ["mail.thread", "mail.activity.mixin", "customer.contract.protection.mixin"]
    _description = "Seal Certificate"
    _order = "company_id, active desc, valid_to desc, id desc"
    _check_company_auto = True

    name = fields.Char("Holder", required=True, readonly=True)
    active = fields.Boolean(
        "In Use", default=True, copy=False, tracking=True, help="New contracts are sealed with it."
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    subject = fields.Char(required=True, readonly=True)
    issuer = fields.Char(required=True, readonly=True)
    is_own = fields.Boolean(
        "Made Here", readonly=True, help="The company vouches for itself: no authority has."
    )
    serial_number = fields.Char(required=True, readonly=True)
    algorithm = fields.Char("Key", required=True, readonly=True)
    digest = fields.Char("SHA-256", required=True, readonly=True, index=True)
    valid_from = fields.Datetime(required=True, readonly=True)
    valid_to = fields.Datetime("Valid Until", required=True, readonly=True)
    certificate_pem = fields.Text("Certificate", required=True, readonly=True)
    chain_pem = fields.Text("Issuers' Certificates", readonly=True)
    # Encrypted, with a passphrase that the database does not know.
    private_key_pem = fields.Text(
        required=True, copy=False, prefetch=False, groups=fields.NO_ACCESS
    )
    announce_on = fields.Date(
        readonly=True, help="When administrators are told next that it is about to expire."
    )
    status = fields.Selection(
        [
            ("in_use", "In Use"),
            ("expiring", "Expires Soon"),
            ("upcoming", "Not Valid Yet"),
            ("expired", "Expired"),
            ("unusable", "No Passphrase"),
            ("retired", "Retired"),
        ],
        compute="_compute_status",
    )
    contract_count = fields.Integer("Sealed Contracts", compute="_compute_contract_count")
    public_file = fields.Binary("Public Certificate", compute="_compute_public_file")
    _active_unique = models.UniqueIndex(
        "(company_id) WHERE active", "A company seals with one certificate at a time."
    )

    # === COMPUTE METHODS === #

    @api.depends("active", "valid_from", "valid_to")
    def _compute_status(self):
        now = fields.Datetime.now()
        has_passphrase = self._has_passphrase()
        for certificate in self:
            if not certificate.active:
                certificate.status = "retired"
            elif now < certificate.valid_from:
                certificate.status = "upcoming"
            elif certificate.valid_to < now:
                certificate.status = "expired"
            elif not has_passphrase:
                certificate.status = "unusable"
            elif certificate.valid_to < now + relativedelta(days=ANNOUNCED_DAYS[0]):
                certificate.status = "expiring"
            else:
                certificate.status = "in_use"

    def _compute_contract_count(self):
        # Administrators need no rights on contracts to know whether a certificate is used.
        counts = dict(
            self.env["customer.contract"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("seal_certificate_id", "in", self.ids)],
                ["seal_certificate_id"],
                ["__count"],
            )
        )
        for certificate in self:
            certificate.contract_count = counts.get(certificate, 0)

    @api.depends("certificate_pem", "chain_pem")
    def _compute_public_file(self):
        for certificate in self:
            certificate.public_file = base64.b64encode(certificate._get_public_pem().encode())

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_system_write():
            raise AccessError(_("Certificates are created or imported, not entered."))
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected_fields(vals)
        if vals.get("active"):
            self._retire_others(self.company_id)
        elif "active" in vals:
            self.activity_unlink(["customer_contract.mail_activity_type_certificate"])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for certificate in self:
            if certificate.contract_count:
                raise UserError(
                    _(
                        "%(count)s contracts are sealed with the certificate of %(holder)s. "
                        "Archive it instead, so that their seals can be verified.",
                        count=certificate.contract_count,
                        holder=certificate.name,
                    )
                )

    def _get_protected_fields(self):
        return super()._get_protected_fields() | {
            "name",
            "company_id",
            "subject",
            "issuer",
            "is_own",
            "serial_number",
            "algorithm",
            "digest",
            "valid_from",
            "valid_to",
            "certificate_pem",
            "chain_pem",
            "private_key_pem",
            "announce_on",
        }

    @api.model
    def _retire_others(self, companies):
        """Archive the certificates in use, as another one takes their place.

        :param recordset companies: their companies
        """
        others = self.search([("company_id", "in", companies.ids), ("active", "=", True)]) - self
        others.action_archive()
        # The database allows one at a time, at any time.
        others.flush_recordset(["active"])

    @api.model
    def _get_in_use(self, company):
        """Return the certificate that a company seals with, if any.

        :param recordset company: the company
        :rtype: recordset of `customer.contract.certificate`
        """
        # asked for outright: scheduled actions also read what is archived
        return self.search([("company_id", "=", company.id), ("active", "=", True)], limit=1)

    # === ACTIONS === #

    def _get_form_action(self):
        """Return the action that opens the certificate.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_download(self):
        """Download the certificate with its issuers', without the key, as PEM.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return {
            "type": "ir.actions.act_url",
            "url": (
                f"/web/content/{self._name}/{self.id}/public_file/"
                f"seal-{self.serial_number}.pem?download=true"
            ),
            "target": "self",
        }

    def action_view_contracts(self):
        """Open the contracts that were sealed with the certificate.

        :return: an action
        :rtype: dict
        """
        check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": _("Sealed Contracts"),
            "res_model": "customer.contract",
            "views": [(False, "list"), (False, "form")],
            "domain": [("seal_certificate_id", "=", self.id)],
            "context": {"active_test": False, "create": False},
        }

    # === BUSINESS METHODS === #

    def _get_public_pem(self):
        """Return the certificate and those of its issuers, from below, as PEM.

        :rtype: str
        """
        self.ensure_one()
        return f"{self.certificate_pem}{self.chain_pem or ''}"

    @api.model
    def _cron_announce_expiry(self):
        """Tell administrators in time that a certificate in use is about to end."""
        # Odoo has scheduled code queue its mails; the queue runs once an hour.
        self = self.with_context(mail_notify_force_send=True)
        today = fields.Date.today()
        for certificate in self.search([("announce_on", "<=", today), ("active", "=", True)]):
            certificate._announce_expiry(max((certificate.valid_to.date() - today).days, 0))
            certificate._write_protected(
                {"announce_on": self._get_next_announcement(certificate.valid_to)}
            )

    @api.model
    def _get_next_announcement(self, valid_to):
        """Return when the end of a certificate is to be announced next, if ever.

        :param datetime valid_to: when the certificate ends
        :rtype: date | bool
        """
        days = [valid_to.date() - relativedelta(days=days) for days in ANNOUNCED_DAYS]
        return min((day for day in days if day > fields.Date.today()), default=False)

    def _announce_expiry(self, days_left):
        """Plan the certificate's replacement for each administrator of the company.

        Whoever is assigned gets a mail, too.

        :param int days_left: how many days it can still be used
        """
        self.ensure_one()
        self.activity_unlink(["customer_contract.mail_activity_type_certificate"])
        for user in self._get_administrators():
            speaking = self.with_context(lang=user.lang)
            speaking.activity_schedule(
                "customer_contract.mail_activity_type_certificate",
                date_deadline=self.valid_to.date(),
                user_id=user.id,
                **speaking._prepare_expiry_notice(days_left),
            )

    def _prepare_expiry_notice(self, days_left):
        """Prepare what administrators are told about a certificate that expires.

        :param int days_left: how many days it can still be used
        :rtype: dict
        """
        self.ensure_one()
        summary = (
            _(
                "The seal certificate of %(holder)s expires in %(days)s days",
                holder=self.name,
                days=days_left,
            )
            if days_left
            else _("The seal certificate of %(holder)s has expired", holder=self.name)
        )
        note = _(
            "Create or import a new one in the contracts' settings. Signed contracts wait for "
            "their seal, and are not sent out, as long as the certificate has expired. Those "
            "that are sealed already can be verified as before."
        )
        return {"summary": summary, "note": note}

    def _get_administrators(self):
        """Return the people who can replace the certificate.

        :rtype: recordset of `res.users`
        """
        self.ensure_one()
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref("base.group_system").ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
                ("active", "=", True),
            ]
        )
