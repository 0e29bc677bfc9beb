"""The features, in the order in which they build on each other.

A package may use those before it, never those after it; the six packages of the core
may use each other. The core names no feature: it offers hooks with empty answers, which
features extend by ``super()``. A package extends a model in a file of that model's name,
or, where that would be too long, in files named after the model and a topic. Within a
package the order of files means nothing. Between packages, only the modules of the root
are imported: ``const``, ``exceptions``, ``utils`` and ``tools``. The tests under
``tests/source`` read all this off the source.
"""

# What knows no contract: protected fields, rows that are never changed, rate limits,
# the check of files from outside
from . import protection
from . import file_check

# The core
from . import contract  # what a contract is, its life, its form
from . import evidence  # frozen versions, the audit trail, the stored files
from . import signature  # acts, consent, signatures, and what follows the last of them
from . import participant  # who acts when, in whose place, in which step
from . import portal  # personal links, mails, conversation, what customers find
from . import identity  # how surely a person must be known, one-time codes

# The features
from . import preparation  # freezing and sending out of the sender's way
from . import standing  # who may still act, at which address
from . import delegation  # parts passed on to colleagues and substitutes
from . import approval  # rules, four eyes, registered authority
from . import permission  # which ways to sign are open to whom
from . import sharing  # requester, observers, colleagues
from . import document  # previews, access log, visibility of files
from . import reminder
from . import dispute
from . import in_person  # signing on a device that is handed over
from . import milestone
from . import custom_field  # fields by type, placeholders, conditions
from . import customer_input  # what customers confirm and change
from . import seal  # certificates, and the seal over the signed file
from . import integrity  # nightly check, daily records, bundle, public verification
from . import paper  # signing by hand
from . import second_factor  # whether staff has to log in with one

# The last: it wraps what users ask for
from . import field_rule
