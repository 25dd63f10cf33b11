"""Time a year of daily slices on SQLite: `python -m benchmarks.evidence_year`.

The demo organisation, and beside it mechanisms whose every slice was measured every day. The demo's
own mechanisms get as many rows, so that its launches read them. Processor time is counted, so that
other work on the machine matters little, and the median of some runs is printed.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks.bulk import Loader
from config import Config
from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.application import create_app
from roadmap.db import Database
from roadmap.exchange.workspace.demo import load_demo
from roadmap.history.service import record_batch
from roadmap.launches.models import Launch
from roadmap.mechanisms.control_service import look_at_new
from roadmap.mechanisms.gather import measurement_facts
from roadmap.mechanisms.kinds import LabelSource, MechanismKind, Metric, Sampling, Stage
from roadmap.mechanisms.models import Configuration, Measurement, MeasurementBatch, Mechanism
from roadmap.mechanisms.retention import Outcome, roll_up
from roadmap.mechanisms.rollup import Unit
from roadmap.migrate import upgrade
from roadmap.readiness.gather import gather
from roadmap.readiness.verdict import evaluate
from roadmap.setup import ensure_built_in

FIRST = 1_000
LANGUAGES = ("de", "fr", "it", "es")
RUNS = 9
# Days whose rows stay single when the others are added up; beyond every age the demo accepts.
KEPT = 42


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mechanisms", type=int, default=3_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--only-roll-up", action="store_true")
    parser.add_argument("--slices", type=int, choices=range(1, 5), default=3)
    return parser.parse_args()


def _timed(work: Callable[[], Any]) -> float:
    """Return the processor milliseconds of some work."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _median(work: Callable[[], Any]) -> float:
    work()
    return statistics.median(_timed(work) for _ in range(RUNS))


def _slices(session: Session, wanted: argparse.Namespace) -> list[dict[str, Any]]:
    """Return what every row of a slice shares: those of the demo, and of the mechanisms beside."""
    columns = ("mechanism_id", "configuration_id", "policy_version_id", "metric", "market_code")
    columns += ("language_code", "surface_code", "policy_area_code", "label_source", "source")
    known = [getattr(Measurement, name) for name in columns]
    found = [
        dict(zip(columns, row, strict=True))
        for row in session.execute(
            select(*known).where(Measurement.sampling == Sampling.RANDOM).distinct()
        )
    ]
    beside = (
        {
            "mechanism_id": number,
            "configuration_id": number,
            "metric": Metric.PRECISION,
            "language_code": language,
            "policy_area_code": "counterfeit",
            "label_source": LabelSource.HUMAN,
            "source": "daily sample",
        }
        for number in range(FIRST, FIRST + wanted.mechanisms)
        for language in LANGUAGES[: wanted.slices]
    )
    return [*found, *beside]


def _register(load: Loader, wanted: argparse.Namespace) -> None:
    numbers = range(FIRST, FIRST + wanted.mechanisms)
    now = clock.now()
    load.add(
        Mechanism,
        (
            {
                "id": n,
                "name": f"Classifier {n}",
                "kind": MechanismKind.CLASSIFIER,
                "stage": Stage.ENFORCE,
                "owner_id": 1,
                "created_at": now,
                "version": 1,
            }
            for n in numbers
        ),
    )
    load.add(
        Configuration,
        (
            {
                "id": n,
                "mechanism_id": n,
                "label": "v1",
                "parameters": {},
                "digest": f"{n:064}",
                "is_current": True,
                "created_at": now,
            }
            for n in numbers
        ),
    )


def _rows(slices: list[dict[str, Any]], wanted: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield the rows of every day, the oldest first; a batch a day."""
    draw = random.Random(4)
    today = clock.today()
    for age in range(wanted.days, 0, -1):
        day = today - timedelta(days=age)
        moment = datetime.combine(day, clock.now().timetz())
        for shared in slices:
            yield {
                **shared,
                "batch_id": FIRST + wanted.days - age,
                "numerator": 285 + draw.randint(-6, 6),
                "denominator": 300,
                "window_start": day,
                "window_end": day,
                "sampling": Sampling.RANDOM,
                "observed_at": moment,
                "recorded_at": moment,
            }


def _fill(database: Database, wanted: argparse.Namespace) -> int:
    with database.reading() as session:
        slices = _slices(session, wanted)
    with database.engine.execution_options(write=True).begin() as connection:
        load = Loader(connection)
        _register(load, wanted)
        load.add(
            MeasurementBatch,
            (
                {"id": FIRST + n, "source": "daily sample", "recorded_at": clock.now()}
                for n in range(wanted.days)
            ),
        )
        load.add(Measurement, _rows(slices, wanted))
        connection.execute(text("ANALYZE"))
    with database.writing() as session:
        for number in range(FIRST, FIRST + wanted.days):
            batch = session.get_one(MeasurementBatch, number)
            record_batch(session, None, Measurement, batch, number, "measurement_batch.recorded")
    return len(slices) * wanted.days


def _client(config: Config) -> FlaskClient:
    app = create_app(config)
    with app.extensions["roadmap_db"].reading() as session:
        person = session.scalars(select(Person).where(Person.email == "admin@example.org")).one()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{person.id}:{person.session_epoch}"
    return client


def _pages(config: Config) -> Iterator[tuple[str, float]]:
    client = _client(config)
    for name, address in (
        ("Page of a mechanism", f"/mechanisms/MEC-{FIRST + 7}"),
        ("Page of a mechanism launches ask for targets", "/mechanisms/MEC-1"),
        ("Its evidence, first page", "/mechanisms/MEC-1/evidence"),
        ("Its metrics over time", "/mechanisms/MEC-1/control"),
        ("List of mechanisms", "/mechanisms"),
    ):

        def ask(address: str = address) -> None:
            assert client.get(address).status_code == 200, address

        yield name, _median(ask)


def _reads(database: Database) -> Iterator[tuple[str, float]]:
    with database.reading() as session:
        launches = list(session.scalars(select(Launch.id)))

        def judge() -> None:
            at = clock.now()
            for facts in gather(session, launches[:1], at).values():
                evaluate(facts, at)

        yield "Facts and verdict of a launch", _median(judge)
        yield "What decides, of one mechanism", _median(lambda: measurement_facts(session, [1]))
        some = range(FIRST, FIRST + 100)
        yield "What decides, of 100 mechanisms", _median(lambda: measurement_facts(session, some))


def _look(database: Database) -> Iterator[tuple[str, float]]:
    yield "Look for control limits, everything", _timed(lambda: look_at_new(database))


class _Watched(Database):
    """A database that says how long its longest transaction that writes took, in seconds."""

    longest = 0.0

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with super().writing() as session:
            session.connection()
            began = time.process_time()
            yield session
            session.flush()
        self.longest = max(self.longest, time.process_time() - began)


def _peak() -> float:
    """Return the most memory the process held since it was last asked, in MB; Linux only."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _roll_up(database: Database) -> None:
    watched = _Watched(database.url)
    _peak()
    before = _peak()
    wall = time.perf_counter()
    done: list[Outcome] = []
    taken = _timed(lambda: done.append(roll_up(watched, KEPT, Unit.WEEK)))
    wall = time.perf_counter() - wall
    print(
        f"Add up {done[0].rows:,} rows to {done[0].sums:,} sums: {taken / 1000:,.1f} s, "
        f"{wall:,.1f} s by the clock, longest transaction {watched.longest:.1f} s, "
        f"{_peak():,.0f} MB at most, {before:,.0f} MB before",
        flush=True,
    )
    again = _timed(lambda: roll_up(watched, KEPT, Unit.WEEK))
    print(f"Find that nothing is left to add up: {again:,.1f} ms", flush=True)
    watched.dispose()


def main() -> None:
    """Make the database, print what each reading takes in processor milliseconds."""
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="evidence-year-") as folder:
        url = f"sqlite:///{Path(folder) / 'year.db'}"
        config = Config(DATABASE_URL=url, INSTANCE_DIR=folder, LOG_LEVEL="warning")
        database = Database(url)
        upgrade(database)
        with database.writing() as session:
            ensure_built_in(session)
            load_demo(session)
        rows = _fill(database, wanted)
        size = (Path(folder) / "year.db").stat().st_size / 1e9
        print(f"{rows:,} rows of {wanted.mechanisms:,} mechanisms, {size:.1f} GB")
        parts = () if wanted.only_roll_up else (_reads(database), _pages(config), _look(database))
        for part in parts:
            for name, taken in part:
                print(f"{name:<48}{taken:>10,.1f} ms", flush=True)
        _roll_up(database)
        database.dispose()


if __name__ == "__main__":
    main()
