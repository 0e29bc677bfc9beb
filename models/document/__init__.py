from . import (
    customer_contract,
    customer_contract_document,
    customer_contract_document_access,
    customer_contract_type,
    ir_binary,
)
