from . import (
    test_frozen_address,
    test_standing,
    test_standing_update,
)
