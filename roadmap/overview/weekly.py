"""The weekly report: what changed in the portfolio in a week, in plain words. Pure.

Rows come in light: a launch's words at both ends of the week. `pick` chooses which of them are
told, so that reasons are read of those alone; `write` turns them into sentences, each of bounded
number, with what is left out counted.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from roadmap.overview.launch_room import compared
from roadmap.overview.speech import Said, linked
from roadmap.overview.standing import AT_RISK, GO, LATE, PLACES, group_of
from roadmap.readiness.outlook import Outlook
from roadmap.readiness.verdict import Word
from roadmap.web.chips import verdict_word
from roadmap.web.i18n import _, ngettext
from roadmap.web.templating import day

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
# Before it nothing can have been recorded.
FIRST_YEAR = 2000
AHEAD = timedelta(days=7)
# Launches whose reasons are looked at for what is to be decided and what still stands in the way.
CANDIDATES = 60
_OPEN = frozenset({Word.HOLD, Word.NOT_ASSESSED})


@dataclass(frozen=True)
class Bounds:
    """How many lines of each kind a report may have."""

    changed: int = 8
    named: int = 3


# The page shows more of a week than a mail or a chat can take.
WHOLE = Bounds(changed=200, named=CANDIDATES)


def week_name(monday: date) -> str:
    """Return a week as an address names it, as in 2026-W48."""
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02d}"


def read_week(text: str) -> date | None:
    """Return the Monday of the week an address names, None if it names none."""
    found = _WEEK.fullmatch(text)
    if found is None or int(found[1]) < FIRST_YEAR:
        return None
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Row:
    """A launch the reader may know of: what was said of it at both ends of the week.

    ``was`` is None before its first verdict; ``now`` is None while its verdict is not known;
    ``ended`` is the state in which it ended within the week.
    """

    id: int
    title: str
    was: Word | None
    now: Word | None
    outlook: Outlook | None = None
    answered: int = 0
    needed: int = 0
    starts_on: date | None = None
    ended: str = ""

    @property
    def change(self) -> str:
        """Return what became of it: new, better, worse, same, ended or unknown."""
        if self.ended:
            return "ended"
        if self.now is None:
            return "unknown"
        return compared(self.was, self.now) if self.was is not None else "new"

    @property
    def group(self) -> str:
        """Return its group on the board."""
        word = self.now.value if self.now is not None else None
        return group_of(False, word is not None, word, self.outlook)

    @property
    def order(self) -> tuple[int, bool, date, int]:
        """Return what rows are sorted by: as on the board, the nearest date first."""
        return PLACES[self.group], self.starts_on is None, self.starts_on or date.max, self.id


@dataclass(frozen=True)
class Detail:
    """What the reader may hear of a verdict: why, the smallest fix, who by when."""

    waivers: int = 0
    reason: str = ""
    fix: str = ""
    due: date | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Ending:
    """A waiver that ends within the next week."""

    launch_id: int
    on: date


@dataclass(frozen=True)
class Picked:
    """The rows a report may tell of, by what became of them, the most pressing first."""

    by_change: Mapping[str, Sequence[Row]]
    pressing: Sequence[Row]
    total: int

    @property
    def changed(self) -> int:
        """Return how many verdicts are better or worse than a week ago."""
        return len(self.by_change["better"]) + len(self.by_change["worse"])

    def wanted(self, bounds: Bounds) -> set[int]:
        """Return the launches whose reasons `write` needs."""
        told = [r for rows in self.by_change.values() for r in rows[: bounds.changed]]
        return {row.id for row in (*told, *self.pressing) if row.now is not None}


def pick(rows: Iterable[Row]) -> Picked:
    """Return rows by what became of them; `pressing` ones are late or at risk, the first of them.

    Launches that ended are told but no longer counted.
    """
    kinds = ("worse", "better", "new", "ended", "unknown", "same")
    found: dict[str, list[Row]] = {kind: [] for kind in kinds}
    for row in sorted(rows, key=lambda one: one.order):
        found[row.change].append(row)
    pressing = [r for kind in kinds[:3] + kinds[5:] for r in found[kind]]
    pressing = sorted((r for r in pressing if r.group in (LATE, AT_RISK)), key=lambda r: r.order)
    total = sum(len(some) for kind, some in found.items() if kind != "ended")
    del found["same"]
    return Picked(found, pressing[:CANDIDATES], total)


@dataclass(frozen=True)
class Part:
    """Lines of one kind under a heading, and how many more there are."""

    title: str
    lines: Sequence[Said]
    more: int = 0

    @property
    def left_out(self) -> str:
        """Return how many lines are not shown; empty for none."""
        return ngettext("And %(num)s more.", "And %(num)s more.", self.more) if self.more else ""

    @property
    def told(self) -> list[Said]:
        """Return the lines as mail and chat tell them: what is left out is counted at the end."""
        left = [Said(f"{self.title}: {self.left_out}")] if self.more else []
        return [*self.lines, *left]


@dataclass(frozen=True)
class Report:
    """A week of the portfolio in words."""

    week: date
    live: bool
    since: datetime
    until: datetime
    headline: str
    parts: Sequence[Part]

    @property
    def launches(self) -> frozenset[int]:
        """Return the launches it names, those within reasons too."""
        keys = {key for part in self.parts for line in part.lines for key in line.keys}
        return frozenset(int(key[4:]) for key in keys if key.startswith("LCH-"))

    @property
    def lines(self) -> list[str]:
        """Return the report as plain lines, the headline first, for chat and mail."""
        return [self.headline, *(line.text for part in self.parts for line in part.told)]


def write(
    picked: Picked,
    details: Mapping[int, Detail],
    endings: Collection[Ending],
    *,
    week: date,
    since: datetime,
    until: datetime,
    live: bool = False,
    root: str = "",
    bounds: Bounds | None = None,
) -> Report:
    """Return the report of a week; ``root`` is what links begin with."""
    limits = bounds or Bounds()
    made = _Writer(details, limits, root, until.date())
    parts = [
        made.part(_("Worse"), picked.by_change["worse"], made.changed),
        made.part(_("Better"), picked.by_change["better"], made.changed),
        made.part(_("New"), picked.by_change["new"], made.new),
        made.part(_("Ended"), picked.by_change["ended"], made.ended),
        made.decide(picked.pressing),
        made.waivers(endings),
        made.standing(picked.pressing),
    ]
    return Report(
        week=week,
        live=live,
        since=since,
        until=until,
        headline=_headline(picked, week, since, live),
        parts=[part for part in parts if part.lines],
    )


def _headline(picked: Picked, week: date, since: datetime, live: bool) -> str:
    changed, total, new = picked.changed, picked.total, len(picked.by_change["new"])
    if total and new == total:
        what = ngettext("%(num)s launch, new.", "%(num)s launches, all new.", total)
    elif changed:
        what = ngettext(
            "%(changed)s of %(num)s launch changed.", "%(changed)s of %(num)s launches changed.",
            total, changed=changed,
        )  # fmt: skip
    else:
        what = ngettext(
            "the one launch did not change.", "none of %(num)s launches changed.", total
        )
    place = (
        _("Since %(day)s", day=day(since.date()))
        if live
        else _("Week %(number)s", number=week.isocalendar().week)
    )
    said = [f"{place}: {what}"]
    if new and new != total:
        said.append(ngettext("%(num)s is new.", "%(num)s are new.", new))
    if ended := len(picked.by_change["ended"]):
        said.append(ngettext("%(num)s ended.", "%(num)s ended.", ended))
    if unknown := len(picked.by_change["unknown"]):
        said.append(
            ngettext(
                "%(num)s has no verdict at the moment: it is being computed.",
                "%(num)s have no verdict at the moment: they are being computed.",
                unknown,
            )
        )
    return " ".join(said)


class _Writer:
    """Writes lines and remembers which launches were told."""

    def __init__(
        self, details: Mapping[int, Detail], bounds: Bounds, root: str, today: date
    ) -> None:
        self._details = details
        self._bounds = bounds
        self._root = root
        self._today = today
        self._decided: set[int] = set()
        self._told: set[int] = set()

    def part(self, title: str, rows: Sequence[Row], tell: Callable[[Row], Said]) -> Part:
        """Return the lines of some rows, the first of them in words."""
        shown = rows[: self._bounds.changed]
        self._told |= {row.id for row in shown}
        return Part(title, [tell(row) for row in shown], len(rows) - len(shown))

    def changed(self, row: Row) -> Said:
        """Tell that a launch fell or rose, and why."""
        detail = self._detail(row)
        said = _("%(launch)s fell to %(word)s") if row.change == "worse" else _(
            "%(launch)s rose to %(word)s"
        )  # fmt: skip
        return self._said(
            said % {"launch": _key(row.id, row.title), "word": _word(row, detail)}, detail
        )

    def new(self, row: Row) -> Said:
        """Tell of a launch that had no verdict a week ago."""
        detail = self._detail(row)
        said = _("%(launch)s is new, %(word)s") % {
            "launch": _key(row.id, row.title),
            "word": _word(row, detail),
        }
        return self._said(said, detail)

    def ended(self, row: Row) -> Said:
        """Tell that a launch ended."""
        said = _("%(launch)s was closed.") if row.ended == "closed" else _(
            "%(launch)s was cancelled."
        )  # fmt: skip
        return Said(said % {"launch": _key(row.id, row.title)}, self._root)

    def decide(self, rows: Sequence[Row]) -> Part:
        """Tell the smallest fix of what is due within a week or overdue, the earliest first."""
        due = [
            (detail.due, row)
            for row in rows
            if (detail := self._detail(row)).due is not None
            and detail.fix
            and detail.due <= self._today + AHEAD
        ]
        due.sort(key=lambda one: (one[0], one[1].order))
        shown = due[: self._bounds.named]
        self._decided = {row.id for _due, row in shown}
        lines = [self._fix(row, when) for when, row in shown]
        return Part(_("To decide"), lines, len(due) - len(shown))

    def _fix(self, row: Row, due: date) -> Said:
        detail = self._detail(row)
        said = (
            _("Overdue since %(day)s: %(launch)s: %(fix)s")
            if due < self._today
            else _("Decide by %(day)s: %(launch)s: %(fix)s")
        )
        text = said % {"day": day(due), "launch": _key(row.id, row.title), "fix": detail.fix}
        return Said(_by(text, detail.owner), self._root)

    def waivers(self, endings: Collection[Ending]) -> Part:
        """Tell which waivers end within a week."""
        ordered = sorted(endings, key=lambda one: (one.on, one.launch_id))
        if not ordered:
            return Part(_("Waivers"), [])
        shown = ordered[: self._bounds.named]
        names = [
            _("%(launch)s on %(day)s", launch=_key(one.launch_id), day=day(one.on)) for one in shown
        ]
        if left := len(ordered) - len(shown):
            names.append(ngettext("%(num)s more", "%(num)s more", left))
        said = _("Waivers expiring: %(count)s (%(names)s).") % {
            "count": len(ordered),
            "names": ", ".join(names),
        }
        return Part(_("Waivers"), [Said(said, self._root)])

    def standing(self, rows: Sequence[Row]) -> Part:
        """Tell what stands in the way as it did a week ago, of what was not told yet."""
        rest = [
            row
            for row in rows
            if row.id not in self._told | self._decided and self._detail(row).reason
        ]
        shown = rest[: self._bounds.named]
        lines = [
            Said(f"{_key(row.id, row.title)}: {self._detail(row).reason}", self._root)
            for row in shown
        ]
        return Part(_("Still in the way"), lines, len(rest) - len(shown))

    def _detail(self, row: Row) -> Detail:
        return self._details.get(row.id) or Detail()

    def _said(self, text: str, detail: Detail) -> Said:
        return Said(f"{text}: {detail.reason}" if detail.reason else f"{text}.", self._root)


def _key(number: int, title: str = "") -> str:
    key = f"LCH-{number}"
    return linked(key, f"{key} {title}".strip())


def _by(text: str, owner: str | None) -> str:
    return f"{text} {_('Owner: %(owner)s.', owner=owner)}" if owner else text


def _word(row: Row, detail: Detail) -> str:
    """Return a verdict in words, with what is missing where nothing can be judged yet."""
    word = row.now.value if row.now is not None else None
    said = verdict_word(word, detail.waivers)
    if row.now in _OPEN and row.needed:
        said = _(
            "%(word)s with %(some)s of %(all)s answers",
            word=said, some=row.answered, all=row.needed,
        )  # fmt: skip
    if row.outlook is Outlook.NO_DATE and word not in GO:
        said = _("%(word)s, no date yet", word=said)
    return said
