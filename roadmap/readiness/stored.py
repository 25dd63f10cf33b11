"""Answers as stored with a verdict: codes, numbers and ids as JSON, and back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, overload

from roadmap.mechanisms.kinds import Grade
from roadmap.readiness.answers import Answer, Params, Status
from roadmap.readiness.facts import Severity


def as_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as a JSON object; empty parts are left out."""
    values: dict[str, Any] = {
        "code": str(answer.code),
        "severity": answer.severity.value,
        "status": answer.status.value,
        "subject": answer.subject,
        "question": answer.question,
        "why": answer.why,
        "scope": answer.scope,
        "measured": answer.measured,
        "required": answer.required,
        "params": dict(answer.params),
        "fix": answer.fix,
        "fix_params": dict(answer.fix_params) if answer.fix_params != answer.params else None,
        "grade": answer.grade.value if answer.grade is not None else None,
        "owner": answer.owner_id,
        "required_by": answer.required_by.isoformat() if answer.required_by else None,
        "evidence": list(answer.evidence),
        "observed_at": answer.observed_at.isoformat() if answer.observed_at else None,
        "valid_until": answer.valid_until.isoformat() if answer.valid_until else None,
        "waiver": answer.waiver_id,
    }
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _params(values: Mapping[str, Any]) -> Params:
    return tuple(sorted(values.items()))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def from_json(stored: Mapping[str, Any]) -> Answer:
    """Return the answer a stored object holds."""
    params = stored.get("params", {})
    fix = stored.get("fix")
    required_by = stored.get("required_by")
    return Answer(
        code=stored["code"],
        severity=Severity(stored["severity"]),
        status=Status(stored["status"]),
        subject=stored["subject"],
        question=stored["question"],
        why=stored.get("why", ""),
        scope=stored.get("scope"),
        measured=stored.get("measured"),
        required=stored.get("required"),
        params=_params(params),
        fix=fix,
        fix_params=_params(stored.get("fix_params", params)) if fix is not None else (),
        grade=Grade(stored["grade"]) if "grade" in stored else None,
        owner_id=stored.get("owner"),
        required_by=date.fromisoformat(required_by) if required_by is not None else None,
        evidence=tuple(stored.get("evidence", ())),
        observed_at=_moment(stored.get("observed_at")),
        valid_until=_moment(stored.get("valid_until")),
        waiver_id=stored.get("waiver"),
    )


_STATUS = {status.value: status for status in Status}


@dataclass(slots=True)
class Outline:
    """What a board counts of an answer, without its numbers; ``number`` is its place in the list.

    Reading it costs a tenth of reading the answer.
    """

    number: int
    severity: str
    status: Status
    question: str
    owner_id: int | None
    waiver_id: int | None

    @property
    def is_required(self) -> bool:
        """Tell whether the verdict depends on it."""
        return self.severity != Severity.INFO and self.status is not Status.NOT_APPLICABLE

    @property
    def passes(self) -> bool:
        """Tell whether nothing stands in the way; a waived failure does not pass."""
        return self.status is Status.PASS or self.status is Status.NOT_APPLICABLE


def outlines(stored: Sequence[Mapping[str, Any]]) -> list[Outline]:
    """Return the outline of each stored answer."""
    return [
        Outline(
            number,
            one["severity"],
            _STATUS[one["status"]],
            one["question"],
            one.get("owner"),
            one.get("waiver"),
        )
        for number, one in enumerate(stored)
    ]


class StoredReasons(Sequence[Answer]):
    """The answers of a stored verdict; each is read from its JSON when it is asked for."""

    def __init__(self, stored: Sequence[Mapping[str, Any]]) -> None:
        self._stored = stored
        self.outlines = outlines(stored)

    def __len__(self) -> int:
        return len(self._stored)

    @overload
    def __getitem__(self, index: int) -> Answer: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Answer, ...]: ...

    def __getitem__(self, index: int | slice) -> Answer | tuple[Answer, ...]:
        if isinstance(index, slice):
            return tuple(from_json(one) for one in self._stored[index])
        return from_json(self._stored[index])


def open_reasons(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Return what is stored of a verdict: the answers that do not pass, in their order."""
    return [as_json(answer) for answer in answers if not answer.passes]
