from . import (
    customer_contract,
    customer_contract_event,
    customer_contract_participant,
    mail_mail,
    res_groups,
    res_partner,
    res_users,
)
