from . import customer_contract_demo, customer_contract_paper_demo
