"""What the addon answers over HTTP: the table of contents, in the order of the rule.

:class:`~.portal.CustomerContractPortal` is the one root: Odoo merges all that is derived
from it into one class. A feature adds to the contract's page, to the acts and to their
checks by ``super()``, in a file of its name, which holds its routes as well.

* The core names no feature: it offers hooks with empty or neutral answers.
* A feature uses the core and the features above it.
* An extension gives the same answer wherever it stands in the chain; what takes away from
  the page does so in ``_restrict_contract_values``, after everything was added.
* Helpers have names of their own: two features' methods of the same name would be one.

Only the list of contracts has another root, Odoo's own portal.
"""

# the core: what all pages are made of
from . import access, facts, notice, page
from . import portal, portal_list, link, signing, identity

# the features
from . import delegation
from . import preview
from . import document
from . import dispute
from . import in_person
from . import milestone
from . import customer_input
from . import verification
from . import evidence
from . import paper
from . import second_factor
