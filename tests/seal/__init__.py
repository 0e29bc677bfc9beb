from . import (
    test_seal,
    test_seal_attacks,
    test_seal_certificate,
    test_sealed_archive,
    test_sealed_document,
)
