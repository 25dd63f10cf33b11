"""What the address of a list asks for: a view, a query, a sort, columns; alike for every list."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote_plus, urlencode

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Invalid, NotFound
from roadmap.lists.language import Query, QueryError, parse
from roadmap.lists.registry import Shown
from roadmap.lists.saved import Offered, Saved, views_of
from roadmap.lists.view_forms import split_columns
from roadmap.web.i18n import _

# What changes a view into something else.
_OWN = ("q", "sort", "cols")
# Stands for the query in an address; no view and no sort is called so.
_PLACE = "-query-"


class Coded(Protocol):
    """A column as far as addresses know it."""

    @property
    def code(self) -> str: ...


Column = TypeVar("Column", bound=Coded)


@dataclass(frozen=True)
class Usual:
    """A list, and what it shows when nothing else is asked for."""

    list_code: str
    sort: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Asked(Generic[Column]):
    """What to show, and the view it came from."""

    usual: Usual
    typed: str
    sort: str
    columns: Sequence[Column]
    view: Saved | None
    offered: Offered
    # Whether columns were chosen, by the address or the view.
    chosen: bool

    @property
    def codes(self) -> list[str]:
        """Return the codes of the columns."""
        return [column.code for column in self.columns]

    @property
    def shown(self) -> Shown:
        """Return what a view of this would keep; usual sort and columns stay unsaid."""
        sort = "" if self.sort == self.usual.sort else self.sort
        usual = not self.chosen or tuple(self.codes) == self.usual.columns
        return Shown(self.typed.strip(), sort, () if usual else tuple(self.codes))

    @property
    def changed(self) -> bool:
        """Return whether it shows something else than the view it came from."""
        return self.view is not None and self.shown != self.view.shown

    def address(self, **changes: str | None) -> dict[str, str]:
        """Return the arguments of an address that shows this, some of them changed."""
        shown = self.shown
        found: dict[str, str | None] = {
            "view": str(self.view.id) if self.view else None,
            "q": shown.query if self.view is None or self.changed else None,
            "sort": shown.sort or None,
            "cols": ",".join(shown.columns) or None,
        }
        if self.view is not None and not self.changed:
            found = {"view": str(self.view.id)}
        if "q" in changes and self.view is None and not changes["q"] and self.offered.default_id:
            found["view"] = "all"
        return {name: value for name, value in (found | changes).items() if value is not None}


def read_asked(
    session: Session,
    actor: Actor,
    usual: Usual,
    args: Mapping[str, str],
    choose: Callable[[Sequence[str]], Sequence[Column]],
    order: Callable[[str], object],
) -> Asked[Column]:
    """Return what an address asks for, one statement; ``order`` raises Invalid for unknown sorts.

    Bare, it is the view the person chose to open the list with. A view may sort by, or show, what
    the list no longer has: then the usual sort, and the columns that are left.
    """
    offered = views_of(session, actor, usual.list_code)
    view = _view(offered, args)
    base = view.shown if view else Shown()
    typed = args.get("q", base.query)
    kept = base.sort if base.sort and _known(order, base.sort) else usual.sort
    codes = split_columns(args["cols"]) if args.get("cols") else tuple(base.columns)
    sort = args.get("sort") or kept
    return Asked(usual, typed, sort, choose(codes), view, offered, bool(codes))


def _known(order: Callable[[str], object], sort: str) -> bool:
    try:
        order(sort)
    except Invalid:
        return False
    return True


def _view(offered: Offered, args: Mapping[str, str]) -> Saved | None:
    named = args.get("view", "")
    if named and named != "all":
        number = int(named) if named.isascii() and named.isdecimal() and len(named) < 10 else 0
        if (found := offered.get(number)) is None:
            raise NotFound(_("There is no such view, or it is not shared with you."))
        return found
    bare = not named and not any(name in args for name in (*_OWN, "after", "before"))
    return offered.get(offered.default_id) if bare else None


def narrowed(typed: str, picked: Mapping[str, Sequence[str]]) -> str:
    """Return a query with the choices of menus in it; what cannot be read stays as it was typed.

    A menu is called ``by-`` and its field; one choice may stand for several, with commas.
    """
    try:
        query = parse(typed)
    except QueryError:
        return typed  # the list says what is wrong with it
    for name, choices in picked.items():
        if name.startswith("by-"):
            values = [one for one in ",".join(choices).split(",") if one]
            query = query.having(name.removeprefix("by-").lower(), values)
    return str(query)


def state_chips(
    here: str, asked: Asked[Any], query: Query, states: Iterable[tuple[str, str, str]]
) -> list[tuple[str, str | None, str, bool]]:
    """Return (word, count, address, chosen) of the chips above a list at ``here``, all first.

    ``states`` are (value, word, count in words).
    """
    chosen = query.values_of("state")
    # One address for all chips: they differ in the query alone.
    before, after = f"{here}?{urlencode(asked.address(q=_PLACE))}".split(_PLACE)
    every = f"{here}?{urlencode(asked.address(q=''))}"

    def of(*values: str) -> str:
        typed = str(query.having("state", values))
        return f"{before}{quote_plus(typed)}{after}" if typed else every

    chips: list[tuple[str, str | None, str, bool]] = [(_("All"), None, of(), not chosen)]
    for value, word, count in states:
        address = of() if chosen == (value,) else of(value)
        chips.append((word, count, address, value in chosen))
    return chips


def picked_columns(picked: Sequence[str], places: Mapping[str, str]) -> str:
    """Return the columns that were ticked, in the order of the places typed beside them."""
    ordered = sorted(picked, key=lambda code: _place(places.get(f"place-{code}", "")))
    return ",".join(split_columns(",".join(ordered)))


def _place(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 9_999
