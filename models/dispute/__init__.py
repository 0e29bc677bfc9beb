from . import (
    customer_contract,
    customer_contract_dispute,
    customer_contract_dispute_category,
    customer_contract_event,
    ir_attachment,
)
