from . import (
    test_milestone,
    test_milestone_portal,
)
