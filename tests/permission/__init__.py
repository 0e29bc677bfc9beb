from . import test_allowed_actions, test_company_signer
