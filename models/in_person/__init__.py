from . import (
    customer_contract,
    customer_contract_event,
    customer_contract_in_person,
    customer_contract_policy_mixin,
    customer_contract_signature,
)
