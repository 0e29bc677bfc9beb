"""Mails name the moment of the deadline, with its time and zone, where they named the day.

The company's own words around it stay.
"""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE mail_template
           SET body_html = replace(
                   body_html::text,
                   'format_date(object.sign_deadline)',
                   'object.sign_deadline_text'
               )::jsonb
         WHERE model = 'customer.contract'
           AND body_html::text LIKE '%format_date(object.sign_deadline)%'
        """
    )
