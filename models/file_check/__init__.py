from . import (
    customer_contract_file_check,
    customer_contract_file_scanner,
    customer_contract_health,
)
