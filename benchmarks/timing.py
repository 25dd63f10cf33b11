"""Measures pages against their floors, turn by turn, so that both meet the same machine."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.browser import Browser, Failed
from benchmarks.pages import Page
from benchmarks.reference import Reference

WARM_UP = 5


@dataclass(frozen=True)
class Timing:
    """What a page took; milliseconds. Without a median it did not answer.

    ``processor`` and its floor are processor time of the web process, medians as well.
    """

    name: str
    median: float | None = None
    p95: float = 0.0
    floor: float = 0.0
    statements: int = 0
    slowest: float = 0.0
    slowest_sql: str = ""
    size: int = 0
    problem: str = ""
    processor: float = 0.0
    processor_floor: float = 0.0

    @property
    def ratio(self) -> float | None:
        """Return how many floors the page takes."""
        return self.median / self.floor if self.median and self.floor else None

    @property
    def processor_ratio(self) -> float:
        """Return how many floors the page takes of the processor."""
        return self.processor / self.processor_floor if self.processor_floor else 0.0


@contextmanager
def serving(reference: Reference, pages: Sequence[Page], folder: Path) -> Iterator[dict[str, int]]:
    """Start the measured process, yield its ports, stop it however the block ends."""
    settings = {
        "url": reference.url,
        "folder": str(folder),
        "queries": {slug(page): asdict(page.query) for page in pages if page.query},
    }
    # The product logs every request, as it does for people; the newest log is kept.
    log = folder / "server.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.web_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "LOG_LEVEL": "info"},
            text=True,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(settings) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise Failed(f"the measured process did not start: see {log}")
        yield json.loads(line)
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def slug(page: Page) -> str:
    """Return the name of a page in an address."""
    return "".join(letter if letter.isalnum() else "-" for letter in page.name.lower())


def measure(ports: dict[str, int], pages: Sequence[Page], times: int) -> Iterator[Timing]:
    """Yield the timing of each page."""
    product, floors = Browser(ports["product"]), Browser(ports["floors"])
    try:
        product.sign_in()
        for page in pages:
            try:
                yield _measure(product, floors, page, times)
            except Failed as problem:
                yield Timing(page.name, problem=str(problem))
    finally:
        product.close()
        floors.close()


def _measure(product: Browser, floors: Browser, page: Page, times: int) -> Timing:
    name = slug(page)
    size = len(product.get(page.path))
    floors.json("POST", "/record")
    try:
        product.get(page.path)
    finally:
        recorded = floors.json("POST", f"/record/{name}")
    floor = f"/query/{name}" if page.query else f"/replay/{name}"
    for _ in range(WARM_UP):
        product.timed(page.path)
        floors.timed(floor)
        floors.timed(f"/replay/{name}")
    taken, lowest = [], []
    floors.json("GET", "/taken")
    for _ in range(times):
        taken.append(product.timed(page.path))
        lowest.append(floors.timed(floor))
    worked = floors.json("GET", "/taken")
    slowest = floors.json("GET", f"/slowest/{name}")
    return Timing(
        name=page.name,
        median=statistics.median(taken),
        p95=_percentile(taken, 0.95),
        floor=statistics.median(lowest),
        statements=recorded["statements"],
        slowest=slowest["ms"],
        slowest_sql=slowest["sql"],
        size=size,
        processor=statistics.median(worked["product"]),
        processor_floor=statistics.median(worked["floors"]),
    )


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
