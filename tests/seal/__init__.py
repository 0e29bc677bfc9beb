from . import (
    test_archive_validity,
    test_quick_read,
    test_seal,
    test_seal_attacks,
    test_seal_certificate,
    test_sealed_archive,
    test_sealed_document,
)
