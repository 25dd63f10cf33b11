"""Jobs: durable, run once at a time, tried again, told about."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from roadmap import clock, jobs
from roadmap.db import Database


@pytest.fixture
def kinds() -> Iterator[dict[str, Any]]:
    """The known kinds of jobs, given back as they were."""
    before = dict(jobs._kinds)
    jobs._kinds.clear()
    yield jobs._kinds
    jobs._kinds.clear()
    jobs._kinds.update(before)


def add(database: Database, kind: str, **more: Any) -> int:
    with database.writing() as session:
        job = jobs.enqueue(session, kind, **more)
        assert job is not None
    return job.id


def get(database: Database, job_id: int) -> jobs.Job:
    with database.reading() as session:
        return session.get_one(jobs.Job, job_id)


@pytest.fixture(autouse=True)
def _empty(database: Database) -> None:
    """Take away what the built-in data queued."""
    with database.writing() as session:
        for job in session.scalars(select(jobs.Job)):
            session.delete(job)


@pytest.mark.usefixtures("kinds")
def test_a_job_runs_once_and_keeps_its_result(database: Database) -> None:
    jobs.register("test.add", lambda run: {"sum": run.payload["a"] + 1})
    job_id = add(database, "test.add", payload={"a": 41})
    assert jobs.work_once(database, None)
    assert not jobs.work_once(database, None)
    job = get(database, job_id)
    assert (job.state, job.result, job.attempts) == ("done", {"sum": 42}, 1)
    assert job.finished_at is not None


@pytest.mark.usefixtures("kinds")
def test_a_job_of_a_rolled_back_transaction_never_was(database: Database) -> None:
    with database.session(write=True) as session:
        jobs.enqueue(session, "test.add")
        session.rollback()
    assert not jobs.work_once(database, None)


@pytest.mark.usefixtures("kinds")
def test_a_failing_job_is_tried_again_with_growing_pauses_and_then_given_up(
    database: Database,
) -> None:
    def fail(_run: jobs.Run) -> None:
        raise ValueError("no luck")

    jobs.register("test.fail", fail)
    job_id = add(database, "test.fail")
    pauses = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
            assert jobs.work_once(database, None)
            job = get(database, job_id)
            assert (job.attempts, job.error) == (attempt, "ValueError: no luck\n")
            pauses.append((job.run_after - clock.now()).total_seconds())
            assert not jobs.work_once(database, None)
            traveller.shift(timedelta(seconds=pauses[-1]))
        assert not jobs.work_once(database, None)
    assert pauses == [10, 20, 40, 80, 160]
    assert get(database, job_id).state == "failed"


@pytest.mark.usefixtures("kinds")
def test_a_job_nobody_knows_fails_with_its_name(database: Database) -> None:
    job_id = add(database, "test.unknown")
    assert jobs.work_once(database, None)
    assert "test.unknown" in str(get(database, job_id).error)


def test_a_job_whose_worker_died_is_taken_over_when_its_lease_ends(database: Database) -> None:
    job_id = add(database, "test.add")
    with database.writing() as session:
        assert jobs.claim(session) is not None
    with database.writing() as session:
        assert jobs.claim(session) is None
    with (
        time_machine.travel(clock.now() + jobs.LEASE + timedelta(seconds=1)),
        database.writing() as session,
    ):
        again = jobs.claim(session)
        assert again is not None
        assert (again.id, again.attempts) == (job_id, 2)


@pytest.mark.usefixtures("kinds")
def test_a_job_that_kills_its_worker_every_time_is_given_up(database: Database) -> None:
    jobs.register("test.add", lambda _run: None)
    job_id = add(database, "test.add")
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(jobs.MAX_ATTEMPTS):
            with database.writing() as session:
                assert jobs.claim(session) is not None
            traveller.shift(jobs.LEASE + timedelta(seconds=1))
        assert jobs.work_once(database, None)
    job = get(database, job_id)
    assert job.state == "failed"
    assert "stopped answering" in str(job.error)


@pytest.mark.usefixtures("kinds")
def test_progress_is_seen_while_the_job_runs_and_renews_its_lease(database: Database) -> None:
    seen = {}

    def work(run: jobs.Run) -> None:
        run.progress(3, 10, "x" * 600)
        seen["job"] = get(database, run.id)

    jobs.register("test.slow", work)
    add(database, "test.slow")
    assert jobs.work_once(database, None)
    job = seen["job"]
    assert (job.state, job.done_steps, job.total_steps, len(job.message)) == ("running", 3, 10, 500)
    assert job.locked_until is not None
    assert job.locked_until > clock.now() + jobs.LEASE - timedelta(minutes=1)


def test_a_waiting_job_with_the_same_key_is_added_once(database: Database) -> None:
    add(database, "test.add", dedupe="one")
    with database.writing() as session:
        assert jobs.enqueue(session, "test.add", dedupe="one") is None
        assert jobs.enqueue(session, "test.add", dedupe="two") is not None
    with database.writing() as session:
        assert jobs.claim(session) is not None
        # It runs already: what changed since needs another one.
        assert jobs.enqueue(session, "test.add", dedupe="one") is not None


@pytest.mark.usefixtures("kinds")
def test_a_delayed_job_waits(database: Database) -> None:
    jobs.register("test.add", lambda _run: None)
    add(database, "test.add", after=timedelta(hours=1))
    assert not jobs.work_once(database, None)
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        assert jobs.work_once(database, None)


@pytest.mark.usefixtures("kinds")
def test_a_periodic_job_comes_again_and_again_but_never_twice(database: Database) -> None:
    jobs.register("test.tick", lambda _run: None, every=timedelta(minutes=1))
    with time_machine.travel(clock.now(), tick=False) as traveller:
        jobs.beat(database)
        jobs.beat(database)
        assert jobs.work_once(database, None)
        assert not jobs.work_once(database, None)
        jobs.beat(database)
        assert not jobs.work_once(database, None)
        traveller.shift(timedelta(minutes=1))
        jobs.beat(database)
        assert jobs.work_once(database, None)
        traveller.shift(timedelta(days=2))
        with database.writing() as session:
            assert jobs.forget_old(session, timedelta(days=1)) == 2


@pytest.mark.usefixtures("kinds")
def test_two_workers_never_run_one_job_twice(database: Database) -> None:
    ran: list[int] = []
    lock = threading.Lock()

    def work(run: jobs.Run) -> None:
        with lock:
            ran.append(run.id)

    jobs.register("test.work", work)
    with database.writing() as session:
        for _ in range(40):
            jobs.enqueue(session, "test.work")

    def worker() -> None:
        while jobs.work_once(database, None):
            pass

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(ran) == len(set(ran)) == 40
    with database.reading() as session:
        done = session.scalar(select(func.count()).where(jobs.Job.state == "done"))
    assert done == 40


@pytest.mark.usefixtures("kinds")
def test_the_worker_beats_works_and_stops_when_told(database: Database) -> None:
    stop = threading.Event()
    jobs.register("test.stop", lambda _run: stop.set())
    add(database, "test.stop")
    thread = threading.Thread(target=jobs.run_worker, args=(database, None, stop, 0.01))
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    with database.reading() as session:
        assert jobs.last_beat(session) is not None
