"""What waits already: it delays what comes, or expires."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from roadmap.capacity.facts import Result
from roadmap.capacity.inputs import (
    BacklogInput,
)
from tests.rules.capacity_cast import base, exactly, fix, found, launch, queue, roster, steady


def counted(items: float, day: int = 23) -> BacklogInput:
    return BacklogInput(items, datetime(2026, 11, day, 6, tzinfo=UTC))


def test_what_waits_today_delays_what_comes() -> None:
    given = steady(1_000, base=(base(700),), sla_hours=24.0)
    one = launch(lanes=(exactly(100),))
    assert found([given], [one]).queues[0].result is Result.PASS
    few, many = counted(500), counted(2_000)
    (late,) = found([replace(given, backlog=many)], [one]).queues
    assert (late.result, late.code) == (Result.FAIL, "CAP_SLA")
    assert late.backlog == pytest.approx(2_000)
    # 200 a day are worked off: the last of them 10 days after the count.
    assert late.clear_on == date(2026, 12, 3)
    assert late.before_fails
    assert late.capacity_needed == pytest.approx(2_000)
    assert found([replace(given, backlog=few)], [one]).queues[0].result is Result.PASS
    assert late.counted_on == date(2026, 11, 23)


def test_a_count_of_days_before_stands_where_the_horizon_begins() -> None:
    given = steady(1_000, base=(base(700),), backlog=counted(2_000, day=20))
    (fact,) = found([given], [launch(lanes=(exactly(100),))]).queues
    assert fact.clear_on == date(2026, 12, 3)


def test_where_items_expire_nothing_waits_for_ever_but_the_share_is_lower() -> None:
    calls = launch(lanes=(exactly(4_800, profile=(1.0,) * 24, zone="UTC"),))
    desk = queue(
        handling_seconds=180.0,
        occupancy=1.0,
        in_shift_shrinkage=0.0,
        sla_hours=20 / 3600,
        sla_share=0.90,
        shifts=(roster(14, 0, 24),),
        base=(base(0),),
        patience_hours=5 / 60,
    )
    (fact,) = found([desk], [calls]).queues
    assert (fact.result, fact.rule) == (Result.PASS, "erlang_a")
    # 100 each half-hour, three minutes each, patience five: the published case.
    assert fact.share == pytest.approx(0.9168, abs=5e-5)
    assert fact.expired == pytest.approx(0.013984, abs=5e-7)
    crowded = replace(desk, shifts=(roster(8, 0, 24),))
    (fact,) = found([crowded], [calls]).queues
    assert (fact.result, fact.code) == (Result.FAIL, "CAP_SLA")
    assert fact.capacity_needed is None
    assert fact.longest_hours is None
    assert fix(fact, "heads").amount == 6
    (patient,) = found([replace(crowded, patience_hours=None)], [calls]).queues
    assert (patient.code, patient.rule) == ("CAP_OVERLOAD", "erlang_c")
