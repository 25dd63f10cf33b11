"""The benchmark still runs: on a tiny organisation every page answers and every command ends."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from benchmarks.__main__ import main
from benchmarks.organisation.sizes import Sizes
from benchmarks.recorder import Recording
from benchmarks.reference import cache_key, fill
from benchmarks.report import page_table
from benchmarks.timing import Timing

TINY = Sizes(0.001, date(2026, 11, 16))


def _silent(_line: str) -> None:
    pass


def _rows(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def test_every_page_answers_and_every_command_ends(tmp_path: Path) -> None:
    kept = tmp_path / "numbers.json"
    status = main(
        f"--scale 0.001 --backend sqlite --requests 2 --folder {tmp_path} --json {kept}".split()
    )
    numbers = json.loads(kept.read_text())["sqlite"]
    assert [page["problem"] for page in numbers["pages"]] == [""] * len(numbers["pages"])
    assert all(page["statements"] > 0 and page["floor"] > 0 for page in numbers["pages"])
    assert len(numbers["commands"]) == 5
    assert status == 0


def test_the_organisation_fits_every_constraint_and_can_be_searched(database_url: str) -> None:
    fill(database_url, TINY, _silent)
    counts = {
        table: _rows(database_url, f"SELECT count(*) FROM {table}")[0][0]
        for table in ("requirement", "mechanism", "launch", "measurement", "person")
    }
    assert counts == {
        "requirement": TINY.requirements,
        "mechanism": TINY.mechanisms,
        "launch": TINY.launches,
        "measurement": TINY.measurements,
        "person": TINY.people,
    }
    if database_url.startswith("sqlite"):
        assert _rows(database_url, "PRAGMA foreign_key_check") == []
        found = _rows(database_url, "SELECT 1 FROM search_requirement('\"queue\"')")
        assert found
    assert _rows(database_url, "SELECT 1 FROM requirement WHERE rank = 1")


def test_the_same_scale_and_week_give_the_same_organisation(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        url = f"sqlite:///{tmp_path / name}.db"
        fill(url, TINY, _silent)
        found.append(
            _rows(url, "SELECT * FROM launch_mechanism ORDER BY id")
            + _rows(url, "SELECT id, title, state, rank, search_text FROM requirement ORDER BY id")
        )
    assert found[0] == found[1]


def test_another_scale_or_week_is_another_organisation() -> None:
    keys = {cache_key(Sizes(scale, day)) for scale in (1, 0.5) for day in (TINY.monday, date.min)}
    assert len(keys) == 4


def test_a_page_above_the_aim_is_marked() -> None:
    shown = page_table([Timing("Slow", 26.0, 30.0, 10.0), Timing("Quick", 25.0, 30.0, 10.0)])
    slow, quick = shown.splitlines()[2:]
    assert "2.6 !" in slow
    assert "2.5 |" in quick
    assert "!" not in quick


def test_a_page_that_does_not_answer_says_so() -> None:
    assert "/x answered 500" in page_table([Timing("Broken", problem="/x answered 500")])


def test_the_slowest_statement_is_the_one_with_the_largest_median() -> None:
    recording = Recording([("SELECT 1", ()), ("SELECT 2", ())])
    recording.taken[0] = [1.0, 1.0, 90.0]
    recording.taken[1] = [2.0, 2.0, 2.0]
    assert recording.slowest() == (2.0, "SELECT 2")


@pytest.mark.parametrize("scale", [0.001, 1.0])
def test_a_reference_organisation_has_at_least_what_its_pages_need(scale: float) -> None:
    sizes = Sizes(scale, TINY.monday)
    assert sizes.requirements >= 200
    assert sizes.launches >= 30
