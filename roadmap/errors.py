"""Errors of the domain; ``web.failures`` maps each to HTTP once."""

from collections.abc import Mapping


class RoadmapError(Exception):
    """Base of all expected failures; the message is a sentence a person can act on."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(RoadmapError):
    """Input that cannot be accepted; ``fields`` names the input each sentence belongs to."""

    status = 422

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})

    @classmethod
    def at(cls, name: str, message: str) -> "Invalid":
        """Return the error for one field."""
        return cls(message, {name: message})


class NotFound(RoadmapError):
    """A record that does not exist, or that the reader must not learn exists."""

    status = 404


class Forbidden(RoadmapError):
    """A record the reader may see but not act on."""

    status = 403


class Conflict(RoadmapError):
    """Two people changed the same field; ``fields`` maps it to (mine, theirs)."""

    status = 409

    def __init__(self, message: str, fields: Mapping[str, tuple[str, str]] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})
