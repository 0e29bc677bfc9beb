"""Reminders no longer say that their link replaces the one before: both work now."""

import json

SENTENCES = {
    "The button replaces the link you got before.": (
        "The button opens it, as does the link you got before."
    ),
    "Le bouton remplace le lien que vous avez déjà reçu.": (
        "Le bouton l'ouvre, tout comme le lien que vous avez déjà reçu."
    ),
    "El botón sustituye al enlace que recibió antes.": (
        "El botón lo abre, igual que el enlace que recibió antes."
    ),
}


def migrate(cr, version):
    cr.execute(
        """
        SELECT template.id, template.body_html
          FROM mail_template template
          JOIN ir_model_data data ON data.model = 'mail.template' AND data.res_id = template.id
         WHERE data.module = 'customer_contract' AND data.name = 'mail_template_reminder'
        """
    )
    for template_id, bodies in cr.fetchall():
        changed = {language: _replace(body) for language, body in (bodies or {}).items()}
        if changed != (bodies or {}):
            cr.execute(
                "UPDATE mail_template SET body_html = %s WHERE id = %s",
                [json.dumps(changed), template_id],
            )


def _replace(body):
    for old, new in SENTENCES.items():
        body = body.replace(old, new)
    return body
