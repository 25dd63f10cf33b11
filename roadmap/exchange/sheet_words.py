"""What the words of a roadmap sheet may name here: markets, surfaces, people, teams."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person, Team
from roadmap.exchange.sheet_rows import Words
from roadmap.exchange.values import fold
from roadmap.taxonomy.models import Language, Market, PolicyArea, Region, Surface


def words_of(session: Session) -> Words:
    """Return the words in use, folded; what two people are called names neither."""
    markets = session.execute(
        select(Market.code, Market.name, Market.region_code).where(Market.active)
    ).all()
    regions = session.execute(select(Region.code, Region.name)).all()
    found: dict[str, tuple[str, ...]] = {}
    for code, name in regions:
        inside = tuple(sorted(row.code for row in markets if row.region_code == code))
        if inside:
            found[fold(code)] = found[fold(name)] = inside
    for row in markets:
        found[fold(row.code)] = found[fold(row.name)] = (row.code,)
    people = session.execute(select(Person.id, Person.name, Person.email).where(Person.active))
    teams = session.execute(select(Team.id, Team.name, Team.code).where(Team.active))
    return Words(
        markets=found,
        languages=_named(session, Language),
        surfaces=_named(session, Surface),
        areas=_named(session, PolicyArea),
        people=_single(
            (word, row.id)
            for row in people
            for word in (row.name, row.email, row.email.partition("@")[0])
        ),
        teams=_single((word, row.id) for row in teams for word in (row.code, row.name)),
    )


def _named(session: Session, kind: Any) -> dict[str, tuple[str, ...]]:
    rows = session.execute(select(kind.code, kind.name).where(kind.active)).all()
    return {fold(word): (row.code,) for row in rows for word in (row.name, row.code)}


def _single(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    known = {(fold(word), number) for word, number in pairs if word.strip()}
    times = Counter(word for word, _number in known)
    return {word: number for word, number in known if times[word] == 1}
