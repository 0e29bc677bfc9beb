from . import test_allowed_actions
