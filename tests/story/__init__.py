from . import (
    test_access_matrix,
    test_access_matrix_portal,
    test_action_order_property,
    test_concurrency,
    test_demo,
    test_dialogs,
    test_jobs,
    test_marked_language,
    test_several_at_once,
    test_translations,
    test_views,
    test_whole_story,
)
