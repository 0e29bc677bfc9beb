from . import (
    customer_contract_field_access_mixin,  # first: the others inherit it
    customer_contract,
    customer_contract_document,
    customer_contract_event,
    customer_contract_field_rule,
    customer_contract_milestone,
    customer_contract_participant,
    customer_contract_section,
    customer_contract_type_field,
    customer_contract_version,
    guard,
    ir_ui_view,
    mail_tracking_value,
)
