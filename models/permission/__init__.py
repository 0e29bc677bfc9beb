from . import (
    customer_contract,
    customer_contract_participant,
    customer_contract_type,
    res_company,
    res_config_settings,
    res_partner,
    res_users,
)
