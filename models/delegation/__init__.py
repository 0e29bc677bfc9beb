from . import (
    customer_contract,
    customer_contract_event,
    customer_contract_participant,
    customer_contract_policy_mixin,
    customer_contract_signature,
    customer_contract_substitute,
    customer_contract_type,
)
