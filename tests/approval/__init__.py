from . import (
    test_approval_rules,
    test_approval_tours,
    test_authority,
    test_superior,
)
