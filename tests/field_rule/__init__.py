from . import (
    test_field_rules,
    test_field_rules_each_way,
    test_field_rules_update,
    test_hidden_field,
    test_read_only_field,
    test_ruled_custom_field,
)
