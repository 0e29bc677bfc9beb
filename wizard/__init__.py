from . import (
    customer_contract_certificate_create,
    customer_contract_certificate_import,
    customer_contract_delegate,
    customer_contract_integrity_report,
    customer_contract_integrity_report_line,
    customer_contract_preview,
    customer_contract_reason,
    customer_contract_replace,
    customer_contract_share,
    customer_contract_sign,
    mail_compose_message,
)
