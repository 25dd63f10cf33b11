"""Why somebody is told, how soon, and what a watch may be set on."""

from enum import StrEnum


class WatchKind(StrEnum):
    """What can be watched."""

    REQUIREMENT = "requirement"
    LAUNCH = "launch"
    MECHANISM = "mechanism"
    VIEW = "view"
    TEAM = "team"


class Reason(StrEnum):
    """Why a person is told of an event."""

    # Named in a comment.
    MENTION = "mention"
    # A decision on what the person asked for or owns.
    DECISION = "decision"
    # Anything else about what the person asked for or owns.
    OWN = "own"
    # It waits for the person.
    TURN = "turn"
    SUPPORTED = "supported"
    WATCHED = "watched"
    VIEW = "view"
    TEAM = "team"


class Pace(StrEnum):
    """How a reason reaches a person beside the inbox."""

    NOW = "now"
    DAILY = "daily"
    INBOX = "inbox"
    OFF = "off"


# The usual way: immediate mail only for mentions and for decisions on one's own.
USUAL_PACE: dict[Reason, Pace] = {
    reason: Pace.NOW if reason in {Reason.MENTION, Reason.DECISION} else Pace.DAILY
    for reason in Reason
}


class MailKind(StrEnum):
    """What a mail is."""

    DIGEST = "digest"
    IMMEDIATE = "immediate"
    # An invitation or a new password.
    ACCOUNT = "account"


class MailState(StrEnum):
    """How far a mail is."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
