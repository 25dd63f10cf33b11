"""What the list of requirements shows: a page of it, all of it, or the keys of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.db import read_rows
from roadmap.lists.among import among
from roadmap.lists.filters import Asker, Field, conditions
from roadmap.lists.keyset import read_page
from roadmap.lists.kinds import Own
from roadmap.lists.language import Query
from roadmap.lists.own_paging import all_rows, read_own_page
from roadmap.lists.own_sql import OwnOrder, own_field, own_order
from roadmap.requirements import listing, own_fields, queries
from roadmap.requirements.by_team import in_words
from roadmap.requirements.columns import SCOPES, Beside, Column
from roadmap.requirements.models import Requirement, RequirementScope
from roadmap.requirements.rules import ScopeDimension
from roadmap.requirements.support_queries import by_team
from roadmap.taxonomy.queries import Options, options
from roadmap.web.paging import Order, Page

R = Requirement.__table__.c
_SCOPE: Any = RequirementScope.__table__.c
_CHUNK = 500
_SUBTITLE = (ScopeDimension.MARKET, ScopeDimension.POLICY_AREA)


@dataclass(frozen=True)
class Vocabulary:
    """What a query may name: teams, the words of the taxonomy, own fields."""

    teams: listing.TeamNames
    words: Options
    own: Sequence[Own]

    def fields(self) -> dict[str, Field]:
        """Return every field of the query language."""
        found = listing.fields(self.teams, self.words)
        found.update({own.code: own_field(own_fields.TABLE, own) for own in self.own})
        return found

    def own_named(self, code: str) -> Own | None:
        """Return an own field by its code."""
        return next((own for own in self.own if own.code == code), None)


def vocabulary(session: Session) -> Vocabulary:
    """Return what a query may name, three statements."""
    return Vocabulary(listing.team_names(session), options(session), own_fields.fields_of(session))


def ordered_by(known: Vocabulary, sort: str) -> Order | OwnOrder:
    """Return the order a sort names, of an own field too; an unknown one is refused."""
    own = known.own_named(sort.removeprefix("-"))
    if own is None:
        return listing.order_of(sort)
    return own_order(own_fields.TABLE, own, descending=sort.startswith("-"))


def where_of(session: Session, actor: Actor, known: Vocabulary, query: Query) -> list[Any]:
    """Return the conditions of a query; raises QueryError for what the list does not know."""
    if not query.terms:
        return list(listing.texts(session, query))
    asker = Asker(actor.id, actor.team_ids, clock.today())
    return conditions(query, known.fields(), asker) + listing.texts(session, query)


def columns_of(columns: Sequence[Column]) -> list[Any]:
    """Return the columns of the table that some columns of the list are made of."""
    needed = (one for column in columns for one in column.needs)
    found = [R.id, R.title, R.requester_id, *needed]
    return list({one.key: one for one in found}.values())


@lru_cache(maxsize=64)
def _selecting(*columns: Any) -> Select[Any]:
    return select(*columns)


def page_of(
    session: Session,
    actor: Actor,
    known: Vocabulary,
    query: Query,
    sort: str,
    columns: Sequence[Column],
    marks: tuple[str | None, str | None] = (None, None),
) -> Page[Row[Any]]:
    """Return one page of the list; ``marks`` are (after, before) of `web.paging`.

    One statement; two where an own field is sorted by and its values end on the page.
    """
    statement = _selecting(*columns_of(columns))
    if where := where_of(session, actor, known, query):
        statement = statement.where(*where)
    order = ordered_by(known, sort)
    if isinstance(order, OwnOrder):
        return read_own_page(session, statement, order, *marks)
    return read_page(session, statement, order, *marks)


def _every(statement: Select[Any], order: Order | OwnOrder) -> Sequence[Select[Any]]:
    """Return the statements that give every row in order, one after the other."""
    if isinstance(order, OwnOrder):
        return all_rows(statement, order)
    ordered: Any = order.column.desc() if order.descending else order.column.asc()
    if order.nullable:
        ordered = ordered.nulls_last()
    return [statement.order_by(ordered, order.key.desc() if order.descending else order.key.asc())]


def every_row(
    session: Session,
    actor: Actor,
    known: Vocabulary,
    query: Query,
    sort: str,
    columns: Sequence[Column],
) -> Iterator[tuple[Row[Any], Beside]]:
    """Yield every row of the list with what stands beside it, some hundred at a time."""
    statement = select(*columns_of(columns)).where(*where_of(session, actor, known, query))
    for part in _every(statement, ordered_by(known, sort)):
        # Closed with this generator too, when a reader stops half way: the cursor is the server's.
        with session.execute(part.execution_options(yield_per=_CHUNK)) as found:
            for rows in found.partitions(_CHUNK):
                beside = beside_of(session, known, columns, rows, subtitle=False)
                for row in rows:
                    yield row, beside


def keys_of(
    session: Session, actor: Actor, known: Vocabulary, query: Query, sort: str, limit: int
) -> list[int]:
    """Return the keys of the first rows of the list in its order."""
    statement = select(R.id).where(*where_of(session, actor, known, query))
    found: list[int] = []
    for part in _every(statement, ordered_by(known, sort)):
        found += [row.id for row in session.execute(part.limit(limit - len(found)))]
        if len(found) >= limit:
            break
    return found


def beside_of(
    session: Session,
    known: Vocabulary,
    columns: Sequence[Column],
    rows: Collection[Any],
    *,
    subtitle: bool = True,
) -> Beside:
    """Return what stands beside some rows, one statement for each kind of column shown."""
    shown = {column.code for column in columns}
    ids = [row.id for row in rows]
    support: dict[int, str] = {}
    if "support" in shown:
        said = by_team(session, ids)
        support = {key: in_words(found, queries.SHOWN_TEAMS) for key, found in said.items()}
    people: dict[int, str] = {}
    if "requester" in shown:
        people = queries.people_named(session, [row.requester_id for row in rows])
    wanted = {SCOPES[code] for code in shown if code in SCOPES}
    codes = _codes(session, ids, wanted.union(_SUBTITLE if subtitle else ()))
    own = [column.own for column in columns if column.own is not None]
    held = own_fields.held_of(session, own, ids)
    return Beside(support, codes, people, known.teams.names, held)


def _codes(
    session: Session, ids: Collection[int], dimensions: Collection[ScopeDimension]
) -> dict[int, dict[ScopeDimension, list[str]]]:
    found: dict[int, dict[ScopeDimension, list[str]]] = {}
    if not ids or not dimensions:
        return found
    statement = _codes_of(frozenset(dimensions))
    for requirement_id, dimension, code in read_rows(session, statement, {"ids": ids}):
        found.setdefault(requirement_id, {}).setdefault(dimension, []).append(code)
    return found


@cache
def _codes_of(dimensions: Collection[ScopeDimension]) -> Select[Any]:
    # Built once: that takes longer than its answer.
    return (
        select(_SCOPE.requirement_id, _SCOPE.dimension, _SCOPE.code)
        .where(among(_SCOPE.requirement_id, "ids"), _SCOPE.dimension.in_(sorted(dimensions)))
        # In the order of the unique index: by dimension first, SQLite would read every scope entry.
        .order_by(_SCOPE.requirement_id, _SCOPE.dimension, _SCOPE.code)
    )
