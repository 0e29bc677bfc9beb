from . import (
    base,
    customer_contract,
    customer_contract_comparison,
    customer_contract_content,
    customer_contract_event,
    customer_contract_export,
    customer_contract_refusal,
    customer_contract_rows,
    customer_contract_version,
    ir_actions_report,
    ir_attachment,
    res_config_settings,
)
