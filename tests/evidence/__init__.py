from . import (
    test_evidence,
    test_printed_meaning,
    test_trail,
)