"""Notices in words, for the person who reads them and at the moment they are read."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.mentions import names_in
from roadmap.accounts.queries import names_of
from roadmap.accounts.wording import action_text
from roadmap.history.queries import FeedEntry, entries
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.wording import MECHANISM_WORDS
from roadmap.notifications.models import Notice
from roadmap.notifications.reading import Named, readable
from roadmap.notifications.rules import Reason
from roadmap.requirements.listing import team_names
from roadmap.requirements.models import Requirement
from roadmap.requirements.wording import tell_feed
from roadmap.taxonomy.wording import lines_of
from roadmap.web.i18n import _
from roadmap.wording import N_

# Changed values beyond this are counted.
MOST_CHANGES = 6

REASONS = {
    Reason.MENTION: N_("you were mentioned"),
    Reason.DECISION: N_("it is yours, and this decides about it"),
    Reason.ESCALATED: N_("it was escalated to you: its owner did not act"),
    Reason.TURN: N_("it waits for you"),
    Reason.OWN: N_("it is yours"),
    Reason.SUPPORTED: N_("you support it"),
    Reason.WATCHED: N_("you watch it"),
    Reason.VIEW: N_("it entered a view you watch"),
    Reason.TEAM: N_("you watch its team"),
}


@dataclass(frozen=True)
class Line:
    """One event in words: who did what, what changed, and the words that came with it.

    ``said`` is text a person wrote as markdown, such as a comment; ``changes`` has (what, before,
    after), and only the first where nothing is to be shown of the values.
    """

    icon: str
    who: str
    what: str
    changes: Sequence[tuple[str, str | None, str | None]] = ()
    other: str | None = None
    why: str | None = None
    said: str | None = None
    mentioned: Mapping[str, str] = field(default_factory=dict)


# (session, reader, events) -> a line for each event by id.
Teller: TypeAlias = Callable[[Session, Actor, Sequence[FeedEntry]], Mapping[int, Line]]
_tellers: dict[str, Teller] = {}


def register_teller(record_type: str, teller: Teller) -> None:
    """Tell the events of a kind of record in its own words."""
    _tellers[record_type] = teller


@dataclass(frozen=True)
class Item:
    """A notice in words."""

    id: int
    reason: Reason
    watch_id: int | None
    at: datetime
    read: bool
    line: Line

    @property
    def why(self) -> str:
        """Return why the reader got it."""
        return _(REASONS[self.reason])


@dataclass(frozen=True)
class Group:
    """The notices of one record, newest first."""

    record: Named
    record_type: str
    record_id: int
    items: Sequence[Item]


def grouped(session: Session, actor: Actor, notices: Iterable[Notice]) -> list[Group]:
    """Return notices in words by record, in the order they come.

    What the person may not read any more is left out. A fixed number of statements.
    """
    rows = list(notices)
    records = readable(session, actor, {(row.record_type, row.record_id) for row in rows})
    rows = [row for row in rows if (row.record_type, row.record_id) in records]
    lines = lines_for(session, actor, rows)
    found: dict[tuple[str, int], list[Item]] = defaultdict(list)
    for row in rows:
        if row.event_id in lines:
            read = row.read_at is not None
            item = Item(row.id, row.reason, row.watch_id, row.at, read, lines[row.event_id])
            found[(row.record_type, row.record_id)].append(item)
    return [Group(records[key], *key, items) for key, items in found.items()]


def lines_for(session: Session, actor: Actor, notices: Collection[Notice]) -> dict[int, Line]:
    """Return the events of notices in words, by event."""
    told = entries(session, {row.event_id for row in notices})
    by_type: dict[str, dict[int, FeedEntry]] = defaultdict(dict)
    for row in notices:
        if row.event_id in told:
            by_type[row.record_type][row.event_id] = told[row.event_id]
    lines: dict[int, Line] = {}
    for record_type, some in by_type.items():
        teller = _tellers.get(record_type, _plainly)
        lines |= teller(session, actor, list(some.values()))
    return lines


def _plainly(session: Session, _actor: Actor, some: Sequence[FeedEntry]) -> dict[int, Line]:
    """Tell events of a kind of record that has no words of its own: who did what, nothing more."""
    who = names_of(session, {one.actor_id for one in some if one.actor_id is not None})
    return {
        one.id: Line("history", _name(who, one.actor_id), action_text(one.action, {}))
        for one in some
    }


def _name(names: Mapping[int, str], person_id: int | None) -> str:
    return _("The system") if person_id is None else names.get(person_id, _("Somebody"))


def _requirements(session: Session, _actor: Actor, some: Sequence[FeedEntry]) -> dict[int, Line]:
    told = tell_feed(some, team_names(session).names)
    who = names_of(session, {one.actor_id for one in some if one.actor_id is not None})
    said = {one.id: _comment(one) for one in some}
    mentioned = names_in(session, [text for text in said.values() if text])
    return {
        entry.id: Line(
            line.icon,
            _name(who, entry.actor_id),
            line.text,
            line.changes[:MOST_CHANGES],
            line.other,
            line.why,
            said[entry.id],
            mentioned,
        )
        for entry, line in zip(some, told, strict=True)
    }


def _comment(entry: FeedEntry) -> str | None:
    """Return what a comment says after the event."""
    for path, pair in entry.changes.items():
        if path.startswith("requirement_comment:") and path.endswith(".body"):
            return str(pair[1]) if pair[1] is not None else None
    return None


def _mechanisms(session: Session, _actor: Actor, some: Sequence[FeedEntry]) -> dict[int, Line]:
    return {
        line.entry.id: Line(
            "history", line.who, line.what, line.changes[:MOST_CHANGES], why=line.entry.why
        )
        for line in lines_of(session, MECHANISM_WORDS, some)
    }


register_teller(Requirement.record_type, _requirements)
register_teller(Mechanism.record_type, _mechanisms)
