"""Time the arrival of measurement rows: `python -m benchmarks.evidence`.

A file of daily slices of many mechanisms is imported, imported again, and corrected in part; then
batches of the largest size are sent through the API, sent again, and corrected. Both ways are timed
on SQLite and on PostgreSQL in databases made for it. Processor time is counted, of this process and
of PostgreSQL's, so that other work on the machine matters less; wall time stands beside it.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks import postgres
from config import Config
from roadmap import clock, create_app
from roadmap.accounts.models import Person
from roadmap.accounts.tokens import create_token
from roadmap.db import Database
from roadmap.exchange.evidence_import import EvidenceAnswers, import_evidence
from roadmap.exchange.evidence_rows import NEEDED, read_evidence
from roadmap.history.service import record
from roadmap.mechanisms.configurations import add_configuration
from roadmap.mechanisms.kinds import MechanismKind
from roadmap.mechanisms.measurements import MOST_ROWS
from roadmap.mechanisms.service import register_mechanism
from roadmap.migrate import upgrade
from roadmap.setup import ensure_built_in
from roadmap.taxonomy.service import WordKind, add_word

LANGUAGES = ("cs", "da", "de", "el", "en", "es", "fi", "fr", "it", "nl")
MECHANISMS, ROWS = 300, 60_000
COLUMNS = (*NEEDED, "configuration", "language", "observed_at")


@dataclass(frozen=True)
class Measured:
    """How long something took for how many rows."""

    name: str
    rows: int
    processor: float
    server: float
    wall: float

    def line(self) -> str:
        """Return it as a line of a table."""
        return (
            f"| {self.name} | {self.rows:,} | {self.processor:.2f} | {self.server:.2f} "
            f"| {self.wall:.2f} | {self.rows / (self.processor + self.server):,.0f} |"
        )


def server_seconds(database: Database) -> float:
    """Return the processor time of PostgreSQL's processes for this database, as Linux counts it."""
    if database.engine.dialect.name != "postgresql":
        return 0.0
    with database.engine.connect() as connection:
        pids = connection.exec_driver_sql(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        ).scalars()
        files = [Path(f"/proc/{pid}/stat") for pid in pids.all()]
    spent = [file.read_text().rpartition(")")[2].split() for file in files if file.exists()]
    return sum(int(one[11]) + int(one[12]) for one in spent) / os.sysconf("SC_CLK_TCK")


def timed(database: Database, name: str, rows: int, work: Callable[[], Any]) -> Measured:
    """Return how long the work takes, here and in the server."""
    before = server_seconds(database)
    processor, wall = time.process_time(), time.perf_counter()
    work()
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    return Measured(name, rows, processor, server_seconds(database) - before, wall)


def prepare(database: Database, mechanisms: int) -> str:
    """Store an owner with classifiers, and return the secret of a token that may send rows."""
    upgrade(database)
    with database.writing() as session:
        ensure_built_in(session)
        owner = Person(
            email="pm@example.org", name="Pat", roles=["pm"], created_at=clock.now(), active=True
        )
        session.add(owner)
        record(session, None, owner, "person.created")
        for code in LANGUAGES:
            add_word(session, None, WordKind.LANGUAGE, code)
        for number in range(mechanisms):
            values = {"name": f"Classifier {number}"}
            found = register_mechanism(session, None, MechanismKind.CLASSIFIER, values)
            add_configuration(session, None, found, "v1", {"cut": 0.5})
        return create_token(session, None, owner.id, "benchmark", ["evidence:write"], 1)[1]


def daily(count: int, mechanisms: int, offset: int = 0, added: int = 0) -> Iterator[dict[str, Any]]:
    """Yield rows: one for each mechanism, language and day, going back day by day.

    Every tenth row has ``added`` items more, which corrects it when it comes a second time.
    """
    slices = mechanisms * len(LANGUAGES)
    today = clock.today()
    for number in range(offset, offset + count):
        day = (today - timedelta(days=1 + number // slices)).isoformat()
        yield {
            "mechanism": f"MEC-{number % mechanisms + 1}",
            "configuration": "v1",
            "language": LANGUAGES[number // mechanisms % len(LANGUAGES)],
            "metric": "precision",
            "numerator": 900 + number % 90 + (added if number % 10 == 0 else 0),
            "denominator": 1000,
            "window_start": day,
            "window_end": day,
            "sampling": "random",
            "label_source": "human",
        }


def as_csv(rows: Iterator[dict[str, Any]]) -> bytes:
    """Return the rows as a file."""
    lines = [",".join(str(row.get(name, "")) for name in COLUMNS) for row in rows]
    return "\n".join((",".join(COLUMNS), *lines)).encode()


def import_file(database: Database, data: bytes) -> Any:
    """Read a file and record it in one transaction, as the command does."""
    read = read_evidence(data)
    with database.writing() as session:
        return import_evidence(session, None, read, "daily.csv", EvidenceAnswers(), store=True)


def measure(app: Flask, database: Database, token: str, rows: int, many: int) -> list[Measured]:
    """Return what each way takes on one database."""
    first, changed = as_csv(daily(rows, many)), as_csv(daily(rows, many, added=5))
    found = []
    for name, data, wanted in (
        ("import, all new", first, (rows, 0)),
        ("import, the same file again", first, (0, 0)),
        ("import, a tenth corrected", changed, (0, -(-rows // 10))),
    ):
        reports: list[Any] = []
        found.append(
            timed(
                database, name, rows, lambda d=data, r=reports: r.append(import_file(database, d))
            )
        )
        if (reports[0].accepted, reports[0].corrected) != wanted:
            raise SystemExit(f"{name}: {reports[0].accepted} new, {reports[0].corrected} corrected")
    batch = min(MOST_ROWS, rows)
    sent = json.dumps(list(daily(batch, many, rows))).encode()
    other = json.dumps(list(daily(batch, many, rows, added=5))).encode()
    for name, body in (("push, all new", sent), ("push, again", sent), ("push, a tenth", other)):
        found.append(timed(database, name, batch, lambda b=body: push(app, token, b)))
    return found


def push(app: Flask, token: str, body: bytes) -> None:
    """Send one batch through the API."""
    answer = app.test_client().post(
        "/api/v1/evidence?source=push",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code}: {answer.text[:300]}")


@contextmanager
def databases(folder: Path, backends: tuple[str, ...]) -> Iterator[Iterator[tuple[str, str]]]:
    """Yield (kind, address) of fresh databases."""

    def each() -> Iterator[tuple[str, str]]:
        if "sqlite" in backends:
            yield "SQLite", f"sqlite:///{folder / 'evidence.db'}"
        if "postgresql" in backends:
            with postgres.server(folder) as url:
                postgres.run(url, "DROP DATABASE IF EXISTS bench_evidence WITH (FORCE)")
                postgres.run(url, "CREATE DATABASE bench_evidence")
                yield "PostgreSQL", postgres.beside(url, "bench_evidence")

    yield each()


def main() -> None:
    """Measure and print a table for each database."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--mechanisms", type=int, default=MECHANISMS)
    parser.add_argument("--backend", choices=("sqlite", "postgresql", "both"), default="both")
    wanted = parser.parse_args()
    both = ("sqlite", "postgresql")
    backends = both if wanted.backend == "both" else (wanted.backend,)
    with tempfile.TemporaryDirectory() as made, databases(Path(made), backends) as each:
        for kind, url in each:
            config = Config(
                DATABASE_URL=url,
                INSTANCE_DIR=made,
                SECRET_KEY="bench",
                HISTORY_KEY="bench",
                LOG_LEVEL="error",
            )
            app = create_app(config)
            database: Database = app.extensions["roadmap_db"]
            token = prepare(database, wanted.mechanisms)
            print(f"\n{kind}, {wanted.mechanisms} mechanisms")
            print("| what | rows | here s | server s | wall s | rows a processor second |")
            for one in measure(app, database, token, wanted.rows, wanted.mechanisms):
                print(one.line(), flush=True)
            database.dispose()


if __name__ == "__main__":
    main()
