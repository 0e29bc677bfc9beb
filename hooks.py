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
    # Naming the id makes the search include files that are stored in fields.
    files = env["ir.attachment"].search(
        [("id", "!=", False), ("res_model", "=like", "customer.contract%")]
    )
    files._with_pass().unlink()
    env["ir.sequence"].search([("code", "=", "customer.contract")]).unlink()
