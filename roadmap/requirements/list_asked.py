"""What an address of the list of requirements asks for: a view, a query, a sort, columns."""

from collections.abc import Mapping
from typing import TypeAlias

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.lists import asking
from roadmap.requirements import list_page
from roadmap.requirements.columns import DEFAULT, Column, chosen_columns
from roadmap.requirements.list_page import Vocabulary
from roadmap.requirements.listing import DEFAULT_SORT

LIST = "requirements"
Asked: TypeAlias = asking.Asked[Column]
_USUAL = asking.Usual(LIST, DEFAULT_SORT, DEFAULT)


def read_asked(session: Session, actor: Actor, known: Vocabulary, args: Mapping[str, str]) -> Asked:
    """Return what an address asks for, one statement."""
    return asking.read_asked(
        session,
        actor,
        _USUAL,
        args,
        lambda codes: chosen_columns(codes, known.own),
        lambda sort: list_page.ordered_by(known, sort),
    )
