from . import (
    customer_contract_policy_mixin,  # first: contracts and types inherit it
    customer_contract_component_mixin,  # first, too: what belongs to contracts inherits it
    customer_contract_shared_mixin,  # likewise: configuration does
    customer_contract,
    customer_contract_bulk,
    customer_contract_date,
    customer_contract_dates,
    customer_contract_deadline,
    customer_contract_document,
    customer_contract_figures,
    customer_contract_form,
    customer_contract_health,
    customer_contract_lifecycle,
    customer_contract_moves,
    customer_contract_primary_act,
    customer_contract_refusal_reason,
    customer_contract_section,
    customer_contract_stage,
    customer_contract_tag,
    customer_contract_to_do,
    customer_contract_type,
    digest_digest,
    res_company,
    res_config_settings,
    res_partner,
)
