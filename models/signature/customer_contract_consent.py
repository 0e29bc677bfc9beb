from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...utils import sha256_of


class CustomerContractConsent(models.Model):
    """The text a signer agrees to before signing electronically.

    A text that was shown to somebody is not edited: a new version replaces it.
    """

    _name = "customer.contract.consent"
    _description = "Consent to Electronic Signature"
    _order = "company_id, lang, version desc"
    _rec_name = "version"

    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Empty: for every company without its own.",
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        "Language",
        help="Empty: for every language without its own.",
    )
    version = fields.Integer(readonly=True, copy=False)
    text = fields.Text(required=True)
    digest = fields.Char("SHA-256", compute="_compute_digest", store=True)
    active = fields.Boolean(default=True)
    _version_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), COALESCE(lang, ''), version)",
        "The versions of a consent text are numbered without repetition.",
    )

    @api.depends("text")
    def _compute_digest(self):
        for consent in self:
            consent.digest = sha256_of(consent.text or "")

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create([{**values, "version": 0} for values in vals_list])
        for consent in consents:
            newest = self.with_context(active_test=False).search(
                [
                    ("company_id", "=", consent.company_id.id),
                    ("lang", "=", consent.lang),
                    ("id", "!=", consent.id),
                ],
                order="version desc",
                limit=1,
            )
            consent.version = newest.version + 1
        return consents

    def write(self, vals):
        if set(vals) & {"text", "company_id", "lang"} and self._is_used():
            raise UserError(
                _("Somebody has agreed to this text. Add a new version instead of changing it.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self._is_used():
            raise UserError(_("Somebody has agreed to this text. Archive it instead."))

    def _is_used(self):
        """Tell whether a signature refers to one of the texts."""
        # Which texts are in use does not depend on who asks.
        return bool(
            self.env["customer.contract.signature"]
            .sudo()
            .search_count([("consent_digest", "in", self.mapped("digest"))], limit=1)
        )

    @api.model
    def _get_current(self, company, lang):
        """Return the newest text for a company and language.

        The company's own text in the reader's language is preferred, then the
        company's own for all languages, then the general ones.

        :param recordset company: the contract's company
        :param str lang: the reader's language code
        :rtype: recordset of `customer.contract.consent`, elevated
        """
        # Signers have no rights on configuration.
        consents_sudo = self.sudo().search(
            [("company_id", "in", (company.id, False)), ("lang", "in", (lang, False))]
        )
        return consents_sudo.sorted(
            lambda consent: (
                bool(consent.company_id),
                bool(consent.lang),
                consent.version,
            ),
            reverse=True,
        )[:1]
