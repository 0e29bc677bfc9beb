"""Make way for the templates that stand in other files since 19.0.2.0.0."""

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


def migrate(cr, version):
    _name_template_files(cr)


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
