"""Make room for what lists of contracts show, so that Odoo does not compute it one by one."""


def migrate(cr, version):
    cr.execute(
        """
        ALTER TABLE customer_contract
            ADD COLUMN IF NOT EXISTS signer_count integer,
            ADD COLUMN IF NOT EXISTS signature_count integer,
            ADD COLUMN IF NOT EXISTS signature_progress double precision,
            ADD COLUMN IF NOT EXISTS has_unreached boolean
        """
    )
