from . import (
    contract_list,
    delegation,
    evidence,
    identification,
    link_log_filter,
    personal_link,
    portal,
    signing,
    preview,
    verification,
)
