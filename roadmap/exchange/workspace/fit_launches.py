"""Rules of launches that an imported file must keep."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.exchange.workspace import decisions, waived, watching
from roadmap.exchange.workspace import parts_launches as parts
from roadmap.exchange.workspace.fit_lists import repeats
from roadmap.exchange.workspace.gates import launch_problems
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.problems import Problem, shown
from roadmap.exchange.workspace.reading import Reading
from roadmap.exchange.workspace.references import pattern_problems
from roadmap.exchange.workspace.subjects import Handles, stored
from roadmap.launches.kinds import LaunchState
from roadmap.launches.models import Launch, LaunchDependency
from roadmap.launches.rules import find_cycle, shares_problem
from roadmap.mechanisms.kinds import TARGET_DIRECTION
from roadmap.web.i18n import _

Entries = list[tuple[int, parts.LaunchPart]]
# States that hold a place in the commitment order.
_HOLD = frozenset({LaunchState.COMMITTED, LaunchState.LIVE, LaunchState.PAUSED, LaunchState.CLOSED})


def problems(session: Session, reading: Reading, names: Names) -> Iterator[Problem]:
    """Yield what does not fit in the launches of the file."""
    entries: Entries = reading.parts.get("launches", [])
    policies = dict.fromkeys(names.known("policy"), 1)
    for place, launch in entries:
        path = f"launches[{place}]"
        yield from _scope(path, launch)
        yield from _phases(path, launch)
        yield from _links(path, launch, names)
        yield from _exceptions(path, launch, policies)
    yield from _commitments(session, entries)
    yield from _sources(entries)
    yield from _cycle(session, entries)
    yield from decisions.problems(session, entries, names)
    yield from watching.problems(session, entries)


def _scope(path: str, launch: parts.LaunchPart) -> Iterator[Problem]:
    yield from repeats(f"{path}.cells", (c.cell for c in launch.cells))
    for place, cell in enumerate(launch.cells):
        if "*" in cell.cell.split("/"):
            yield Problem(
                f"{path}.cells[{place}].cell",
                _("%(cell)s leaves a part open: a launch names its cells", cell=shown(cell.cell)),
            )
    for place, one in enumerate(launch.forecasts):
        if one.low is not None and one.low > one.likely:
            yield Problem(f"{path}.forecasts[{place}].low", _("is above likely"))
        if one.high is not None and one.high < one.likely:
            yield Problem(f"{path}.forecasts[{place}].high", _("is below likely"))
    yield from repeats(f"{path}.reader_people", launch.reader_people)
    yield from repeats(f"{path}.reader_teams", launch.reader_teams)


def _phases(path: str, launch: parts.LaunchPart) -> Iterator[Problem]:
    problem = shares_problem([phase.share for phase in launch.phases])
    if problem is not None:
        yield Problem(f"{path}.phases", problem.text(_))
    last = max(1, len(launch.phases))
    for name in ("cells", "mechanisms", "training_needs"):
        for place, one in enumerate(getattr(launch, name)):
            if one.from_phase > last:
                yield Problem(
                    f"{path}.{name}[{place}].from_phase",
                    _("there is no phase %(phase)s", phase=one.from_phase),
                )


def _links(path: str, launch: parts.LaunchPart, names: Names) -> Iterator[Problem]:
    yield from repeats(f"{path}.mechanisms", ((m.mechanism, m.role) for m in launch.mechanisms))
    yield from repeats(f"{path}.requirements", (r.requirement for r in launch.requirements))
    yield from repeats(f"{path}.dependencies", (d.launch for d in launch.dependencies))
    for place, link in enumerate(launch.mechanisms):
        at = f"{path}.mechanisms[{place}]"
        if link.fallback == link.mechanism:
            yield Problem(f"{at}.fallback", _("is the mechanism itself"))
        yield from repeats(f"{at}.targets", (t.metric for t in link.targets))
        for step, target in enumerate(link.targets):
            yield from _target(f"{at}.targets[{step}]", target, names)


def _target(path: str, target: parts.TargetPart, names: Names) -> Iterator[Problem]:
    if target.metric not in TARGET_DIRECTION:
        yield Problem(
            f"{path}.metric",
            _("%(metric)s describes traffic and has no target", metric=target.metric.value),
        )
    yield from repeats(f"{path}.dimensions", target.dimensions)
    for place, pool in enumerate(target.pools):
        for step, member in enumerate(pool.members):
            yield from pattern_problems(f"{path}.pools[{place}].members[{step}]", member, names)


def _exceptions(path: str, launch: parts.LaunchPart, policies: dict[str, int]) -> Iterator[Problem]:
    yield from repeats(f"{path}.checklist", (item.code for item in launch.checklist))
    yield from repeats(f"{path}.gap_plans", ((g.check_code, g.subject) for g in launch.gap_plans))
    handles = _handles(launch, policies)
    told = [("waivers", place, one.subject) for place, one in enumerate(launch.waivers)]
    told += [("gap_plans", place, one.subject) for place, one in enumerate(launch.gap_plans)]
    for name, place, subject in told:
        try:
            stored(subject, handles)
        except ValueError as error:
            yield Problem(f"{path}.{name}[{place}].subject", str(error))
    yield from launch_problems(path, launch.gates, handles)
    yield from waived.problems(path, launch.waivers)
    for place, item in enumerate(launch.checklist):
        if item.answer is None and item.answered_by is not None:
            yield Problem(f"{path}.checklist[{place}].answer", _("is missing beside answered_by"))


def _handles(launch: parts.LaunchPart, policies: dict[str, int]) -> Handles:
    """Return what the subjects of waivers and plans may name; the numbers say nothing."""
    handles = Handles(guidelines=policies)
    for link in launch.mechanisms:
        handles.add("link", f"{link.mechanism}/{link.role.value}", 1)
    for item in launch.checklist:
        handles.add("checklist", item.code, 1)
    for dependency in launch.dependencies:
        handles.add("dependency", dependency.launch, 1)
    for delivered in launch.requirements:
        handles.add("requirement", delivered.requirement, 1)
    for place in range(1, len(launch.training_needs) + 1):
        handles.add("need", str(place), 1)
    return handles


def _commitments(session: Session, entries: Entries) -> Iterator[Problem]:
    inside = {int(launch.key.partition("-")[2]) for _place, launch in entries}
    taken: dict[int, str] = {
        number: f"LCH-{launch_id}"
        for launch_id, number in session.execute(
            select(Launch.id, Launch.commitment_no).where(Launch.commitment_no.is_not(None))
        )
        if launch_id not in inside and number is not None
    }
    for place, launch in entries:
        number, path = launch.commitment_no, f"launches[{place}].commitment_no"
        if number is None:
            if launch.state is LaunchState.COMMITTED:
                yield Problem(path, _("is missing: a committed launch has a place in the order"))
            continue
        if launch.state not in _HOLD:
            yield Problem(
                path,
                _("a launch that is %(state)s has no place in the order", state=launch.state.value),
            )
        if number in taken:
            yield Problem(
                path, _("%(number)s is the place of %(key)s", number=number, key=taken[number])
            )
        taken.setdefault(number, launch.key)


def _sources(entries: Entries) -> Iterator[Problem]:
    seen: set[tuple[str, str | None]] = set()
    for place, launch in entries:
        if (launch.source is None) != (launch.source_key is None):
            yield Problem(f"launches[{place}].source_key", _("source and source_key go together"))
        elif launch.source is not None:
            if (launch.source, launch.source_key) in seen:
                yield Problem(
                    f"launches[{place}].source_key", _("another launch has this source and key")
                )
            seen.add((launch.source, launch.source_key))


def _cycle(session: Session, entries: Entries) -> Iterator[Problem]:
    needs: defaultdict[str, set[str]] = defaultdict(set)
    places = {launch.key: place for place, launch in entries}
    for place, launch in entries:
        for step, one in enumerate(launch.dependencies):
            if one.launch == launch.key:
                yield Problem(
                    f"launches[{place}].dependencies[{step}].launch", _("is the launch itself")
                )
            else:
                needs[launch.key].add(one.launch)
    for launch_id, before in session.execute(
        select(LaunchDependency.launch_id, LaunchDependency.depends_on_id)
    ):
        if f"LCH-{launch_id}" not in places:
            needs[f"LCH-{launch_id}"].add(f"LCH-{before}")
    ring = find_cycle(needs)
    if ring is not None:
        first = next((places[key] for key in ring if key in places), 0)
        yield Problem(
            f"launches[{first}].dependencies",
            _("these wait for each other: %(ring)s", ring=" → ".join(ring)),
        )
