-- What opens contracts on the original opens nothing on a copy of its database.
UPDATE customer_contract_link SET is_revoked = TRUE;
UPDATE customer_contract_code SET is_spent = TRUE;
UPDATE customer_contract_in_person SET is_closed = TRUE;
