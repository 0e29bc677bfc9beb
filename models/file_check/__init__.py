from . import (
    customer_contract_file_check,
    customer_contract_file_scanner,
)
