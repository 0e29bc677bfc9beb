from . import (
    test_access_rights,
    test_backend_tour,
    test_component,
    test_deadline,
    test_lifecycle,
    test_party,
    test_picture_warning,
    test_policy,
    test_report,
    test_section_pictures,
    test_stage,
    test_typed_text,
)
