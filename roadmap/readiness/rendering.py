"""Answers as sentences for one reader: what they may not see of other launches is never named."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.errors import Invalid
from roadmap.launches.access import Asker, visible_ids
from roadmap.launches.models import Launch
from roadmap.readiness.answers import Answer, Value
from roadmap.readiness.sentences import say, say_fix
from roadmap.readiness.verdict import Verdict
from roadmap.web.i18n import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One answer as a person reads it; `answer` holds its codes and numbers."""

    answer: Answer
    message: str
    fix: str | None
    owner: str | None
    evidence: tuple[str, ...]

    @property
    def code(self) -> str:
        """Return the check's code."""
        return str(self.answer.code)

    @property
    def status(self) -> str:
        """Return the status as pages show it: a waived failure reads as waived."""
        return "waived" if self.answer.waiver_id is not None else self.answer.status.value

    @property
    def required_by(self) -> date | None:
        """Return the day by which it must pass."""
        return self.answer.required_by

    @property
    def measured(self) -> Value:
        """Return the measured value."""
        return self.answer.measured

    @property
    def valid_until(self) -> datetime | None:
        """Return the moment from which time alone may change it."""
        return self.answer.valid_until


def _launches_in(answers: Iterable[Answer]) -> set[int]:
    found: set[int] = set()
    for answer in answers:
        launch_id = dict(answer.params).get("launch_id")
        if isinstance(launch_id, int):
            found.add(launch_id)
        found.update(
            int(one.removeprefix("launch:")) for one in answer.evidence if one.startswith("launch:")
        )
    return found


class Renderer:
    """Renders answers for one reader; looks up names and rights once for all of them."""

    def __init__(self, session: Session, actor: Asker | None, answers: Iterable[Answer]) -> None:
        known = tuple(answers)
        self._seen = visible_ids(session, actor, _launches_in(known))
        owners = {a.owner_id for a in known if a.owner_id is not None}
        self._names: dict[int, str] = {}
        if owners:
            people = select(Person.id, Person.name).where(Person.id.in_(sorted(owners)))
            self._names = {row.id: row.name for row in session.execute(people)}

    def may_see(self, launch_id: int) -> bool:
        """Tell whether the reader may know of a launch."""
        return launch_id in self._seen

    def reason(self, answer: Answer) -> Reason:
        """Return an answer as the reader may read it."""
        return Reason(
            answer=answer,
            message=say(answer, may_see=self.may_see, name_of=_key, translate=_),
            fix=say_fix(answer, may_see=self.may_see, name_of=_key, translate=_),
            owner=self._names.get(answer.owner_id) if answer.owner_id is not None else None,
            evidence=tuple(self._reference(one) for one in answer.evidence),
        )

    def _reference(self, evidence: str) -> str:
        kind, _colon, number = evidence.partition(":")
        if kind == "launch" and not self.may_see(int(number)):
            return _("1 confidential launch")
        return evidence


def _key(launch_id: int) -> str:
    return f"{Launch.key_prefix}-{launch_id}"


def render(session: Session, actor: Asker | None, answers: Iterable[Answer]) -> list[Reason]:
    """Return answers as sentences for the reader, in at most two statements."""
    known = tuple(answers)
    renderer = Renderer(session, actor, known)
    return [renderer.reason(answer) for answer in known]


def reason_json(reason: Reason) -> dict[str, Any]:
    """Return a reason as the command and the API print it."""
    answer = reason.answer
    return {
        "code": reason.code,
        "severity": answer.severity.value,
        "status": answer.status.value,
        "scope": answer.scope,
        "measured": answer.measured,
        "required": answer.required,
        "message": reason.message,
        "fix": reason.fix,
        "grade": answer.grade.value if answer.grade is not None else None,
        "owner": reason.owner,
        "required_by": answer.required_by.isoformat() if answer.required_by else None,
        "evidence": list(reason.evidence),
        "waiver": f"waiver:{answer.waiver_id}" if answer.waiver_id is not None else None,
    }


def read_moment(text: str | None) -> datetime:
    """Return the moment of a text, a day or a time, UTC if it names no zone; now for None."""
    if text is None:
        return clock.now()
    try:
        if len(text.strip()) == 10:
            return datetime.combine(date.fromisoformat(text.strip()), time(), UTC)
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(
            _("%(text)s is no time: write 2026-12-01 or 2026-12-01T09:00+01:00.", text=text)
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def verdict_json(verdict: Verdict, reasons: list[Reason]) -> dict[str, Any]:
    """Return a verdict as programs read it; `reasons` are the answers that do not pass."""
    return {
        "launch": f"{Launch.key_prefix}-{verdict.launch_id}",
        "phase": verdict.phase,
        "at": verdict.at.isoformat(),
        "verdict": verdict.word.value,
        "outlook": verdict.outlook.value,
        "valid_until": verdict.valid_until.isoformat() if verdict.valid_until else None,
        "reasons": [reason_json(reason) for reason in reasons],
    }
