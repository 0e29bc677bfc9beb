from . import test_access_rights, test_evidence, test_lifecycle, test_routing, test_signing
