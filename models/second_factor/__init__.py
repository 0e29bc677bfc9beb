from . import (
    customer_contract,
    customer_contract_administration_mixin,
    customer_contract_approval_rule,
    customer_contract_approval_rule_step,
    customer_contract_authority,
    customer_contract_certificate,
    customer_contract_consent,
    customer_contract_health,
    customer_contract_type,
    res_company,
    res_config_settings,
    res_users,
)
