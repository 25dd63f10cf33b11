"""What an address of the list of requirements asks for: a view, a query, a sort, columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Invalid, NotFound
from roadmap.lists.registry import Shown
from roadmap.lists.saved import Offered, Saved, views_of
from roadmap.lists.view_forms import split_columns
from roadmap.requirements import list_page
from roadmap.requirements.columns import DEFAULT, Column, chosen_columns
from roadmap.requirements.list_page import Vocabulary
from roadmap.requirements.listing import DEFAULT_SORT
from roadmap.web.i18n import _

LIST = "requirements"
# What changes a view into something else.
_OWN = ("q", "sort", "cols")


@dataclass(frozen=True)
class Asked:
    """What to show, and the view it came from."""

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
        sort = "" if self.sort == DEFAULT_SORT else self.sort
        usual = not self.chosen or tuple(self.codes) == DEFAULT
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


def read_asked(session: Session, actor: Actor, known: Vocabulary, args: Mapping[str, str]) -> Asked:
    """Return what an address asks for, one statement.

    Bare, it is the view the person chose to open the list with. A view may sort by, or show, a
    field that was retired since: then the usual sort, and the columns that are left.
    """
    offered = views_of(session, actor, LIST)
    view = _view(offered, args)
    base = view.shown if view else Shown()
    typed = args.get("q", base.query)
    sort = args.get("sort") or _known_sort(known, base.sort)
    codes = split_columns(args["cols"]) if args.get("cols") else tuple(base.columns)
    return Asked(typed, sort, chosen_columns(codes, known.own), view, offered, bool(codes))


def _view(offered: Offered, args: Mapping[str, str]) -> Saved | None:
    named = args.get("view", "")
    if named and named != "all":
        number = int(named) if named.isascii() and named.isdecimal() and len(named) < 10 else 0
        if (found := offered.get(number)) is None:
            raise NotFound(_("There is no such view, or it is not shared with you."))
        return found
    bare = not named and not any(name in args for name in (*_OWN, "after", "before"))
    return offered.get(offered.default_id) if bare else None


def _known_sort(known: Vocabulary, sort: str) -> str:
    try:
        list_page.ordered_by(known, sort or DEFAULT_SORT)
    except Invalid:
        return DEFAULT_SORT
    return sort or DEFAULT_SORT
