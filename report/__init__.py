from . import report_customer_contract
