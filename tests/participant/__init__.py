from . import (
    test_address,
    test_employee_notice,
    test_replacement,
    test_routing,
    test_routing_property,
)
