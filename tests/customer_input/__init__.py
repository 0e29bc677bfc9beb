from . import (
    test_signing_again,
    test_value_proposal,
    test_values,
    test_values_http,
    test_values_property,
    test_values_report,
    test_values_tours,
)
