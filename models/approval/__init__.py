from . import (
    customer_contract_amount_range_mixin,  # first: rules and authorities inherit it
    customer_contract,
    customer_contract_approval_plan,
    customer_contract_approval_rule,
    customer_contract_approval_rule_step,
    customer_contract_authority,
    customer_contract_event,
    customer_contract_participant,
    customer_contract_routing_step,
    res_company,
    res_config_settings,
    res_partner,
    res_users,
)
