"""What the pages of one mechanism show, read in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.accounts.wording import Line
from roadmap.mechanisms.asked import Asked, asked_of
from roadmap.mechanisms.bounds import Answer, Interval
from roadmap.mechanisms.evidence import interval_of
from roadmap.mechanisms.facts import MechanismFact
from roadmap.mechanisms.gather import measurement_fact, measurement_facts, mechanism_facts
from roadmap.mechanisms.kinds import HUMAN_KINDS, Metric
from roadmap.mechanisms.models import (
    Configuration,
    Measurement,
    MeasurementVoid,
    Mechanism,
)
from roadmap.mechanisms.queries import Relations, may_edit, relations
from roadmap.mechanisms.standing import Duty, Proof, owed, prove
from roadmap.mechanisms.wording import MECHANISM_WORDS
from roadmap.taxonomy.models import PolicyVersion
from roadmap.taxonomy.queries import Options
from roadmap.taxonomy.wording import history_lines
from roadmap.web.paging import Order, Page, encode_mark, make_page, page_of


@dataclass(frozen=True)
class Group:
    """One metric with its target: where it is proven, where not."""

    asked: Asked
    proofs: tuple[Proof, ...]

    @property
    def proven(self) -> list[Proof]:
        """Return the slices that pass."""
        return [proof for proof in self.proofs if proof.finding.answer is Answer.PASS]

    @property
    def missed(self) -> int:
        """Return in how many slices the observed share misses the target."""
        return sum(proof.finding.answer is Answer.FAIL for proof in self.proofs)

    @property
    def open(self) -> list[Proof]:
        """Return the slices that fail or are unknown, failing ones first."""
        return [proof for proof in self.proofs if proof.finding.answer is not Answer.PASS]


@dataclass(frozen=True)
class Overview:
    """The first page of a mechanism."""

    fact: MechanismFact
    relations: Relations
    groups: tuple[Group, ...]
    duties: tuple[Duty, ...]
    rows: int
    human: bool
    may_edit: bool
    may_measure: bool
    lines: list[Line]


def overview(
    session: Session,
    actor: Actor,
    mechanism: Mechanism,
    tried: Sequence[Asked] = (),
    offered: Options | None = None,
) -> Overview:
    """Return the first page; `tried` are targets the reader wants to see judged as well."""
    fact = mechanism_facts(session, [mechanism.id])[mechanism.id]
    rows = measurement_facts(session, [mechanism.id])
    proofs = prove(fact, rows, [*asked_of(session, actor, mechanism.id), *tried], clock.today())
    return Overview(
        fact=fact,
        relations=relations(session, mechanism),
        groups=grouped(proofs),
        duties=owed(fact, proofs, clock.today()),
        rows=len(rows),
        human=mechanism.kind in HUMAN_KINDS,
        may_edit=may_edit(actor, mechanism),
        may_measure=may_edit(actor, mechanism, "evidence.write"),
        lines=history_lines(
            session, MECHANISM_WORDS, "mechanism", mechanism.id, limit=15, offered=offered
        ),
    )


def grouped(proofs: Sequence[Proof]) -> tuple[Group, ...]:
    """Return the proofs by target, in order of metric."""
    found: dict[Asked, list[Proof]] = {}
    for proof in proofs:
        found.setdefault(proof.asked, []).append(proof)
    ordered = sorted(found.items(), key=lambda item: (item[0].metric, item[0].dimensions))
    return tuple(Group(asked, tuple(parts)) for asked, parts in ordered)


@dataclass(frozen=True)
class RowLine:
    """One measurement row as the evidence page lists it."""

    row: Measurement
    interval: Interval | None
    configuration: str | None
    current: bool
    guideline: str | None
    void_reason: str | None


def measurement_page(
    session: Session,
    mechanism: Mechanism,
    metric: Metric | None,
    mark: str | None,
    *,
    backward: bool,
) -> Page[RowLine]:
    """Return one page of all rows of a mechanism, the newest window first, one statement."""
    query = _rows(mechanism)
    if metric is not None:
        query = query.where(Measurement.metric == metric)
    order = Order(Measurement.window_end, Measurement.id, descending=True)
    rows = session.execute(page_of(query, order, mark, backward)).all()
    marks = [encode_mark(row.Measurement.window_end, row.Measurement.id) for row in rows]
    return make_page([_row(row) for row in rows], marks, mark, backward)


def measurement_line(session: Session, mechanism: Mechanism, row_id: int) -> RowLine | None:
    """Return one row of a mechanism, None if it has no such row."""
    row = session.execute(_rows(mechanism).where(Measurement.id == row_id)).one_or_none()
    return _row(row) if row is not None else None


def _rows(mechanism: Mechanism) -> Any:
    return (
        select(
            Measurement,
            Configuration.label,
            Configuration.digest,
            Configuration.is_current,
            PolicyVersion,
            MeasurementVoid.reason,
            MeasurementVoid.voided_at,
        )
        .outerjoin(Configuration, Configuration.id == Measurement.configuration_id)
        .outerjoin(PolicyVersion, PolicyVersion.id == Measurement.policy_version_id)
        .outerjoin(MeasurementVoid, MeasurementVoid.measurement_id == Measurement.id)
        .where(Measurement.mechanism_id == mechanism.id)
    )


def _row(found: Any) -> RowLine:
    row: Measurement = found.Measurement
    return RowLine(
        row=row,
        interval=interval_of(measurement_fact(_Joined(row, found.digest, found.voided_at))),
        configuration=found.label,
        current=found.is_current is not False,
        guideline=found.PolicyVersion.label if found.PolicyVersion is not None else None,
        void_reason=found.reason,
    )


class _Joined:
    """A measurement with the columns of its neighbours, as `measurement_fact` reads them."""

    def __init__(self, row: Measurement, digest: str | None, voided_at: Any) -> None:
        self._row = row
        self.digest = digest
        self.voided_at = voided_at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)
