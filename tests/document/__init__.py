from . import (
    test_document,
    test_document_portal,
    test_document_tours,
    test_folder,
)
