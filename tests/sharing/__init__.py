from . import (
    test_readers,
    test_sharing,
    test_sharing_tours,
)
