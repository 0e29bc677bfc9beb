from . import (
    customer_contract,
    customer_contract_section,
    customer_contract_type,
    customer_contract_type_field,
    customer_contract_type_field_value,
)
