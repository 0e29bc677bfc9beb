from . import (
    report_customer_contract,
    report_customer_contract_completion,
    report_customer_contract_value,
    report_customer_contract_milestone,
    report_customer_contract_paper,
    report_customer_contract_standing,
)
