from . import (
    test_field_hidden_in_states,
    test_field_rules,
    test_hidden_field,
    test_read_only_field,
)
