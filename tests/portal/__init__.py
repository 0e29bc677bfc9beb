from . import (
    test_conversation,
    test_delivery,
    test_doors,
    test_portal_access,
    test_portal_act_tours,
    test_portal_link,
    test_portal_list,
    test_portal_page,
    test_portal_tours,
    test_preview,
    test_reader_language,
    test_view,
)
