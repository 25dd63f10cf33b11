"""Give a roadmap sheet back: its columns in its order, then what we say of each launch."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.exchange.sheet_columns import OURS
from roadmap.exchange.sheet_compare import sheet_claim
from roadmap.overview.week_one import all_verdicts, launches_of, newest, rows_of

# Each begins so that the sheet can be imported again: then these columns are not read.
ADDED = ("key", "verdict", "outlook", "reason", "fix", "owner")


def header(session: Session, source: str) -> list[str]:
    """Return the sheet's columns and ours."""
    sheet = newest(session, source)
    columns = (sheet.layout or {}).get("columns", []) if sheet is not None else []
    return [*columns, *(f"{OURS}{name}" for name in ADDED)]


def rows(session: Session, actor: Actor, source: str) -> Iterator[Sequence[Any]]:
    """Yield the launches in the sheet's order; those it no longer names come last."""
    sheet = newest(session, source)
    layout = (sheet.layout or {}) if sheet is not None else {}
    order = {key: place for place, key in enumerate(layout.get("keys", []))}
    launches = list(launches_of(session, actor, source))
    launches.sort(key=lambda one: (order.get(one.source_key or "", len(order)), one.id))
    verdicts = all_verdicts(session, [one.id for one in launches])
    said = {row.id: row for row in rows_of(session, actor, launches, verdicts)}
    for one in launches:
        cells = dict(sheet_claim(one).get("cells", []))
        row = said[one.id]
        yield [
            *(cells.get(label, "") for label in layout.get("columns", [])),
            one.key,
            row.word.value,
            row.verdict.outlook.value,
            str(row.reason or ""),
            str(row.fix or ""),
            row.owner or "",
        ]
