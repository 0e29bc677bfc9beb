from . import (
    contract_list,
    delegation,
    document,
    evidence,
    identification,
    link_log_filter,
    personal_link,
    portal,
    preview,
    signing,
    values,
    verification,
)
