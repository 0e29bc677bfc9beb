from . import (
    customer_contract,
    customer_contract_event,
    customer_contract_preparation,
)
