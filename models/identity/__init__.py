from . import (
    customer_contract,
    customer_contract_code,
    customer_contract_event,
    customer_contract_participant,
    customer_contract_policy_mixin,
    mail_mail,
    res_users,
)
