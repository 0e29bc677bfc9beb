from . import (
    contract_list,
    evidence,
    link_log_filter,
    personal_link,
    portal,
    signing,
    verification,
)
