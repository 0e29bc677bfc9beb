from . import (
    customer_contract_guard_mixin,  # first: evidence is guarded
    customer_contract_evidence_mixin,
    customer_contract_rate_limit,
)
