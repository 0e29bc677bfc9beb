from . import (
    test_signature_picture,
    test_signing,
    test_signing_http,
)
