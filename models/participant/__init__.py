from . import (
    customer_contract,
    customer_contract_event,
    customer_contract_participant,
    customer_contract_participant_address,
    customer_contract_participant_side,
    customer_contract_participant_succession,
    customer_contract_progress,
    customer_contract_routing_step,
    customer_contract_succession,
)
