"""Durable jobs: rows enqueued in the business transaction, run by the worker at least once.

A handler gets a ``Run`` and opens its own transactions. It must be safe to run twice, since a
worker may die between the work and the note that it was done.
"""

import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import structlog
from sqlalchemy import CheckConstraint, Index, String, Text, case, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from roadmap import clock
from roadmap.context import request_id
from roadmap.db import Base, Database
from roadmap.errors import Invalid, NotFound

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=15)
MAX_ATTEMPTS = 5


class Job(Base):
    """One piece of long or deferred work."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
        Index("ix_job_due", "state", "run_after", "id"),
        Index("ix_job_dedupe", "dedupe", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    # While a job with this key is queued, another is not added.
    dedupe: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20), default="queued")
    run_after: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    done_steps: Mapped[int] = mapped_column(default=0)
    total_steps: Mapped[int | None]
    message: Mapped[str] = mapped_column(String(500), default="")
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def working_since(self) -> datetime | None:
        """Return when its worker took it, or last told how far it is; None while nobody has it."""
        if self.state != "running" or self.locked_until is None:
            return None
        return self.locked_until - LEASE


class WorkerBeat(Base):
    """When a worker last looked for work; /readyz reads it."""

    __tablename__ = "worker_beat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


@dataclass
class Run:
    """A job being run."""

    db: Database
    settings: Any
    id: int
    payload: dict[str, Any]

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Store how far the work is, in a transaction of its own, and renew the lease."""
        with self.db.writing() as session:
            session.execute(
                update(Job)
                .where(Job.id == self.id)
                .values(
                    done_steps=done,
                    total_steps=total,
                    message=message[:500],
                    locked_until=clock.now() + LEASE,
                )
            )


Handler: TypeAlias = Callable[[Run], dict[str, Any] | None]


@dataclass(frozen=True)
class _Kind:
    handler: Handler
    every: timedelta | None


_kinds: dict[str, _Kind] = {}


def register(kind: str, handler: Handler, every: timedelta | None = None) -> None:
    """Name the handler of a kind; with ``every`` the worker runs it again and again by itself."""
    _kinds[kind] = _Kind(handler, every)


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any] | None = None,
    *,
    dedupe: str | None = None,
    after: timedelta = timedelta(0),
    created_by: int | None = None,
) -> Job | None:
    """Add a job in the caller's transaction; None if one with the same ``dedupe`` already waits."""
    if dedupe is not None and session.scalar(
        select(Job.id).where(Job.dedupe == dedupe, Job.state == "queued").limit(1)
    ):
        return None
    job = Job(
        kind=kind,
        payload=payload or {},
        dedupe=dedupe,
        run_after=clock.now() + after,
        created_by=created_by,
        created_at=clock.now(),
    )
    session.add(job)
    session.flush()
    return job


def claim(session: Session) -> Job | None:
    """Take the next due job, or one whose worker stopped answering; the caller commits at once."""
    now = clock.now()
    due = (
        select(Job)
        .where(
            ((Job.state == "queued") & (Job.run_after <= now))
            | ((Job.state == "running") & (Job.locked_until < now))
        )
        .order_by(Job.run_after, Job.id)
        .limit(1)
        # Ignored by SQLite, where the write lock already lets only one worker in.
        .with_for_update(skip_locked=True)
    )
    job = session.scalar(due)
    if job is None:
        return None
    job.state, job.attempts, job.locked_until = "running", job.attempts + 1, now + LEASE
    return job


def work_once(db: Database, settings: Any) -> bool:
    """Run one due job to its end; return whether there was one."""
    with db.writing() as session:
        job = claim(session)
        if job is None:
            return False
        run, kind, attempts = Run(db, settings, job.id, job.payload), job.kind, job.attempts
    known = _kinds.get(kind)
    # What the job changes is told in the history under its number.
    request_id.set(f"job-{run.id}")
    try:
        if attempts > MAX_ATTEMPTS:
            raise RuntimeError("its worker stopped answering each time it ran")
        if known is None:
            raise LookupError(f"no handler for jobs of kind {kind}")
        result = known.handler(run)
    except Exception as error:
        _fail(db, run.id, attempts, error)
        log.exception("job failed", job=run.id, kind=kind, attempt=attempts)
    else:
        with db.writing() as session:
            session.execute(
                update(Job)
                .where(Job.id == run.id)
                .values(state="done", result=result, error=None, finished_at=clock.now())
            )
        log.info("job done", job=run.id, kind=kind)
    return True


def _fail(db: Database, job_id: int, attempts: int, error: Exception) -> None:
    """Put the job back with a growing pause, or give up after the last attempt."""
    last = attempts >= MAX_ATTEMPTS
    text = "".join(traceback.format_exception_only(error))[:4000]
    with db.writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(
                state="failed" if last else "queued",
                error=text,
                run_after=clock.now() + timedelta(seconds=5 * 2**attempts),
                finished_at=clock.now() if last else None,
            )
        )


def beat(db: Database) -> None:
    """Note that a worker is alive, and add the periodic jobs that are due."""
    now = clock.now()
    with db.writing() as session:
        mark = session.get(WorkerBeat, "worker")
        if mark is None:
            session.add(WorkerBeat(name="worker", at=now))
        else:
            mark.at = now
        for name, kind in _kinds.items():
            if kind.every is not None:
                _plan_periodic(session, name, kind.every, now)


def _plan_periodic(session: Session, name: str, every: timedelta, now: datetime) -> None:
    newest = session.execute(
        select(Job.state, Job.created_at)
        .where(Job.dedupe == f"every:{name}")
        .order_by(Job.id.desc())
        .limit(1)
    ).first()
    if newest is None or (newest.state in {"done", "failed"} and newest.created_at + every <= now):
        enqueue(session, name, dedupe=f"every:{name}")


def newest(session: Session, limit: int = 100) -> Sequence[Job]:
    """Return the newest jobs: failed ones first, then running, waiting and done ones.

    Periodic jobs that went well are left out: there are thousands a day and they say nothing.
    """
    routine = (Job.state == "done") & func.coalesce(Job.dedupe, "").startswith("every:")
    place = case({"failed": 0, "running": 1, "queued": 2}, value=Job.state, else_=3)
    query = select(Job).where(~routine).order_by(place, Job.id.desc()).limit(limit)
    return session.scalars(query).all()


def last_beat(session: Session) -> datetime | None:
    """Return when a worker last looked for work."""
    return session.scalar(select(WorkerBeat.at).where(WorkerBeat.name == "worker"))


def retry(session: Session, job_id: int) -> Job:
    """Queue a failed job again with all its attempts before it."""
    job = session.scalar(select(Job).where(Job.id == job_id).with_for_update())
    if job is None:
        raise NotFound("There is no such job; finished ones are forgotten after a day.")
    if job.state != "failed":
        raise Invalid("Only a failed job can be run again.")
    job.state, job.attempts, job.run_after, job.finished_at = "queued", 0, clock.now(), None
    session.flush()
    return job


def forget_old(session: Session, keep: timedelta) -> int:
    """Delete finished periodic jobs older than ``keep``; return how many."""
    outcome: Any = session.execute(
        delete(Job).where(
            Job.state == "done",
            Job.dedupe.startswith("every:"),
            Job.finished_at < clock.now() - keep,
        )
    )
    return int(outcome.rowcount)


def run_worker(db: Database, settings: Any, stop: threading.Event, pause: float = 1.0) -> None:
    """Work until told to stop, looking for work at least every ``pause`` seconds."""
    next_beat = clock.now()
    while not stop.is_set():
        try:
            if clock.now() >= next_beat:
                beat(db)
                next_beat = clock.now() + timedelta(seconds=5)
            busy = work_once(db, settings)
        except Exception:
            # The database may be away for a while; work goes on when it is back.
            log.exception("worker could not reach its jobs")
            busy = False
        if not busy:
            stop.wait(pause)
