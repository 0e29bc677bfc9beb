from . import (
    test_replacement,
    test_routing,
    test_routing_property,
)
