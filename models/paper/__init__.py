from . import (
    customer_contract,
    customer_contract_event,
    customer_contract_paper,
    customer_contract_paper_copy,
    customer_contract_paper_decision,
    customer_contract_paper_file,
    customer_contract_paper_page,
    customer_contract_participant,
    customer_contract_signature,
    res_company,
    res_config_settings,
)
