from . import (
    test_access_rights,
    test_concurrency,
    test_evidence,
    test_identity,
    test_lifecycle,
    test_routing,
    test_signing,
)
