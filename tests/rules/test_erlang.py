"""Queues served at once: the published values, and what must hold for any queue."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.capacity.erlang import (
    erlang_a,
    erlang_b,
    erlang_c,
    servers_needed,
    share_within,
    waiting,
)
from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.staffing import rostered_for

# 100 items in half an hour at three minutes each, 80 % within 20 seconds.
LOAD, HANDLING, THRESHOLD = 10.0, 180.0, 20.0


@pytest.mark.parametrize(
    ("occupancy", "raw", "paid", "share", "busy", "wait"),
    [(0.85, 14, 20, 0.8884, 0.7143, 0.1741), (0.70, 15, 22, 0.9415, 0.6667, 0.1020)],
)
def test_a_queue_needs_the_people_that_the_reference_gives(
    occupancy: float, raw: int, paid: int, share: float, busy: float, wait: float
) -> None:
    servers = servers_needed(LOAD, HANDLING, THRESHOLD, 0.80, occupancy)
    found = waiting(LOAD, servers, HANDLING, THRESHOLD)
    assert (servers, rostered_for(servers, 0.30)) == (raw, paid)
    assert found.within == pytest.approx(share, abs=5e-5)
    assert found.occupancy == pytest.approx(busy, abs=5e-5)
    assert found.wait == pytest.approx(wait, abs=5e-5)


@pytest.mark.parametrize(
    ("servers", "wait", "share"), [(11, 0.6821, 0.3896), (12, 0.4494, 0.6402), (13, 0.2853, 0.7956)]
)
def test_ten_erlangs_wait_as_the_tables_say(servers: int, wait: float, share: float) -> None:
    found = waiting(LOAD, servers, HANDLING, THRESHOLD)
    assert found.wait == pytest.approx(wait, abs=5e-5)
    assert found.within == pytest.approx(share, abs=5e-5)


def test_impatient_items_abandon_as_palm_computed() -> None:
    found = erlang_a(rate=100 / 30, handling=3, patience=5, servers=14)
    assert found.wait == pytest.approx(0.14526, abs=5e-6)
    assert found.abandon == pytest.approx(0.013984, abs=5e-7)
    assert found.occupancy == pytest.approx(0.704297, abs=5e-7)
    assert found.mean_wait == pytest.approx(0.069919, abs=5e-7)


@pytest.mark.parametrize(
    ("servers", "line", "wait"), [(2, 0.1751, 0.2451), (3, 0.0222, 0.0577), (4, 0.0029, 0.0110)]
)
def test_a_small_office_queues_as_textbooks_say(servers: int, line: float, wait: float) -> None:
    found = waiting(10 / 12, servers, 1 / 12)
    assert (round(found.line, 4), round(found.wait, 4)) == (line, wait)


def test_one_large_queue_needs_fewer_people_than_two_small_ones() -> None:
    apart = servers_needed(10, HANDLING, THRESHOLD, 0.80)
    together = servers_needed(20, HANDLING, THRESHOLD, 0.80)
    assert (2 * apart, together) == (28, 24)


def test_a_load_of_all_people_or_more_answers_nobody_in_time() -> None:
    found = waiting(3.0, 3, 60, 20)
    assert (found.wait, found.within, found.mean_wait) == (1.0, 0.0, math.inf)
    assert erlang_c(3.0, 3) == 1.0
    assert waiting(0.5, 0, 60).within == 0.0


def test_nothing_to_do_is_done_in_time_by_nobody() -> None:
    assert waiting(0, 0, 60).within == 1.0
    assert servers_needed(0, 60, 20, 0.8) == 0
    assert erlang_a(0, 60, 60, 0).abandon == 0.0


def test_with_nobody_on_duty_every_item_abandons() -> None:
    assert erlang_a(rate=2, handling=1, patience=3, servers=0).abandon == pytest.approx(1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: waiting(-1, 3, 60),
        lambda: waiting(math.nan, 3, 60),
        lambda: waiting(1, 3, 0),
        lambda: share_within(1, -1, 60, 20),
        lambda: servers_needed(1, 60, 20, 1.0),
        lambda: erlang_b(1, 10**9),
        lambda: erlang_a(1, 1, 0, 3),
    ],
    ids=["load", "nan", "handling", "heads", "share", "pool", "patience"],
)
def test_what_cannot_be_is_refused_with_a_sentence(call) -> None:
    with pytest.raises(Inconsistent) as refusal:
        call()
    assert str(refusal.value).endswith(".")


loads = st.floats(0.01, 200)
seconds = st.floats(1, 5000)


@given(loads, st.floats(0, 250), seconds, st.floats(0, 5000), st.floats(0, 5), st.floats(0, 500))
def test_more_heads_or_a_longer_sla_never_lower_the_share(
    load: float, heads: float, handling: float, threshold: float, more: float, longer: float
) -> None:
    share = share_within(load, heads, handling, threshold)
    assert 0 <= share <= 1
    assert share_within(load, heads + more, handling, threshold) >= share - 1e-9
    assert share_within(load, heads, handling, threshold + longer) >= share - 1e-9


@given(st.floats(0.1, 50), seconds, st.integers(1, 60), st.floats(0, 5000), st.floats(0.5, 1))
def test_a_lower_handling_time_never_lowers_the_share(
    per_hour: float, handling: float, servers: int, threshold: float, part: float
) -> None:
    slow = waiting(per_hour * handling / 3600, servers, handling, threshold)
    fast = waiting(per_hour * handling * part / 3600, servers, handling * part, threshold)
    assert fast.within >= slow.within - 1e-9


@given(st.floats(0.01, 30), st.integers(1, 40), st.floats(0.1, 10))
def test_impatience_only_lowers_the_wait_and_flow_is_kept(
    load: float, servers: int, patience: float
) -> None:
    found = erlang_a(load, 1.0, patience, servers)
    assert 0 <= found.abandon <= 1
    assert 0 <= found.wait <= erlang_c(load, servers) + 1e-9
    # What is not lost is handled: occupancy × people = load × (1 − abandoned).
    assert found.occupancy * servers == pytest.approx(load * (1 - found.abandon))
    assert found.abandon == pytest.approx(found.mean_wait / patience, abs=1e-9)
