"""Rules of requirements that an imported file must keep."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.exchange.workspace.fit_lists import definition_of, repeats
from roadmap.exchange.workspace.parts_requirements import RequirementPart, ScorePart
from roadmap.exchange.workspace.problems import Problem
from roadmap.exchange.workspace.reading import Reading
from roadmap.launches.rules import find_cycle
from roadmap.requirements.checks import ANSWER_LENGTH
from roadmap.requirements.files import TYPES, safe_name
from roadmap.requirements.models import RequirementLink
from roadmap.requirements.questions import QUESTIONS, AnswerType
from roadmap.requirements.rules import RequirementKind, RequirementState
from roadmap.scoring.definitions import definition
from roadmap.scoring.formulas import check_inputs
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.queries import frameworks
from roadmap.web.i18n import _


def problems(session: Session, reading: Reading) -> Iterator[Problem]:
    """Yield what does not fit in the requirements of the file."""
    entries: list[tuple[int, RequirementPart]] = reading.parts.get("requirements", [])
    for place, one in entries:
        yield from _one(f"requirements[{place}]", one)
    yield from _scores(session, reading, entries)
    yield from _sources(entries)
    yield from _cycle(session, entries)


def _one(path: str, one: RequirementPart) -> Iterator[Problem]:
    for name in ("markets", "languages", "surfaces", "policy_areas"):
        yield from repeats(f"{path}.{name}", getattr(one, name))
    yield from repeats(f"{path}.efforts", (e.team for e in one.efforts))
    yield from repeats(
        f"{path}.supporters", ((s.person, None if s.person else s.team) for s in one.supporters)
    )
    yield from _support(path, one)
    yield from repeats(f"{path}.scores", ((s.framework, s.scorer) for s in one.scores))
    yield from repeats(f"{path}.prerequisites", (p.requirement for p in one.prerequisites))
    yield from _together(path, one)
    yield from _answers(path, one)
    yield from _files(path, one)
    for place, criterion in enumerate(one.criteria):
        if criterion.accepted_by is not None and criterion.accepted_at is None:
            yield Problem(
                f"{path}.criteria[{place}].accepted_at", _("is missing beside accepted_by")
            )


def _support(path: str, one: RequirementPart) -> Iterator[Problem]:
    for place, said in enumerate(one.supporters):
        here = f"{path}.supporters[{place}]"
        if said.person is None and said.team is None:
            yield Problem(f"{here}.person", _("is missing: name a person or a team"))
        if said.entered_by is not None and not said.source.strip():
            yield Problem(f"{here}.source", _("is missing beside entered_by"))


def _together(path: str, one: RequirementPart) -> Iterator[Problem]:
    """Yield what does not fit between the fields of one requirement."""
    if one.kind is not RequirementKind.PROBLEM_REPORT:
        for name in ("severity", "people_affected"):
            if getattr(one, name) is not None:
                yield Problem(f"{path}.{name}", _("belongs to a problem_report only"))
    if one.value_at_stake is not None and one.currency is None:
        yield Problem(f"{path}.currency", _("is missing: value_at_stake needs its currency"))
    if one.duplicate_of is not None and one.state is not RequirementState.DUPLICATE:
        yield Problem(f"{path}.duplicate_of", _("belongs to the state duplicate only"))
    if one.snoozed_for is not None and one.state is not RequirementState.SNOOZED:
        yield Problem(f"{path}.snoozed_for", _("belongs to the state snoozed only"))
    if one.duplicate_of == one.key:
        yield Problem(f"{path}.duplicate_of", _("is the requirement itself"))
    if (one.source is None) != (one.source_key is None):
        yield Problem(f"{path}.source_key", _("source and source_key go together"))


def _answers(path: str, one: RequirementPart) -> Iterator[Problem]:
    """Yield the answers that no question of the kind takes."""
    asked = {question.code: question for question in QUESTIONS[one.kind]}
    for code, answer in one.answers.items():
        here = f"{path}.answers.{code}"
        question = asked.get(code)
        if question is None:
            yield Problem(here, _("is not asked of this kind of requirement"))
        elif (question.type is AnswerType.NUMBER) != isinstance(answer, int):
            number = question.type is AnswerType.NUMBER
            yield Problem(here, _("must be a whole number") if number else _("must be text"))
        elif question.type is AnswerType.CHOICE and answer not in dict(question.choices):
            yield Problem(here, _("is not one of the answers one may choose"))
        elif isinstance(answer, str) and not 0 < len(answer.strip()) <= ANSWER_LENGTH:
            yield Problem(here, _("is empty, or longer than 2,000 characters"))


def _files(path: str, one: RequirementPart) -> Iterator[Problem]:
    for place, file in enumerate(one.files):
        here = f"{path}.files[{place}]"
        if safe_name(file.name) != file.name:
            yield Problem(f"{here}.name", _("holds signs that no name of a file may have"))
        if file.media_type not in TYPES.values():
            yield Problem(f"{here}.media_type", _("is not a type of file that is taken"))


def _scores(
    session: Session, reading: Reading, entries: list[tuple[int, RequirementPart]]
) -> Iterator[Problem]:
    """Yield every input that the newest version of its framework does not allow."""
    found = {row.code: definition(row) for row in frameworks(session)}
    own = [part for _place, part in reading.parts.get("frameworks", []) if part.active]
    for part in sorted(own, key=lambda part: part.version):
        try:
            found[part.code] = definition_of(part)
        except (ValueError, TypeError, KeyError, AttributeError):
            # Said of the framework itself.
            found.pop(part.code, None)
    for place, one in entries:
        for step, score in enumerate(one.scores):
            framework = found.get(score.framework)
            for fault in check_inputs(framework, dict(score.inputs)) if framework else ():
                path = f"requirements[{place}].scores[{step}].inputs.{fault.criterion}"
                yield Problem(path, fault.sentence.text(_))
            yield from _ranges(f"requirements[{place}].scores[{step}].ranges", score, framework)


def _ranges(path: str, score: ScorePart, framework: FrameworkDef | None) -> Iterator[Problem]:
    """Yield every range that does not hold its number, or that the framework does not allow."""
    for code, (low, high) in score.ranges.items():
        likely = score.inputs.get(code)
        if likely is None or not low <= likely <= high:
            yield Problem(f"{path}.{code}", _("does not hold the number it is around"))
        for end in (low, high):
            for fault in check_inputs(framework, {code: end}) if framework else ():
                yield Problem(f"{path}.{code}", fault.sentence.text(_))


def _sources(entries: list[tuple[int, RequirementPart]]) -> Iterator[Problem]:
    seen: set[tuple[str, str | None]] = set()
    for place, one in entries:
        if one.source is None:
            continue
        if (one.source, one.source_key) in seen:
            yield Problem(
                f"requirements[{place}].source_key",
                _("another requirement has this source and key"),
            )
        seen.add((one.source, one.source_key))


def _cycle(session: Session, entries: list[tuple[int, RequirementPart]]) -> Iterator[Problem]:
    """Yield a problem if requirements, those in the database included, wait in a ring."""
    needs: defaultdict[str, set[str]] = defaultdict(set)
    places = {one.key: place for place, one in entries}
    for place, one in entries:
        for step, before in enumerate(one.prerequisites):
            if before.requirement == one.key:
                yield Problem(
                    f"requirements[{place}].prerequisites[{step}].requirement",
                    _("is the requirement itself"),
                )
            else:
                needs[one.key].add(before.requirement)
    for blocker, blocked in session.execute(
        select(RequirementLink.blocker_id, RequirementLink.blocked_id)
    ):
        if f"REQ-{blocked}" not in places:
            needs[f"REQ-{blocked}"].add(f"REQ-{blocker}")
    ring = find_cycle(needs)
    if ring is not None:
        first = next((places[key] for key in ring if key in places), 0)
        yield Problem(
            f"requirements[{first}].prerequisites",
            _("these wait for each other: %(ring)s", ring=" → ".join(ring)),
        )
