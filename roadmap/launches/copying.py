"""Copy a launch: everything but evidence, dates, answers and commitment."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.keys import next_number
from roadmap.launches.access import Asker, visible_ids
from roadmap.launches.checks import clean_title
from roadmap.launches.events import LaunchCreated
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.models import (
    Forecast,
    Launch,
    LaunchCell,
    LaunchDependency,
    LaunchMechanism,
    LaunchReader,
    LaunchRequirement,
    LaunchTarget,
    Phase,
    TrainingNeed,
)
from roadmap.launches.telling import actor_id

_SKIPPED = frozenset({"id", "launch_id"})
# Parts copied column by column; phases and links need more care.
_PLAIN_PARTS = (LaunchCell, Forecast, TrainingNeed, LaunchRequirement, LaunchReader)


def _columns(row: object) -> dict[str, object]:
    table = row.__table__  # type: ignore[attr-defined]
    return {c.key: getattr(row, c.key) for c in table.columns if c.key not in _SKIPPED}


def copy_launch(
    session: Session, actor: Asker | None, source: Launch, title: str | None = None
) -> Launch:
    """Store a new launch like another one, to be dated, answered and committed anew.

    The actor becomes its owner. Dependencies on launches they may not know of are left out.
    """
    now = clock.now()
    launch = Launch(
        id=next_number(session, Launch.key_prefix),
        title=clean_title(title or source.title),
        summary=source.summary,
        type=source.type,
        state=LaunchState.DRAFT,
        owner_id=actor_id(actor) or source.owner_id,
        team_id=source.team_id,
        tier_answers=dict(source.tier_answers),
        tier=source.tier,
        confidential=source.confidential,
        copied_from_id=source.id,
        created_at=now,
        updated_at=now,
    )
    session.add(launch)
    session.flush()
    _copy_parts(session, actor, source, launch)
    session.flush()
    record(session, actor_id(actor), launch, "launch.copied")
    publish(session, LaunchCreated(launch.id, actor_id(actor)))
    return launch


def _copy_parts(session: Session, actor: Asker | None, source: Launch, launch: Launch) -> None:
    for kind in _PLAIN_PARTS:
        for row in session.scalars(select(kind).where(kind.launch_id == source.id)):
            session.add(kind(launch_id=launch.id, **_columns(row)))
    for phase in session.scalars(select(Phase).where(Phase.launch_id == source.id)):
        values = _columns(phase) | {
            "starts_on": None,
            "went_live_on": None,
            "state": PhaseState.PLANNED,
        }
        session.add(Phase(launch_id=launch.id, **values))
    links: dict[int, LaunchMechanism] = {}
    for link in session.scalars(
        select(LaunchMechanism).where(LaunchMechanism.launch_id == source.id)
    ):
        links[link.id] = LaunchMechanism(launch_id=launch.id, **_columns(link), targets=[])
        session.add(links[link.id])
    session.flush()
    for target in session.scalars(select(LaunchTarget).where(LaunchTarget.launch_id == source.id)):
        values = _columns(target) | {"launch_mechanism_id": links[target.launch_mechanism_id].id}
        session.add(LaunchTarget(launch_id=launch.id, **values))
    _copy_dependencies(session, actor, source, launch)


def _copy_dependencies(
    session: Session, actor: Asker | None, source: Launch, launch: Launch
) -> None:
    rows = session.scalars(
        select(LaunchDependency).where(LaunchDependency.launch_id == source.id)
    ).all()
    seen = visible_ids(session, actor, [row.depends_on_id for row in rows])
    for row in rows:
        if row.depends_on_id in seen:
            session.add(LaunchDependency(launch_id=launch.id, **_columns(row)))
