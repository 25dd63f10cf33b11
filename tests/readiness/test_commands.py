"""`roadmap evaluate`, as people and programs call it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from roadmap.cli import main
from tests.cast import Cast
from tests.readiness.test_verdicts import make_spanish_launch, put_in_order


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INSTANCE_DIR", str(tmp_path))

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(main, ["evaluate", *words])

    return invoke


def test_it_prints_the_documented_fields(run: object, session: Session, cast: Cast) -> None:
    put_in_order(session, cast)
    other = make_spanish_launch(session, cast)
    session.commit()
    assert callable(run)
    one = json.loads(run("LCH-1", "--json").stdout)
    assert (one["launch"], one["phase"], one["verdict"]) == ("LCH-1", 1, "READY")
    assert set(one) == {
        "launch", "phase", "at", "verdict", "outlook", "valid_until", "reasons",
    }  # fmt: skip
    assert one["reasons"] == []
    every = json.loads(run("--all", "--json").stdout)
    assert [row["launch"] for row in every] == ["LCH-1", other.key]
    assert set(every[1]["reasons"][0]) == {
        "code", "severity", "status", "scope", "measured", "required", "message", "fix", "grade",
        "owner", "required_by", "evidence", "waiver",
    }  # fmt: skip
    assert every[1]["verdict"] == "NOT_ASSESSED"
    text = run("--all")
    assert text.exit_code == 0
    assert "LCH-1, phase 1: READY" in text.stdout
    past = json.loads(run("LCH-1", "--json", "--at", "2020-01-01T00:00+01:00").stdout)
    assert past["verdict"] != "READY"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("LCH-99",), "There is no launch LCH-99"),
        (("launch one",), "not a key of the form LCH-12"),
        (("LCH-1", "--phase", "7"), "has no phase 7"),
        (("LCH-1", "--at", "2026-02-30"), "is no time"),
        ((), "Name one launch"),
        (("LCH-1", "--all"), "Name one launch"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    run: object, session: Session, cast: Cast, words: tuple[str, ...], sentence: str
) -> None:
    put_in_order(session, cast)
    session.commit()
    assert callable(run)
    result = run(*words)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
