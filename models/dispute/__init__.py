from . import (
    customer_contract,
    customer_contract_dispute,
    customer_contract_dispute_category,
    ir_attachment,
)
