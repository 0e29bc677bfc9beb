from . import test_attack_evidence, test_attack_table
