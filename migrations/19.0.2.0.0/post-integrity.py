"""Contracts that exist already get numbers, without gaps: those of today are taken as given."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE customer_contract contract
           SET register_number = counted.number
          FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS number
                  FROM customer_contract) counted
         WHERE counted.id = contract.id
        """
    )
    cr.execute(
        "SELECT setval('customer_contract_register_number', max(register_number))"
        " FROM customer_contract HAVING max(register_number) IS NOT NULL"
    )
