"""Several mails may carry the copies of a signed contract: keep the one that did so far."""

from odoo.tools import sql


def migrate(cr, version):
    if sql.column_exists(cr, "customer_contract", "copies_message_id"):
        cr.execute(
            """
            INSERT INTO customer_contract_copies_message_rel (
                customer_contract_id, mail_message_id
            )
            SELECT id, copies_message_id
              FROM customer_contract
             WHERE copies_message_id IS NOT NULL
                ON CONFLICT DO NOTHING
            """
        )
