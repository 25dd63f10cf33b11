"""Commands on frameworks: make one, make a new version of one, see first what it would change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.history.service import record
from roadmap.scoring.compare import RankChange, rank_changes
from roadmap.scoring.computing import compute
from roadmap.scoring.definitions import definition, framework_row
from roadmap.scoring.formulas import Unscored
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.gathering import given
from roadmap.scoring.models import Framework, Score
from roadmap.scoring.queries import titles_of, versions_of
from roadmap.scoring.recompute import SMALL, bring_up_to_date
from roadmap.web.i18n import gettext

# So many changed places are shown before a version is saved.
SHOWN = 12


def _require_manager(actor: Actor) -> None:
    if not actor.may("framework.edit"):
        raise Forbidden(gettext("Only program managers change frameworks."))


def create_framework(session: Session, actor: Actor, made: FrameworkDef, why: str) -> Framework:
    """Store the first version of a new framework; its code must be new."""
    _require_manager(actor)
    if session.scalar(select(Framework.id).where(Framework.code == made.code).limit(1)) is not None:
        raise Invalid.at("code", gettext("There is a framework of this code. Choose another."))
    row = framework_row(replace(made, version=1))
    session.add(row)
    record(session, actor.id, row, "framework.created", why=why.strip() or None)
    bring_up_to_date(session, row)
    return row


def save_version(
    session: Session, actor: Actor, made: FrameworkDef, why: str, based_on: int
) -> Framework:
    """Store a new version of a framework and rank by it; the old one stays readable.

    ``based_on`` is the version the editor saw: Conflict if a newer one was saved since. Raises
    Invalid without a reason, or if nothing differs.
    """
    _require_manager(actor)
    newest = session.scalars(
        select(Framework)
        .where(Framework.id == versions_of(session, made.code)[0].id)
        .with_for_update()
    ).one()
    if newest.version != based_on:
        raise Conflict(
            gettext(
                "Somebody saved version %(version)s meanwhile. Look at it, then change it again.",
                version=newest.version,
            )
        )
    if not why.strip():
        raise Invalid.at("why", gettext("Say why the order changes: everybody sees it."))
    if replace(made, version=newest.version) == definition(newest):
        raise Invalid.at("why", gettext("Nothing differs from the version before."))
    row = framework_row(replace(made, version=newest.version + 1))
    for old in versions_of(session, made.code):
        row.ranks_backlog = bool(row.ranks_backlog or old.ranks_backlog)
        if old.active or old.ranks_backlog:
            old.active, old.ranks_backlog = False, False
            record(session, actor.id, old, "framework.replaced", why=why.strip())
    session.add(row)
    record(session, actor.id, row, "framework.version_saved", why=why.strip())
    bring_up_to_date(session, row)
    return row


@dataclass(frozen=True)
class Preview:
    """What a definition would change: the first changed places, with titles.

    ``among`` requirements were ranked both ways; `moved` of them change place, `lost` would have
    no score any more.
    """

    changes: Sequence[RankChange]
    titles: dict[int, str]
    among: int
    moved: int
    lost: int
    all: bool


def preview(session: Session, made: FrameworkDef, current: Framework) -> Preview:
    """Rank by a definition that is not saved, and by the current one, and return the difference.

    Of a long backlog the first places are ranked both ways, since somebody is waiting.
    """
    first = session.scalars(
        select(Score.requirement_id)
        .where(Score.framework_id == current.id, Score.rank.is_not(None))
        .order_by(Score.rank)
        .limit(SMALL + 1)
    ).all()
    whole = len(first) <= SMALL
    facts = given(session, made.code, None if whole else first[:SMALL])
    before = compute(definition(current), facts)
    after = compute(made, facts)
    changes = [
        change
        for change in rank_changes(before.ranking, after.ranking)
        if change.before != change.after
    ]
    lost = sum(
        1
        for row in before.ranking.ranked
        if isinstance(after.outcomes.get(row.key), Unscored) and row.key in after.ranking.unscored
    )
    shown = changes[:SHOWN]
    return Preview(
        changes=shown,
        titles=titles_of(session, [change.key for change in shown]),
        among=len(before.ranking.ranked),
        moved=len(changes),
        lost=lost,
        all=whole,
    )
