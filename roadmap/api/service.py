"""Turns what a program sent into rows, records them, and says what became of each."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.api.models import EvidenceRow, PushResult, RowResult
from roadmap.errors import Invalid, RoadmapError
from roadmap.mechanisms.facts import Stratum
from roadmap.mechanisms.measurement_checks import NewMeasurement
from roadmap.mechanisms.measurements import MOST_ROWS, record_measurements
from roadmap.mechanisms.names import MechanismNames
from roadmap.mechanisms.sifting import Fate, Outcome
from roadmap.taxonomy.scope import ScopePattern
from roadmap.web.i18n import _, ngettext

_SHOWN = 80


class Unreadable(RoadmapError):
    """A body that is no JSON at all."""

    status = 400


class Refused(Invalid):
    """A batch of which nothing was stored; ``rows`` says what is wrong where."""

    def __init__(self, rows: Sequence[RowResult], total: int) -> None:
        super().__init__(
            ngettext(
                "Nothing was stored: %(num)s of %(total)s rows is refused.",
                "Nothing was stored: %(num)s of %(total)s rows are refused.",
                len(rows),
                total=total,
            )
        )
        self.rows = tuple(rows)


def read_array(data: bytes) -> list[Any]:
    """Return the rows of a JSON array; raise Unreadable for anything else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The body is no JSON: %(why)s.", why=_why(error))) from None
    if not isinstance(found, list):
        raise Unreadable(_("Send an array of rows, or one row a line as application/x-ndjson."))
    return _counted(found)


def read_lines(data: bytes) -> list[Any]:
    """Return the rows of newline-delimited JSON; blank lines are passed over."""
    found = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                text = _("Line %(line)s is no JSON: %(why)s.", line=number, why=_why(error))
                raise Unreadable(text) from None
    return _counted(found)


def _why(error: Exception) -> str:
    """Return what is wrong without the words that were sent."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, line {error.lineno}, column {error.colno}"
    return (
        _("it is not UTF-8 text") if isinstance(error, UnicodeDecodeError) else type(error).__name__
    )


def _counted(rows: list[Any]) -> list[Any]:
    if not rows:
        raise Invalid.at("rows", _("Send at least one row."))
    if len(rows) > MOST_ROWS:
        raise Invalid.at("rows", _("Send at most %(most)s rows at once.", most=f"{MOST_ROWS:,}"))
    return rows


def push(
    session: Session, actor: Actor, given: Sequence[Any], source: str, *, partial: bool
) -> PushResult:
    """Record a batch and say what became of every row; raise Refused if nothing is stored."""
    results: dict[int, RowResult] = {}
    read: list[tuple[int, EvidenceRow]] = []
    for place, one in enumerate(given, start=1):
        try:
            read.append((place, EvidenceRow.model_validate(one)))
        except ValidationError as error:
            results[place] = _unreadable(place, error)
    names = MechanismNames(session, (row.mechanism for _place, row in read))
    rows: list[NewMeasurement] = []
    for place, row in read:
        found = _measurement(names, place, row)
        if isinstance(found, RowResult):
            results[place] = found
        else:
            rows.append(found)
    recording = record_measurements(session, actor, rows, source, correct=True, partial=True)
    for outcome in recording.outcomes:
        place = rows[outcome.place].line or 0
        results[place] = _result(place, outcome)
    told = [results[place] for place in sorted(results)]
    refused = [one for one in told if one.result == "refused"]
    if refused and not partial:
        # Leaving with an error rolls back what was stored of the others.
        raise Refused(refused, len(given))
    return PushResult(
        source=source,
        batch=recording.batch.id if recording.batch is not None else None,
        accepted=recording.count(Fate.ACCEPTED),
        unchanged=recording.known,
        corrected=recording.corrected,
        refused=len(refused),
        rows=told,
    )


def _refused(place: int, field: str, value: Any, reason: str) -> RowResult:
    shown = "" if value is None else str(value)[:_SHOWN]
    return RowResult(row=place, result="refused", field=field, value=shown, reason=reason)


def _unreadable(place: int, error: ValidationError) -> RowResult:
    """Return the first thing that keeps a row from being read, in a sentence."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    kind = first["type"]
    if kind == "missing":
        return _refused(place, field, None, _("This field is missing."))
    if kind == "extra_forbidden":
        return _refused(place, field, None, _("There is no such field; take it out."))
    value = first["input"]
    shown = value if isinstance(value, str | int | float) else type(value).__name__
    return _refused(place, field, shown, f"{first['msg'].rstrip('.')}.")


def _measurement(names: MechanismNames, place: int, row: EvidenceRow) -> NewMeasurement | RowResult:
    """Return the row with what its names stand for, or why it is refused."""
    known = names.of(row.mechanism)
    if known is None:
        return _refused(place, "mechanism", row.mechanism, _("There is no such mechanism."))
    configuration = guideline = None
    if row.configuration is not None:
        configuration = known.configurations.get(row.configuration)
        if configuration is None:
            text = _("This mechanism has no configuration of that name.")
            return _refused(place, "configuration", row.configuration, text)
    if row.guideline is not None:
        guideline = known.guidelines.get(row.guideline)
        if guideline is None:
            text = _("There is no such guideline version.")
            return _refused(place, "guideline", row.guideline, text)
    return NewMeasurement(
        mechanism_id=known.mechanism_id,
        configuration_id=configuration,
        policy_version_id=guideline,
        scope=ScopePattern(row.market, row.language, row.surface, row.policy_area),
        metric=row.metric,
        numerator=row.numerator,
        denominator=row.denominator,
        window_start=row.window_start,
        window_end=row.window_end,
        sampling=row.sampling,
        label_source=row.label_source,
        strata=tuple(
            Stratum(population=s.population, sampled=s.n, positives=s.positives, found=s.found)
            for s in row.strata or ()
        ),
        observed_at=row.observed_at,
        external_key=row.key,
        line=place,
    )


def _result(place: int, outcome: Outcome) -> RowResult:
    if outcome.problem is not None:
        problem = outcome.problem
        return _refused(place, problem.column, problem.value, problem.reason)
    return RowResult(row=place, result=outcome.fate.value, reason=outcome.note or None)
