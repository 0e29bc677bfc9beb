from . import (
    test_company_paper,
    test_paper,
    test_paper_evidence,
    test_paper_http,
    test_paper_pages,
    test_paper_tours,
)
