from . import (
    customer_contract,
    customer_contract_decision,
    customer_contract_event,
    customer_contract_new_version,
    customer_contract_participant,
    customer_contract_value_draft,
    customer_contract_value_proposal,
)
