from . import test_custom_fields
