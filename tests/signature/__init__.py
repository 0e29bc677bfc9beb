from . import (
    test_consent_language,
    test_signing,
    test_signing_http,
)
