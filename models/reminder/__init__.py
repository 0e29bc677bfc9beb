from . import (
    customer_contract,
    customer_contract_participant,
    customer_contract_policy_mixin,
    res_company,
    res_config_settings,
)
