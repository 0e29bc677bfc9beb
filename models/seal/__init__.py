from . import (
    customer_contract,
    customer_contract_certificate,
    customer_contract_certificate_key,
    customer_contract_event,
    customer_contract_health,
    res_config_settings,
)
