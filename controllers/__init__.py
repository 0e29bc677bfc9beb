from . import contract_list, link_log_filter, personal_link, portal, signing
