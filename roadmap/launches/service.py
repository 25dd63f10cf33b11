"""Commands on a launch as a whole: create, edit, tier, readers, copy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Invalid
from roadmap.events import publish
from roadmap.history.conflict import changed_fields
from roadmap.history.service import record
from roadmap.keys import next_number, reserve
from roadmap.launches.access import Asker
from roadmap.launches.candidates import link_proposed
from roadmap.launches.checks import (
    clean_title,
    plausible_day,
    product_of,
    require_cells,
    require_open,
    require_person,
    require_team,
    volume,
)
from roadmap.launches.defaults import languages_of
from roadmap.launches.events import LaunchCreated
from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.launches.models import (
    Forecast,
    Launch,
    LaunchCell,
    LaunchReader,
    Phase,
)
from roadmap.launches.rules import TierQuestions, tier
from roadmap.launches.telling import actor_id, tell
from roadmap.mechanisms.kinds import Grade
from roadmap.requirements.rules import DatePrecision
from roadmap.taxonomy.models import Language, PolicyArea
from roadmap.taxonomy.scope import ScopeCell
from roadmap.web.i18n import _

ALL_NO = TierQuestions(
    new_market=False,
    new_surface=False,
    automatic_action=False,
    new_policy=False,
    minors_or_safety=False,
    load_over_5_percent=False,
)

# The tier of a launch whose six questions nobody answered.
HEAVIEST = 1


@dataclass(frozen=True, kw_only=True)
class NewLaunch:
    """What a launch is created from; the smallest one gives the first six alone.

    ``weekly_volume`` is in items a week. Without languages the markets' own are taken,
    without policy areas all active ones. ``number`` brings its own key, as an import does.
    ``questions`` None were never asked, and count as yes. ``claim`` is what ``source`` says of
    itself under ``source_key``.
    """

    title: str
    type: LaunchType
    owner_id: int | None
    markets: Sequence[str] = ()
    surfaces: Sequence[str] = ()
    starts_on: date | None = None
    weekly_volume: float | None = None
    precision: DatePrecision = DatePrecision.DAY
    languages: Sequence[str] = ()
    policy_areas: Sequence[str] = ()
    summary: str = ""
    team_id: int | None = None
    confidential: bool = False
    questions: TierQuestions | None = field(default=ALL_NO)
    number: int | None = None
    claim: dict[str, Any] | None = None
    source: str | None = None
    source_key: str | None = None


def _languages(session: Session, new: NewLaunch) -> dict[str, list[str]]:
    """Return the languages of each market: those chosen, else the market's own that are in use."""
    if new.languages:
        return {market: list(new.languages) for market in new.markets}
    known = set(session.scalars(select(Language.code).where(Language.active)))
    found = {m: [tag for tag in languages_of(m) if tag in known] for m in new.markets}
    without = sorted(market for market, tags in found.items() if not tags)
    if without:
        raise Invalid.at(
            "languages",
            _("Choose the languages: none is known for %(markets)s.", markets=", ".join(without)),
        )
    return found


def scope_of(session: Session, new: NewLaunch) -> tuple[ScopeCell, ...]:
    """Return the cells a new launch begins with; none if it names no market or no surface."""
    if not new.markets or not new.surfaces:
        return ()
    areas = list(new.policy_areas) or list(
        session.scalars(select(PolicyArea.code).where(PolicyArea.active).order_by(PolicyArea.code))
    )
    cells: set[ScopeCell] = set()
    for market, tags in _languages(session, new).items():
        cells.update(product_of([market], tags, new.surfaces, areas))
    require_cells(session, cells)
    return tuple(sorted(cells))


def create_launch(session: Session, actor: Asker | None, new: NewLaunch) -> Launch:
    """Store a launch with one phase, its cells, its forecast and the mechanisms proposed for it.

    Higher rooms give it its checklist in the same transaction.
    """
    title = clean_title(new.title)
    weekly = volume(new.weekly_volume, "weekly_volume")
    owner_id = require_person(session, new.owner_id, "owner_id")
    team_id = require_team(session, new.team_id, "team_id")
    starts_on = plausible_day(new.starts_on, "starts_on")
    cells = scope_of(session, new)
    now = clock.now()
    number = new.number
    if number is None:
        number = next_number(session, Launch.key_prefix)
    else:
        reserve(session, Launch.key_prefix, number)
    complete = owner_id is not None and starts_on is not None and bool(cells)
    launch = Launch(
        id=number,
        title=title,
        summary=new.summary.strip(),
        type=new.type,
        state=LaunchState.PLANNED if complete else LaunchState.DRAFT,
        owner_id=owner_id,
        team_id=team_id,
        tier_answers=asdict(new.questions) if new.questions is not None else {},
        tier=tier(new.questions) if new.questions is not None else HEAVIEST,
        confidential=new.confidential,
        claim=new.claim,
        source=new.source,
        source_key=new.source_key,
        created_at=now,
        updated_at=now,
    )
    session.add(launch)
    session.flush()
    _first_parts(session, launch, new, cells, weekly)
    link_proposed(session, launch, cells)
    record(
        session,
        actor_id(actor),
        launch,
        "launch.imported" if new.source is not None else "launch.created",
    )
    publish(session, LaunchCreated(launch.id, actor_id(actor)))
    return launch


def _first_parts(
    session: Session,
    launch: Launch,
    new: NewLaunch,
    cells: Sequence[ScopeCell],
    weekly: float | None,
) -> None:
    session.add(
        Phase(
            launch_id=launch.id,
            position=1,
            name=_("Everything at once"),
            share=1.0,
            starts_on=new.starts_on,
            precision=new.precision,
            state=PhaseState.PLANNED,
        )
    )
    for cell in cells:
        session.add(
            LaunchCell(
                launch_id=launch.id,
                market_code=cell.market,
                language_code=cell.language,
                surface_code=cell.surface,
                policy_area_code=cell.policy_area,
            )
        )
    if weekly is not None:
        session.add(Forecast(launch_id=launch.id, likely=weekly, grade=Grade.ESTIMATED))
    session.flush()


# ---- edit ----

EDITABLE = ("title", "summary", "type", "owner_id", "team_id", "confidential")


def edit_launch(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    submitted: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
) -> bool:
    """Store the fields the person changed; return whether anything did.

    ``submitted`` maps names of `EDITABLE` to values, ``shown`` to what the form began with, so that
    two people editing different fields both succeed. Raises Conflict where both changed one field.
    """
    require_open(launch)
    unknown = set(submitted) - set(EDITABLE)
    if unknown:
        raise Invalid(_("Not a field of a launch: %(names)s.", names=", ".join(sorted(unknown))))
    changed = changed_fields(launch, submitted, shown)
    if "title" in changed:
        changed["title"] = clean_title(changed["title"])
    if "summary" in changed:
        changed["summary"] = (changed["summary"] or "").strip()
    if "owner_id" in changed:
        require_person(session, changed["owner_id"], "owner_id")
        if changed["owner_id"] is None and launch.commitment_no is not None:
            raise Invalid.at("owner_id", _("A committed launch needs an owner."))
    if "team_id" in changed:
        require_team(session, changed["team_id"], "team_id")
    for name, value in changed.items():
        setattr(launch, name, value)
    return tell(session, actor, launch, "launch.edited")


def answer_tier_questions(
    session: Session, actor: Asker | None, launch: Launch, questions: TierQuestions
) -> bool:
    """Store the six answers and the tier they give; return whether anything changed."""
    require_open(launch)
    launch.tier_answers = asdict(questions)
    launch.tier = tier(questions)
    return tell(session, actor, launch, "launch.tier_answered")


def questions_of(launch: Launch) -> TierQuestions:
    """Return the six answers; one never given counts as yes, so that nothing gets lighter."""
    names = asdict(ALL_NO)
    return TierQuestions(**{name: launch.tier_answers.get(name) is not False for name in names})


def set_readers(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    person_ids: Sequence[int],
    team_ids: Sequence[int],
) -> bool:
    """Store who else may see a confidential launch; return whether anything changed."""
    for person_id in person_ids:
        require_person(session, person_id, "person_ids")
    for team_id in team_ids:
        require_team(session, team_id, "team_ids")
    wanted = {(p, None) for p in person_ids} | {(None, t) for t in team_ids}
    rows = session.scalars(select(LaunchReader).where(LaunchReader.launch_id == launch.id)).all()
    for row in rows:
        if (row.person_id, row.team_id) not in wanted:
            session.delete(row)
    known = {(row.person_id, row.team_id) for row in rows}
    for person, team in sorted(wanted - known, key=lambda pair: (pair[0] or 0, pair[1] or 0)):
        session.add(LaunchReader(launch_id=launch.id, person_id=person, team_id=team))
    return tell(session, actor, launch, "launch.readers_set")
