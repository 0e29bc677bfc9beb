from . import (
    test_bundle,
    test_bundle_sealed,
    test_clock,
    test_frozen_rows,
    test_integrity,
    test_integrity_state,
    test_integrity_together,
    test_register,
    test_rows,
    test_seal_value,
    test_shared_checks,
    test_verification,
)
