"""Have an update write and translate each view anew.

An update checks what it loads together with the views that it has not reached yet: no old
one may look for something that the form itself has no longer. And Odoo would take the
translation of a former sentence for that of one that says something a little different.
"""


def migrate(cr, version):
    """Empty the views that extend others, and forget the translations of all."""
    cr.execute(
        """
        UPDATE ir_ui_view
           SET arch_db = CASE
                   WHEN ir_ui_view.mode = 'extension' AND ir_ui_view.type != 'qweb'
                   THEN jsonb_build_object('en_US', '<data/>')
                   ELSE jsonb_build_object('en_US', arch_db -> 'en_US')
               END
          FROM ir_model_data data
         WHERE data.model = 'ir.ui.view'
           AND data.res_id = ir_ui_view.id
           AND data.module = 'customer_contract'
           AND NOT coalesce(data.noupdate, FALSE)
        """
    )
