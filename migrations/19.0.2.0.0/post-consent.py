"""Consent texts in French and Spanish come along; a company's own texts go on to count.

A text that would take the place of one that the company wrote is archived: there to be
looked at and taken into use.
"""

from odoo import SUPERUSER_ID, api

# SHA-256 of the English text, as every database got it.
ENGLISH = "3b4dbbccd9b79b08849b7137b3e200451426c5f7195a3b81503c21bf6c840896"


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in ("consent_french", "consent_spanish"):
        shipped = env.ref(f"customer_contract.{name}", raise_if_not_found=False)
        if shipped and _find_own(shipped):
            shipped.active = False


def _find_own(shipped):
    """Find the texts of the company's own in whose place the shipped one would come."""
    others = shipped.search([("company_id", "=", False), ("id", "!=", shipped.id)])
    return others.filtered(
        lambda consent: (
            consent.version < shipped.version
            if consent.lang and consent._is_in(shipped.lang)
            else not consent.lang and consent.digest != ENGLISH
        )
    )
