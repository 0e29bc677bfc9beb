from . import (
    customer_contract,
    customer_contract_document,
    customer_contract_document_access,
    customer_contract_policy_mixin,
    ir_binary,
    res_company,
    res_config_settings,
)
