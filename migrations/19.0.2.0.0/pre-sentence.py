"""Let no old template look for words that are part of a sentence now.

Whatever an update loads is checked together with what it has not reached yet. It fills
the template again.
"""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE ir_ui_view
           SET arch_db = jsonb_build_object('en_US', '<data/>')
          FROM ir_model_data data
         WHERE data.model = 'ir.ui.view'
           AND data.res_id = ir_ui_view.id
           AND data.module = 'customer_contract'
           AND data.name = 'report_customer_contract_signature_paper'
        """
    )
