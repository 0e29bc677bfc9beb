from . import (
    customer_contract,
    customer_contract_participant,
    customer_contract_type,
)
