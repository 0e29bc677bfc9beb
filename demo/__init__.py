from . import customer_contract_demo
