from . import (
    customer_contract,
    customer_contract_date,
    customer_contract_event,
    customer_contract_milestone,
    customer_contract_milestone_amount,
    customer_contract_milestone_copy,
    customer_contract_policy_mixin,
    customer_contract_type,
)
