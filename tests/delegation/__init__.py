from . import (
    test_delegation,
    test_delegation_http,
    test_delegation_report,
    test_substitute,
)
