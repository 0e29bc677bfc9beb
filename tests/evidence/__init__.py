from . import (
    test_cut_off_file,
    test_evidence,
    test_paper_layout,
    test_printed_meaning,
    test_printing,
    test_safe_style,
    test_trail,
    test_typography,
)
