from . import (
    test_attack_bundle,
    test_attack_bundle_checks,
    test_attack_calls,
    test_attack_database,
    test_attack_evidence,
    test_attack_fault,
    test_attack_insider,
    test_attack_register,
    test_attack_stranger,
    test_attack_table,
)
