"""Why somebody is told, how soon, when a mail is due and tried again. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class WatchKind(StrEnum):
    """What can be watched."""

    REQUIREMENT = "requirement"
    LAUNCH = "launch"
    MECHANISM = "mechanism"
    VIEW = "view"
    TEAM = "team"


class Reason(StrEnum):
    """Why a person is told of an event; the strongest comes first."""

    # Named in a comment.
    MENTION = "mention"
    # A decision on what the person asked for or owns.
    DECISION = "decision"
    # Nobody did what was due, so it comes to the person who leads.
    ESCALATED = "escalated"
    # It waits for the person.
    TURN = "turn"
    # Anything else about what the person asked for or owns.
    OWN = "own"
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


# The usual way: immediate mail only for mentions, for decisions on one's own, and for what is
# escalated to one.
_AT_ONCE = frozenset({Reason.MENTION, Reason.DECISION, Reason.ESCALATED})
USUAL_PACE: dict[Reason, Pace] = {
    reason: Pace.NOW if reason in _AT_ONCE else Pace.DAILY for reason in Reason
}
_STRENGTH = {reason: place for place, reason in enumerate(Reason)}


class MailKind(StrEnum):
    """What a mail is."""

    DIGEST = "digest"
    IMMEDIATE = "immediate"
    # An invitation or a new password.
    ACCOUNT = "account"
    # Questions to an owner that a person sent.
    QUESTIONS = "questions"


class MailState(StrEnum):
    """How far a mail is."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


# ---- what an event is to whom ----

# Decided by somebody on a record that is another's: its requester or owner hears at once.
DECISIONS = frozenset(
    {
        *(f"requirement.{word}" for word in ("accepted", "declined", "merged", "unmerged")),
        *(f"requirement.{word}" for word in ("snoozed", "asked", "reopened", "move_undone")),
        *(
            f"requirement.moved_to_{state}"
            for state in ("accepted", "planned", "in_progress", "delivered")
        ),
        *(f"launch.{word}" for word in ("committed", "live", "paused", "rolled_back")),
        *(f"launch.{word}" for word in ("closed", "cancelled")),
        *("waiver.approved", "waiver.refused", "mechanism.stage_moved"),
        *(f"gate.{word}" for word in ("approved", "denied", "needs_work", "not_applicable")),
        *(f"decision.{word}" for word in ("go", "conditional", "no_go", "emergency_go")),
        "decision.contested",
        *("freshness.escalated", "freshness.uncommitted"),
    }
)
# Of no use to a reader one by one, or told elsewhere.
_QUIET = frozenset(
    {
        *(f"requirement.{word}" for word in ("comment_edited", "support_withdrawn", "scored")),
        *(f"requirement.{word}" for word in ("dependent_added", "dependent_removed", "gave_back")),
        *("launch.reordered", "checklist.instantiated", "checklist.updated"),
        *("gate.instantiated", "gate.updated"),
        *("freshness.said", "guard.read"),
    }
)


def brought_in(action: str) -> bool:
    """Return whether an event is one row of a file somebody imported."""
    return action.rpartition(".")[2].endswith(("imported", "imported_again"))


def is_quiet(action: str) -> bool:
    """Return whether an event is told to nobody for what it did; who it mentions is still told."""
    return action in _QUIET or brought_in(action)


def for_supporters(action: str) -> bool:
    """Return whether those who support a requirement hear of an event: decisions and comments."""
    return action in DECISIONS or action in {"requirement.commented", "requirement.woken"}


def for_team(action: str) -> bool:
    """Return whether those who watch a team hear of an event: what it asks for, and decisions."""
    return action in DECISIONS or action in {
        *("requirement.submitted", "launch.created", "launch.copied", "mechanism.registered"),
    }


@dataclass(frozen=True)
class Candidate:
    """Somebody who may hear of an event, why, and by which watch."""

    person_id: int
    reason: Reason
    watch_id: int | None = None


def strongest(
    candidates: Iterable[Candidate], pace_of: Mapping[tuple[int, Reason], Pace]
) -> dict[int, Candidate]:
    """Return for each person the strongest reason that is not switched off; one each."""
    best: dict[int, Candidate] = {}
    for one in candidates:
        if pace(pace_of, one.person_id, one.reason) is Pace.OFF:
            continue
        kept = best.get(one.person_id)
        if kept is None or _STRENGTH[one.reason] < _STRENGTH[kept.reason]:
            best[one.person_id] = one
    return best


def pace(pace_of: Mapping[tuple[int, Reason], Pace], person_id: int, reason: Reason) -> Pace:
    """Return how a person wants to be told for a reason."""
    return pace_of.get((person_id, reason), USUAL_PACE[reason])


# ---- when ----


def digest_due(now: datetime, zone: ZoneInfo, hour: int) -> tuple[date, datetime] | None:
    """Return (day of the digest, until when it tells) in the person's zone, None before its hour.

    An hour that the clocks skip that day is due when they have.
    """
    local = now.astimezone(zone)
    if local.hour < hour:
        return None
    until = datetime.combine(local.date(), time(hour), zone).astimezone(UTC)
    return local.date(), min(until, now)


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# A report that could not be written on its day still goes out so long; later it is history.
REPORT_LATE = timedelta(days=2)


def report_moment(week: date, weekday: str, zone: ZoneInfo, hour: int) -> datetime:
    """Return when the report of a week, named by its Monday, is made for people of a zone."""
    day = week + timedelta(days=WEEKDAYS.index(weekday))
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def latest_report(now: datetime, weekday: str, zone: ZoneInfo, hour: int) -> date:
    """Return the Monday of the newest week whose report has been made for people of a zone."""
    week = monday_of(now.astimezone(zone).date())
    return week if report_moment(week, weekday, zone, hour) <= now else week - timedelta(days=7)


def report_due(now: datetime, weekday: str, zone: ZoneInfo, hour: int) -> date | None:
    """Return the Monday of the week whose report is to be mailed now, None between the days."""
    week = latest_report(now, weekday, zone, hour)
    late = now - report_moment(week, weekday, zone, hour)
    return week if late < REPORT_LATE else None


def weekly_by_default(roles: Iterable[str]) -> bool:
    """Return whether people of some roles get the weekly report unless they said otherwise."""
    return "pm" in roles


GIVE_UP_AFTER = timedelta(days=7)


def retry_pause(attempts: int) -> timedelta:
    """Return how long to wait after a failed attempt: a minute, doubling up to an hour."""
    return min(timedelta(minutes=2 ** min(max(attempts - 1, 0), 10)), timedelta(hours=1))


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
