from odoo import SUPERUSER_ID, fields, models

# What people read and what decides who gets it; other settings are nobody's words.
WORDS = {"subject", "body_html", "email_from", "email_to", "email_cc", "reply_to", "lang"}
PREFIX = "customer.contract"


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template", "customer.contract.needed.record.mixin"]

    is_contract_own_words = fields.Boolean(
        "Own Words",
        readonly=True,
        copy=False,
        help="Somebody has edited the words of this e-mail about contracts: an update leaves "
        "them alone. Resetting brings back those that come along.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & WORDS:
            self._mark_own_words()
        return result

    def update_field_translations(self, field_name, translations, source_lang=""):
        result = super().update_field_translations(
            field_name, translations, source_lang=source_lang
        )
        if field_name in WORDS:
            self._mark_own_words()
        return result

    def reset_template(self):
        """Bring back the words that come along, which follow updates from then on."""
        result = super().reset_template()
        self.filtered(lambda one: one.is_contract_own_words)._mark_words(False)
        return result

    def _mark_own_words(self):
        """Keep in mind that people changed the words, so that no update replaces them."""
        if self.env.uid == SUPERUSER_ID or self.env.context.get("install_mode"):
            return
        self.filtered(
            lambda one: (one.model or "").startswith(PREFIX) and not one.is_contract_own_words
        )._mark_words(True)

    def _mark_words(self, is_own):
        """Mark whose words they are, whoever may write which field.

        :param bool is_own: whether they are the company's own
        :return: True
        :rtype: bool
        """
        # pylint: disable=super-method-mismatch
        return super().write({"is_contract_own_words": is_own})  # not our own, which calls this
