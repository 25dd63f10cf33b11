"""How long gaps have stood open, told from verdicts."""

from datetime import UTC, datetime, timedelta

from roadmap.readiness.usual import Shown, durations, usual

START = datetime(2026, 1, 5, tzinfo=UTC)
GAP, OTHER = ("TRAINING", "training:1"), ("COV_GAP", "cell:1")


def shown(launch: int, day: float, *gaps: tuple[str, str]) -> Shown:
    return Shown(launch, START + timedelta(days=day), frozenset(gaps))


def test_a_gap_counts_from_the_verdict_that_first_named_it_to_the_one_that_no_longer_did() -> None:
    told = durations([shown(1, 0), shown(1, 2, GAP), shown(1, 9, GAP, OTHER), shown(1, 12)])
    assert told == {"TRAINING": [10.0], "COV_GAP": [3.0]}


def test_what_stood_open_from_the_first_or_never_closed_says_nothing() -> None:
    assert durations([shown(1, 0, GAP), shown(1, 5)]) == {}
    assert durations([shown(1, 0), shown(1, 5, GAP)]) == {}
    # Another launch's verdict closes nothing of this one.
    assert durations([shown(1, 0), shown(1, 5, GAP), shown(2, 6)]) == {}


def test_a_gap_that_opens_again_counts_again() -> None:
    told = durations([shown(1, 0), shown(1, 1, GAP), shown(1, 2), shown(1, 3, GAP), shown(1, 7)])
    assert told == {"TRAINING": [1.0, 4.0]}


def test_few_closed_gaps_are_not_usual_and_days_are_rounded_up() -> None:
    assert usual({"TRAINING": [1.0] * 4}) == {}
    assert usual({"TRAINING": [0.2, 2.0, 3.1, 9.0, 40.0]}) == {"TRAINING": (4, 5)}
    assert usual({"COV_GAP": [0.1] * 5}) == {"COV_GAP": (1, 5)}
