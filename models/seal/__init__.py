from . import (
    customer_contract,
    customer_contract_certificate,
    customer_contract_certificate_key,
    customer_contract_event,
    res_config_settings,
)
