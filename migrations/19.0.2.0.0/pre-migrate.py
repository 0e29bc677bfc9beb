"""Make way for the texts and templates that stand in other files since 19.0.2.0.0."""

# The template's XML id, and the file that resetting it reads.
TEMPLATE_FILES = {
    "mail_template_approval": "approval",
    "mail_template_cancelled": "contract",
    "mail_template_code": "identity",
    "mail_template_daily_record": "integrity",
    "mail_template_delegated": "delegation",
    "mail_template_in_person": "in_person",
    "mail_template_paper_returned": "paper",
    "mail_template_reminder": "reminder",
    "mail_template_request": "signature",
    "mail_template_shared": "sharing",
    "mail_template_signed": "signature",
    "mail_template_values_accepted": "customer_input",
    "mail_template_values_changed": "customer_input",
    "mail_template_values_refused": "customer_input",
}
# Views in which a sentence says something a little different now: Odoo would take the
# translation of the former one for that of the new one, and keep it.
REWORDED_VIEWS = (
    "portal_contract_messages",
    "portal_contract_page_dispute",
    "portal_link_requested",
    "portal_link_unusable",
    "report_customer_contract_completion_seal",
    "report_customer_contract_completion_timeline",
    "report_customer_contract_completion_values",
    "verification_contract",
)


def migrate(cr, version):
    _forget_former_translations(cr)
    _name_template_files(cr)


def _forget_former_translations(cr):
    """Have the update translate anew what it would leave as it was."""
    cr.execute(
        """
        UPDATE ir_ui_view
           SET arch_db = jsonb_build_object('en_US', arch_db -> 'en_US')
          FROM ir_model_data data
         WHERE data.model = 'ir.ui.view'
           AND data.res_id = ir_ui_view.id
           AND data.module = 'customer_contract'
           AND data.name = ANY(%s)
           AND NOT coalesce(data.noupdate, FALSE)
        """,
        [list(REWORDED_VIEWS)],
    )


def _name_template_files(cr):
    """Templates belong to the company, so that no update tells them where they stand."""
    for name, stem in TEMPLATE_FILES.items():
        cr.execute(
            """
            UPDATE mail_template
               SET template_fs = %s
              FROM ir_model_data data
             WHERE data.model = 'mail.template'
               AND data.res_id = mail_template.id
               AND data.module = 'customer_contract'
               AND data.name = %s
            """,
            (f"customer_contract/data/{stem}.xml", name),
        )
