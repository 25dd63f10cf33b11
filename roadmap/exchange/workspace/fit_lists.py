"""Rules of taxonomy, calendar, people, frameworks and templates that an imported file must keep."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.permissions import ROLES
from roadmap.exchange.workspace import parts_lists as lists
from roadmap.exchange.workspace.problems import Problem, shown
from roadmap.exchange.workspace.reading import Reading
from roadmap.exchange.workspace.shipped import built_in_frameworks, built_in_templates
from roadmap.readiness.models import ChecklistTemplate
from roadmap.scoring.definitions import criterion_from
from roadmap.scoring.expression import FormulaError
from roadmap.scoring.frameworks import FrameworkDef, FrameworkError, Method
from roadmap.scoring.models import Framework
from roadmap.taxonomy.codes import canonical_language, market_name
from roadmap.taxonomy.dsa import DSA_CATEGORIES
from roadmap.web.i18n import _


def repeats(path: str, keys: Iterable[object]) -> Iterator[Problem]:
    """Yield a problem for every entry of a list that an earlier one equals."""
    seen: set[object] = set()
    for place, key in enumerate(keys):
        if key in seen:
            yield Problem(f"{path}[{place}]", _("is there twice"))
        seen.add(key)


def problems(session: Session, reading: Reading) -> Iterator[Problem]:
    """Yield what does not fit in the lists every organisation has."""
    yield from _codes(reading)
    for place, person in reading.parts.get("people", []):
        yield from _person(f"people[{place}]", person)
    for place, team in reading.parts.get("teams", []):
        yield from repeats(f"teams[{place}].members", (m.person for m in team.members))
    for place, version in reading.parts.get("policy_versions", []):
        path = f"policy_versions[{place}]"
        yield from repeats(f"{path}.markets", (m.market for m in version.markets))
        yield from repeats(f"{path}.languages", (m.language for m in version.languages))
    for place, days in reading.parts.get("calendar", []):
        if days.ends_on < days.starts_on:
            yield Problem(f"calendar[{place}].ends_on", _("lies before starts_on"))
    yield from _frameworks(session, reading)
    yield from _templates(session, reading)


def _codes(reading: Reading) -> Iterator[Problem]:
    for place, market in reading.parts.get("markets", []):
        if market_name(market.code) is None:
            yield Problem(
                f"markets[{place}].code",
                _("%(code)s is not a country code of ISO 3166-1", code=shown(market.code)),
            )
    for place, language in reading.parts.get("languages", []):
        if canonical_language(language.code) != language.code:
            yield Problem(
                f"languages[{place}].code",
                _("%(code)s is not a language tag in its usual form", code=shown(language.code)),
            )
    for place, area in reading.parts.get("policy_areas", []):
        if area.dsa_category not in DSA_CATEGORIES:
            yield Problem(
                f"policy_areas[{place}].dsa_category",
                _(
                    "%(code)s is not a statement-of-reasons category",
                    code=shown(area.dsa_category),
                ),
            )


def _person(path: str, person: lists.PersonPart) -> Iterator[Problem]:
    for place, role in enumerate(person.roles):
        if role not in ROLES:
            yield Problem(
                f"{path}.roles[{place}]",
                _("%(role)s is no role: %(all)s", role=shown(role), all=", ".join(sorted(ROLES))),
            )
    try:
        ZoneInfo(person.time_zone)
    except (KeyError, ValueError, OSError):
        yield Problem(
            f"{path}.time_zone",
            _("%(zone)s is no time zone, as in Europe/Dublin", zone=shown(person.time_zone)),
        )


def _frameworks(session: Session, reading: Reading) -> Iterator[Problem]:
    known = {f"{code}@{version}" for code, version in _versions(session, Framework)}
    known |= built_in_frameworks()
    for place, framework in reading.parts.get("frameworks", []):
        path = f"frameworks[{place}]"
        label = f"{framework.code}@{framework.version}"
        known.add(label)
        if label in built_in_frameworks():
            yield Problem(f"{path}.code", _("%(label)s is built in; name yours", label=label))
        problem = _definition_problem(framework)
        if problem is not None:
            yield Problem(f"{path}.criteria", problem)
    head = reading.head
    if head is None:
        return
    for place, label in enumerate(head.frameworks_off):
        if label not in known:
            yield Problem(
                f"frameworks_off[{place}]", _("there is no framework %(name)s", name=label)
            )
    if head.backlog_framework is not None and head.backlog_framework not in known:
        yield Problem(
            "backlog_framework", _("there is no framework %(name)s", name=head.backlog_framework)
        )


def definition_of(framework: lists.FrameworkPart) -> FrameworkDef:
    """Return what the rules compute with; raises what FrameworkDef and a criterion raise."""
    return FrameworkDef(
        code=framework.code,
        version=framework.version,
        name=framework.name,
        method=Method(framework.method),
        criteria=tuple(criterion_from(data) for data in framework.criteria),
        expression=framework.expression,
        params=framework.params,
    )


def _definition_problem(framework: lists.FrameworkPart) -> str | None:
    try:
        definition_of(framework)
    except (FrameworkError, FormulaError) as error:
        return str(error)
    except (AttributeError, KeyError, TypeError, ValueError):
        return _("a criterion needs code and name, and numbers where numbers belong")
    return None


def _templates(session: Session, reading: Reading) -> Iterator[Problem]:
    known = {f"{code}@{version}" for code, version in _versions(session, ChecklistTemplate)}
    known |= built_in_templates()
    for place, template in reading.parts.get("templates", []):
        label = f"{template.code}@{template.version}"
        known.add(label)
        if label in built_in_templates():
            yield Problem(
                f"templates[{place}].code", _("%(label)s is built in; name yours", label=label)
            )
        yield from repeats(f"templates[{place}].items", (item.code for item in template.items))
    for place, label in enumerate(reading.head.templates_off if reading.head else ()):
        if label not in known:
            yield Problem(f"templates_off[{place}]", _("there is no template %(name)s", name=label))


def _versions(
    session: Session, table: type[Framework] | type[ChecklistTemplate]
) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in session.execute(select(table.code, table.version))]
