"""What the addon raises that callers tell apart."""

from odoo.exceptions import UserError


class VersionChangedError(UserError):
    """The content that was shown is not the content that would be signed."""


class SealPendingError(UserError):
    """A seal is wanted and cannot be made now. Nothing is stored without it."""
