from . import (
    customer_contract_protection_mixin,  # first: evidence is protected
    customer_contract_evidence_mixin,
    customer_contract_frozen_mixin,
    customer_contract_health,
    customer_contract_needed_record_mixin,
    customer_contract_rate_limit,
)
