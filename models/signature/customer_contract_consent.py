from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...utils import sha256_of


class CustomerContractConsent(models.Model):
    """The text a signer agrees to before signing electronically.

    A text that was shown to somebody is not edited: a new version replaces it.
    """

    _name = "customer.contract.consent"
    _inherit = "customer.contract.shared.mixin"
    _rules_others = True
    _description = "Consent to Electronic Signature"
    _order = "company_id, lang, version desc"

    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Empty: for every company without its own.",
    )
    lang = fields.Selection(
        "_get_languages",
        "Language",
        help="Empty: for every language without its own. A text also serves those who read "
        "the language as it is spoken elsewhere.",
    )
    version = fields.Integer(readonly=True, copy=False)
    text = fields.Text(required=True)
    digest = fields.Char("SHA-256", compute="_compute_digest", store=True)
    active = fields.Boolean(default=True)
    _version_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), COALESCE(lang, ''), version)",
        "The versions of a consent text are numbered without repetition.",
    )

    @api.model
    def _get_languages(self):
        """Return all languages: texts are there before their language is activated."""
        languages = (
            self.env["res.lang"]
            .with_context(active_test=False)
            .search_fetch([("code", "!=", False)], ["code", "name"])
        )
        return [(language.code, language.name) for language in languages]

    @api.depends("version", "lang", "company_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        languages = dict(self._get_languages())
        for consent in self:
            words = (
                languages.get(consent.lang) or _("All languages"),
                consent.company_id.name,
                consent.version and _("version %(number)s", number=consent.version),
            )
            consent.display_name = ", ".join(filter(None, words))

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
        company's own for all languages, then the general ones. A text in the language as
        it is spoken elsewhere comes after the one in just that language.

        :param recordset company: the contract's company
        :param str lang: the reader's language code
        :rtype: recordset of `customer.contract.consent`, elevated
        """
        # Signers have no rights on configuration.
        consents_sudo = self.sudo().search_fetch(
            [("company_id", "in", (company.id, False))], ["company_id", "lang", "version", "digest"]
        )
        return consents_sudo.filtered(
            lambda consent: not consent.lang or consent._is_in(lang)
        ).sorted(
            lambda consent: (
                bool(consent.company_id),
                bool(consent.lang),
                consent.lang == lang,
                consent.version,
            ),
            reverse=True,
        )[:1]

    def _is_in(self, lang):
        """Tell whether the text is in a language, wherever that is spoken.

        What serves every language counts as English, in which it comes.

        :param str lang: a language code
        """
        self.ensure_one()
        return (self.lang or "en_US").split("_")[0] == (lang or "en_US").split("_")[0]
