from . import (
    test_portal_customers,
    test_readers,
    test_sharing,
    test_sharing_tours,
)
