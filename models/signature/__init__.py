from . import (
    customer_contract,
    customer_contract_act,
    customer_contract_completion,
    customer_contract_consent,
    customer_contract_event,
    customer_contract_interim,
    customer_contract_signature,
)
