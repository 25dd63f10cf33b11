"""Support as teams say it: who stands behind a requirement, never how many votes it has."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from roadmap.web.i18n import _, ngettext
from roadmap.web.templating import number


class Share(NamedTuple):
    """What one team's supporters say for one market, or without naming one."""

    team: str | None
    people: int
    # Somebody spoke for the team as a whole.
    as_team: bool
    market: str | None
    # The largest number said for this market.
    weekly_volume: int | None


class TeamVoice(NamedTuple):
    """One team's support; ``weekly_volume`` adds up its markets, each counted once."""

    team: str | None
    people: int
    as_team: bool
    weekly_volume: int | None

    @property
    def detail(self) -> str:
        """Return the people and the volume, as in ``3 people, 1,200 a week``."""
        who = ngettext("%(num)s person", "%(num)s people", self.people) if self.people else ""
        if self.as_team:
            whole = _("as a team")
            who = _("%(team)s and %(people)s", team=whole, people=who) if who else whole
        if self.weekly_volume is None:
            return who
        return _("%(who)s, %(count)s a week", who=who, count=number(self.weekly_volume))


def voices(shares: Iterable[Share]) -> list[TeamVoice]:
    """Return the teams, those with most people first, people without a team last.

    Two people of a team who name the same market speak of the same items, so that the larger number
    counts; numbers of different markets are added.
    """
    gathered: dict[str | None, list[Share]] = {}
    for share in shares:
        gathered.setdefault(share.team, []).append(share)
    found = [_voice(team, parts) for team, parts in gathered.items()]
    return sorted(found, key=lambda v: (v.team is None, -v.people, v.team or ""))


@lru_cache(maxsize=4096)
def voices_kept(shares: tuple[Share, ...]) -> tuple[TeamVoice, ...]:
    """Return the voices of some shares, put together once while they stay as they are."""
    return tuple(voices(shares))


def _voice(team: str | None, parts: Sequence[Share]) -> TeamVoice:
    largest: dict[str | None, int] = {}
    for part in parts:
        if part.weekly_volume is not None:
            largest[part.market] = max(largest.get(part.market, 0), part.weekly_volume)
    return TeamVoice(
        team,
        sum(part.people for part in parts),
        any(part.as_team for part in parts),
        sum(largest.values()) if largest else None,
    )


def in_words(found: Sequence[TeamVoice], most: int | None = None) -> str:
    """Return ``Moderation (3 people, 1,200 a week), Legal (1)``; after ``most`` teams, how many."""
    shown = found if most is None or len(found) <= most else found[:most]
    words = ", ".join(_named(voice) for voice in shown)
    left = len(found) - len(shown)
    if not left:
        return words
    more = ngettext("%(num)s more team", "%(num)s more teams", left)
    return _("%(words)s and %(more)s", words=words, more=more)


@lru_cache(maxsize=4096)
def _named(voice: TeamVoice) -> str:
    single = voice.people == 1 and not voice.as_team and voice.weekly_volume is None
    detail = "1" if single else voice.detail
    return f"{voice.team or _('without a team')} ({detail})"
