from . import (
    test_signing,
    test_signing_http,
)
