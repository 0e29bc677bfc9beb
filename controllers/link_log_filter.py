"""Keep the tokens of personal links out of this server's own log.

A token gives access to a contract, and the web server writes the address of
every request to the log.
"""

import logging
import re

TOKEN_IN_ADDRESS = re.compile(
    r"((?:/|%2F)contract(?:/|%2F)(?:sign|in_person)(?:/|%2F))[^/\s?&#\"']+", re.I
)


class LinkLogFilter(logging.Filter):
    """Replaces tokens in whatever a logger is about to write."""

    def filter(self, record):
        message = record.getMessage()
        masked = TOKEN_IN_ADDRESS.sub(r"\1***", message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True


logging.getLogger("werkzeug").addFilter(LinkLogFilter())
