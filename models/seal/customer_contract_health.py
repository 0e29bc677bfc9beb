from datetime import timedelta
from urllib.parse import urlsplit

from odoo import _, api, fields, models

SOON = timedelta(days=60)
MOST_COUNTED = 1000


class CustomerContractHealth(models.AbstractModel):
    """Whether signed contracts can be sealed."""

    _inherit = "customer.contract.health"

    def _get_health_checks(self):
        return [
            *super()._get_health_checks(),
            ("seal", _("Certificates of the seal"), self._find_seal_health),
            ("timestamps", _("Timestamp authority"), self._find_timestamp_health),
        ]

    @api.model
    def _find_seal_health(self):
        """Return whether each company's certificate can seal, and for how long."""
        action = "customer_contract.customer_contract_certificate_action"
        Certificate = self.env["customer.contract.certificate"]
        companies = self.env.companies
        found = {company: Certificate._get_in_use(company) for company in companies}
        if not any(found.values()):
            advice = _("Create or import a certificate, and changes of signed files show.")
            return "look", _("Signed contracts are not sealed"), advice, action
        if not Certificate._has_passphrase():
            advice = _("Set the passphrase in the server's environment, and restart Odoo.")
            return "broken", _("The server does not know the key's passphrase"), advice, action
        state, details = "ok", []
        now = fields.Datetime.now()
        for company, certificate in found.items():
            if not certificate:
                details.append(_("%(company)s: none", company=company.name))
                continue
            if certificate.valid_to < now:
                state = "broken"
            elif certificate.valid_to < now + SOON and state == "ok":
                state = "look"
            day = fields.Date.to_string(certificate.valid_to)
            details.append(_("%(company)s: valid until %(day)s", company=company.name, day=day))
        advice = _("Renew the certificate: contracts wait for their seal once it has expired.")
        return state, "; ".join(details), advice, action

    @api.model
    def _find_timestamp_health(self):
        """Return whether contracts wait for a seal; the authority is not asked."""
        action = "customer_contract.customer_contract_action"
        hosts = {
            urlsplit(company.contract_timestamp_url).hostname
            for company in self.env.companies
            if company.contract_timestamp_url
        }
        name = ", ".join(sorted(filter(None, hosts))) or _("None")
        waiting = self.env["customer.contract"].search_count(
            [
                ("state", "=", "signed"),
                ("copies_sent_on", "=", False),
                ("seal_state", "=", "pending"),
            ],
            limit=MOST_COUNTED,
        )
        if waiting:
            detail = _(
                "%(name)s; %(count)s contracts wait for their seal", name=name, count=waiting
            )
            advice = _("Their messages say why: mend the certificate or the authority.")
            return "broken", detail, advice, action
        return "ok", name, "", "customer_contract.res_config_settings_action"
