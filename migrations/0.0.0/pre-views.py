"""Let no old view look for something that the form itself has no longer: at every update."""


def migrate(cr, version):
    """Empty the views that extend others.

    Whatever an update loads is checked together with the views that it has not
    reached yet. It fills each of them again.
    """
    cr.execute(
        """
        UPDATE ir_ui_view
           SET arch_db = jsonb_build_object('en_US', '<data/>')
          FROM ir_model_data data
         WHERE data.model = 'ir.ui.view'
           AND data.res_id = ir_ui_view.id
           AND data.module = 'customer_contract'
           AND NOT coalesce(data.noupdate, FALSE)
           AND ir_ui_view.mode = 'extension'
           AND ir_ui_view.type != 'qweb'
        """
    )


