from . import (
    test_evidence,
    test_printed_meaning,
    test_safe_style,
    test_trail,
)
