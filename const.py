"""Words that several features share, each in one place.

Words that are stored, or that hashes cover, are never renamed.
"""

import re

# === STATES === #

# Where a contract's request stands: being written or approved, not decided yet, and
# ended without signatures.
PREPARING_STATES = ("draft", "approval")
ASKING_STATES = ("approval", "sent")
# The company may sign a draft, which freezes it, before it is sent.
SIGNABLE_STATES = ("draft", "sent")
OPEN_STATES = ("draft", "approval", "sent", "disputed")
CLOSED_STATES = ("declined", "cancelled", "expired")

# Where a participant's part stands: asked to act, and not over yet.
ASKED_STATES = ("requested", "viewed")
PENDING_STATES = ("waiting", *ASKED_STATES)

# === IDENTITY === #

# How surely a signer must be identified, the weakest first.
IDENTITY_POLICIES = [
    ("link", "Personal Link"),
    ("code", "Personal Link and One-Time Code"),
    ("portal", "Portal Login"),
    ("portal_2fa", "Portal Login with Second Factor or Passkey"),
]

# === ROUTING === #

# How many of a step's people have to act.
STEP_POLICIES = [
    ("all", "Everybody"),
    ("any", "Any One"),
    ("count", "A Number"),
]

# === EVIDENCE === #

# What the first event of a trail follows.
GENESIS = "0" * 64
CONTENT_SCHEMA = "customer_contract/1"
EVIDENCE_SCHEMA = "customer_contract.evidence/1"
BUNDLE_SCHEMA = "customer_contract.bundle/1"
EVIDENCE_FILE_NAME = "evidence.json"

# Whom events are told, beside the contract's managers: see `_get_audiences`.
PORTAL = "portal"
EVIDENCE = "evidence"
CHANGES = "changes"

# What is kept of an answer of `verify_integrity`, by its state.
INTEGRITY_RESULTS = {"ok": "intact", "pending": "pending", "damaged": "damaged"}

# === KEYS OF THE SESSION AND THE CONTEXT === #

# When the session last did something that is written.
WRITTEN_KEY = "customer_contract_written"

LINKS_KEY = "customer_contract_links"
AUTH_METHOD_KEY = "customer_contract_auth_method"
PREVIEW_KEY = "customer_contract_preview_as"

# === MAILS AND REPORTS === #

MAIL_LAYOUT = "customer_contract.mail_layout"
CONTRACT_REPORT = "customer_contract.report_customer_contract"

# === FILES FROM OUTSIDE === #

SCANNER_PARAMETER = "customer_contract.malware_scanner"
SCANNER_ADDRESS = re.compile(r"(?:unix:(?P<path>/\S+)|tcp:(?P<host>[^\s:]+):(?P<port>\d{1,5}))")
MOST_PAPER_BYTES = 20 * 1024 * 1024
MOST_PAPER_PAGES = 60
