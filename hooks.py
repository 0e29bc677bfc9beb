from odoo.tools import SQL


def post_init_hook(env):
    """Give the companies that exist already their sequence of references."""
    env["res.company"].search([])._create_contract_sequences()


def uninstall_hook(env):
    """Lift the protection of evidence, so that the addon's data can go with it.

    This is the administrator's explicit decision to give up the evidence; it is
    logged by the server as the uninstallation itself.
    """
    env["ir.attachment"]._release_contract_evidence()
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS customer_contract_refuse_change() CASCADE"))
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS customer_contract_refuse_deletion() CASCADE"))
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS customer_contract_refuse_frozen() CASCADE"))
    # Types of activities go after those who use them, done ones included.
    kinds = env["ir.model.data"].search(
        [("module", "=", "customer_contract"), ("model", "=", "mail.activity.type")]
    )
    env["mail.activity"].with_context(active_test=False).search(
        [("activity_type_id", "in", kinds.mapped("res_id"))]
    ).unlink()
    # Versions hold on to their files. The ORM still refuses to delete evidence.
    env.cr.execute(SQL("DELETE FROM customer_contract"))
    env.invalidate_all()
    # Naming the id makes the search include files that are stored in fields.
    files = env["ir.attachment"].search(
        [("id", "!=", False), ("res_model", "=like", "customer.contract%")]
    )
    files._as_system().unlink()
    sequences = env["ir.sequence"].search([("code", "=", "customer.contract")])
    # Deleted with their parent only, they would leave their counters behind.
    sequences.date_range_ids.unlink()
    sequences.unlink()
