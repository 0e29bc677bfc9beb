from . import (
    test_attack_calls,
    test_attack_evidence,
    test_attack_insider,
    test_attack_stranger,
    test_attack_table,
)
