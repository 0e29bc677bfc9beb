from . import (
    customer_contract,
    customer_contract_certificate,
    customer_contract_certificate_key,
    res_config_settings,
)
