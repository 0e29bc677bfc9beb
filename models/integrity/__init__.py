from . import (
    customer_contract,
    customer_contract_anchor,
    customer_contract_bundle,
    customer_contract_bundle_check,
    customer_contract_daily_record,
    customer_contract_event,
    customer_contract_health,
    customer_contract_register,
    customer_contract_verification,
)
