from . import (
    test_consent_language,
    test_interim_document,
    test_refused_requests,
    test_signature_picture,
    test_signing,
    test_signing_http,
    test_typeface,
)
