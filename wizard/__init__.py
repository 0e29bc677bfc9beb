from . import customer_contract_reason, customer_contract_sign, mail_compose_message
