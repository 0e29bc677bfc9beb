from . import (
    customer_contract,
    customer_contract_conversation,
    customer_contract_event,
    customer_contract_link,
    customer_contract_participant,
    customer_contract_preview,
    ir_http,
    mail_mail,
)
