"""Fills a database with quotations beside its contracts. Runs in Odoo's shell.

They are Odoo's own peers of contracts: sent to customers, who sign them in the portal.
One is made by Odoo, the others are its copies; each customer has as many as contracts.
"""

LINES = 3
COPY_ORDERS = """
    INSERT INTO sale_order
    SELECT (jsonb_populate_record(original, jsonb_build_object(
               'id', nextval('sale_order_id_seq'),
               'name', 'BENCH/' || lpad(row_number() OVER (ORDER BY contract.id)::text, 7, '0'),
               'client_order_ref', contract.title,
               'partner_id', contract.requester_id,
               'partner_invoice_id', contract.requester_id,
               'partner_shipping_id', contract.requester_id,
               'user_id', contract.user_id,
               'access_token', NULL,
               'state', CASE contract.state WHEN 'draft' THEN 'draft' ELSE 'sent' END
           ))).*
      FROM sale_order original, customer_contract contract
     WHERE original.id = %s
"""
COPY_LINES = """
    INSERT INTO sale_order_line
    SELECT (jsonb_populate_record(original, jsonb_build_object(
               'id', nextval('sale_order_line_id_seq'), 'order_id', sale_order.id
           ))).*
      FROM sale_order_line original, sale_order
     WHERE original.order_id = %s AND sale_order.id != %s
"""


def fill(env, _count):
    """Make a quotation for each contract.

    :param env: of the shell, elevated
    :param int _count: how many contracts there are
    """
    product = env["product.product"].create({"name": "Service", "list_price": 400})
    order = env["sale.order"].create(
        {
            "partner_id": env["res.partner"].search([("email", "=like", "buyer%")], limit=1).id,
            "order_line": [(0, 0, {"product_id": product.id}) for _number in range(LINES)],
        }
    )
    env.flush_all()
    env.cr.execute(COPY_ORDERS, (order.id,))
    env.cr.execute(COPY_LINES, (order.id, order.id))
    env.cr.commit()
