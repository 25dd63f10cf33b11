"""Seven days of a real call centre replayed: what the model says beside what happened.

The tables in docs/capacity.md are what this file computes, to the printed digit. Heads seen in a
half-hour are taken for rostered and shrunk by the product's default; a call takes what the day's
calls took on average. Only patience, for Erlang A, is fitted to the very days it is tried on.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from roadmap.capacity.erlang import erlang_a
from roadmap.capacity.erlang import share_within as answered_at_once
from roadmap.capacity.flow import flow, items_within
from roadmap.capacity.inputs import QueueInput
from roadmap.mechanisms.kinds import MechanismKind

Floats = NDArray[np.float64]
ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "call_centre"
replays = pytest.mark.skipif(not DATA.is_dir(), reason="the calls beside the project are absent")

HALF_HOUR, SECONDS = 48, 1800.0
AT_ONCE, LATER = 20.0, 300.0
DEFAULTS = QueueInput(id=1, key="MEC-1", kind=MechanismKind.REVIEW_QUEUE)


@dataclass
class Day:
    """Half-hours of a day: calls that wanted a person, heads seen, answered in 20 s, given up."""

    calls: Floats = field(default_factory=lambda: np.zeros(HALF_HOUR))
    heads: Floats = field(default_factory=lambda: np.zeros(HALF_HOUR))
    answered: Floats = field(default_factory=lambda: np.zeros(HALF_HOUR))
    given_up: Floats = field(default_factory=lambda: np.zeros(HALF_HOUR))
    waited: float = 0.0
    handled: float = 0.0

    @property
    def handling(self) -> float:
        """Return the mean seconds of the day's calls."""
        return self.handled / float((self.calls - self.given_up).sum())

    @property
    def on_duty(self) -> Floats:
        """Return the heads that work at a time."""
        on: Floats = self.heads * (1 - DEFAULTS.in_shift_shrinkage)
        return on


@cache
def days() -> dict[str, Day]:
    found: dict[str, Day] = defaultdict(Day)
    with (DATA / "tidy" / "intervals_30min.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            day, (hour, minute) = found[row["date"]], row["interval_start"].split(":")
            at = int(hour) * 2 + int(minute) // 30
            day.calls[at] = calls = int(row["reached_queue_or_agent"])
            day.heads[at] = int(row["agents_seen"])
            day.answered[at] = int(row["served_within_20s"])
            day.given_up[at] = int(row["abandoned_in_queue"])
            day.waited += calls * float(row["mean_wait_s"] or 0)
            day.handled += int(row["served"]) * float(row["mean_handle_s"] or 0)
    return dict(found)


@cache
def answered_within(threshold: float) -> dict[str, float]:
    """Return by day the share answered within so many seconds, call by call (three days)."""
    calls: dict[str, list[bool]] = defaultdict(list)
    with (DATA / "raw" / "august_calls.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["outcome"] == "AGENT" or int(row["q_time"]) > 0:
                met = row["outcome"] == "AGENT" and int(row["q_time"]) <= threshold
                calls[row["date"]].append(met)
    return {day: float(np.mean(each)) for day, each in calls.items()}


@cache
def patience() -> float:
    """Return seconds waited by all per call given up: what exponential patience is likeliest."""
    every = days().values()
    return sum(day.waited for day in every) / sum(float(day.given_up.sum()) for day in every)


def palm(rate: float, handling: float, mean_patience: float, servers: int, threshold: float):
    """Return the shares answered within a threshold, and given up, with impatient callers.

    With j callers ahead the wait is a sum of exponentials of rates (c + k)/patience, k = 0 … j,
    c = servers × patience ÷ handling: minus the logarithm of a Beta(c, j + 1), times patience.
    Weighing by the caller's own patience makes it Beta(c + 1, j + 1), whose distribution grows
    term by term.
    """
    if servers == 0:
        return 0.0, 1.0
    weight, idle = 1.0, 0.0
    for k in range(servers, 0, -1):
        weight *= k / (rate * handling)
        idle += weight
    c, x = servers * mean_patience / handling, math.exp(-threshold / mean_patience)
    late, more = x ** (c + 1), x ** (c + 1) * (1 - x) * (c + 1)
    weight, queued, given_up, fine, j = 1.0, 0.0, 0.0, 0.0, 0
    while True:
        served = c / (c + j + 1)
        queued += weight
        given_up += weight * (1 - served)
        fine += weight * served * (1 - late)
        j += 1
        late, more = min(late + more, 1.0), more * (1 - x) * (c + 1 + j) / (j + 1)
        leaving = servers / handling + j / mean_patience
        weight *= rate / leaving
        if leaving > rate and weight * j < (idle + queued) * 1e-15:
            return (idle + fine) / (idle + queued), given_up / (idle + queued)


def impatient(day: Day, threshold: float) -> tuple[Floats, Floats]:
    """Return calls answered in time, and given up, by half-hour with Erlang A."""
    met, lost = np.zeros(HALF_HOUR), np.zeros(HALF_HOUR)
    for at in np.flatnonzero(day.calls):
        few = math.floor(day.on_duty[at])
        part = day.on_duty[at] - few
        for servers, weight in ((few, 1 - part), (few + 1, part)):
            rate = day.calls[at] / SECONDS
            share, gone = palm(rate, day.handling, patience(), servers, threshold)
            met[at] += weight * share * day.calls[at]
            lost[at] += weight * gone * day.calls[at]
    return met, lost


def patient(day: Day, threshold: float) -> Floats:
    """Return calls answered in time by half-hour with Erlang C."""
    share = [
        answered_at_once(calls * day.handling / SECONDS, heads, day.handling, threshold)
        for calls, heads in zip(day.calls, day.on_duty, strict=True)
    ]
    found: Floats = day.calls * np.array(share)
    return found


def line(day: Day, threshold: float) -> Floats:
    """Return calls reached in time by half-hour with the fluid line, nobody giving up."""
    capacity = day.on_duty * DEFAULTS.occupancy * SECONDS / day.handling
    return items_within(flow(day.calls, capacity), threshold / SECONDS)


def rule(day: Day, threshold: float) -> Floats:
    """Return what the product judges by where an SLA is shorter than an interval."""
    return np.minimum(line(day, threshold), patient(day, threshold))


MODELS: tuple[Callable[[Day, float], Floats], ...] = (
    rule,
    line,
    patient,
    lambda day, threshold: impatient(day, threshold)[0],
)


def percent(share: float) -> str:
    return f"{share * 100:.1f}"


def row_at_once(name: str) -> list[str]:
    day = days()[name]
    calls = day.calls.sum()
    shares = [model(day, AT_ONCE).sum() / calls for model in MODELS]
    lost = impatient(day, AT_ONCE)[1].sum() / calls
    given_up = day.given_up.sum() / calls
    happened = day.answered.sum() / calls
    return [name, f"{calls:.0f}", *map(percent, [happened, *shares, given_up, lost])]


def row_later(name: str) -> list[str]:
    day = days()[name]
    shares = [model(day, LATER).sum() / day.calls.sum() for model in MODELS]
    return [name, *map(percent, [answered_within(LATER)[name], *shares])]


def errors() -> list[list[str]]:
    """Return the mean error by day and by half-hour in points, each call counting once."""
    every = list(days().values())
    calls = sum(day.calls.sum() for day in every)
    by_day = ["by day, 20 s"]
    by_half_hour = ["by half-hour, 20 s"]
    for model in MODELS:
        gaps = [model(day, AT_ONCE) - day.answered for day in every]
        by_day.append(percent(sum(abs(gap.sum()) for gap in gaps) / calls))
        by_half_hour.append(percent(sum(np.abs(gap).sum() for gap in gaps) / calls))
    return [by_day, by_half_hour]


def written() -> list[list[str]]:
    """Return the rows of the tables in the documentation."""
    lines = (ROOT / "docs" / "capacity.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]


@replays
@pytest.mark.shared_data
def test_the_documentation_says_how_far_the_model_was_off() -> None:
    rows = written()
    for name in days():
        assert row_at_once(name) in rows
    for name in answered_within(LATER):
        assert row_later(name) in rows
    for row in errors():
        assert row in rows
    said = " ".join((ROOT / "docs" / "capacity.md").read_text().split())
    assert f"{patience():.0f} s" in said


@replays
@pytest.mark.shared_data
def test_the_rule_never_promised_more_than_a_day_brought() -> None:
    for day in days().values():
        assert rule(day, AT_ONCE).sum() <= day.answered.sum()


@replays
@pytest.mark.shared_data
def test_the_calls_one_by_one_are_those_of_the_half_hours() -> None:
    for name, share in answered_within(AT_ONCE).items():
        day = days()[name]
        assert share == pytest.approx(day.answered.sum() / day.calls.sum(), abs=0.01)


@pytest.mark.parametrize("threshold", [0.0, 1e9], ids=["at once", "ever"])
def test_the_replayed_erlang_a_is_that_of_the_product(threshold: float) -> None:
    share, lost = palm(100 / 1800, 180, 300, 14, threshold)
    published = erlang_a(100 / 1800, 180, 300, 14)
    assert lost == pytest.approx(published.abandon, rel=1e-9)
    expected = 1 - published.wait if threshold == 0 else 1 - published.abandon
    assert share == pytest.approx(expected, rel=1e-9)
