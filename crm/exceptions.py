"""What can go wrong in the domain, in words a person can act on.

Actions and models raise these; `crm.errors` turns them into pages and API answers. Views contain no `try`.
"""


class DomainError(Exception):
    """A refusal with a machine-readable `code`, a translated `message` and, per field, what to do about it."""

    status = 400
    code = "error"

    def __init__(self, message, *, code=None, fields=None):
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = fields or {}


class Invalid(DomainError):
    """The input cannot be understood or breaks a rule; nothing was written."""

    code = "invalid"


class Conflict(DomainError):
    """Somebody was faster, or the record is no longer in the state the request expects."""

    status = 409
    code = "conflict"


class Forbidden(DomainError):
    """The record may be seen but not changed by this user."""

    status = 403
    code = "forbidden"
