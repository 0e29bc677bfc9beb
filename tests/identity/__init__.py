from . import (
    test_identity,
    test_identity_acts,
    test_identity_http,
)
