"""Time judging 300 launches on 500 queues over 26 weeks of hours: `python -m benchmarks.capacity`.

The portfolio is drawn with a seed. Processor time is counted, so that other work on the machine
matters little, and the median of some runs is printed.
"""

import random
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from roadmap.capacity.assess import Assessor
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.inputs import (
    BaseInput,
    LaneInput,
    LaunchInput,
    PhaseInput,
    Portfolio,
    QueueInput,
)
from roadmap.capacity.roster import Shift
from roadmap.mechanisms.kinds import MechanismKind
from roadmap.taxonomy.scope import ScopePattern

QUEUES, LAUNCHES, RUNS = 500, 300, 5
# With so much more base load about ten times as many answers fail.
FULLER = 1.2
START = date(2026, 11, 23)
ZONES = ("UTC", "Europe/Berlin", "Asia/Bangkok", "America/New_York")
MORNING = (1.2, 0.8, 0.6, 0.5, 0.5, 0.7, 1.2, 2.2, 3.4, 4.4, 5.0, 5.4)
EVENING = (5.6, 5.6, 5.4, 5.2, 5.2, 5.6, 6.4, 7.4, 8.2, 8.4, 7.0, 4.1)


def portfolio(queues: int = QUEUES, launches: int = LAUNCHES) -> Portfolio:
    """Return queues half full to overfull, and launches on one to four of them each."""
    draw = random.Random(7)
    numbers = range(1, queues + 1)
    return Portfolio(
        queues={number: _queue(number, draw) for number in numbers},
        steps={},
        launches={number: _launch(number, numbers, draw) for number in range(1, launches + 1)},
    )


def _queue(number: int, draw: random.Random) -> QueueInput:
    zone, scale = draw.choice(ZONES), draw.uniform(0.3, 3)
    shifts = tuple(
        Shift(
            first=START - timedelta(days=365),
            last=START + timedelta(days=365),
            weekdays=frozenset(range(7)),
            starts=starts * 60,
            ends=ends * 60,
            zone=zone,
            rostered=heads * scale,
        )
        for starts, ends, heads in ((6, 14, 20), (14, 22, 22), (22, 6, 9))
    )
    weekly = 7 * 20_870 * scale * draw.uniform(0.5, 1.0)
    return QueueInput(
        id=number,
        key=f"MEC-{number}",
        kind=MechanismKind.REVIEW_QUEUE,
        zone=zone,
        handling_seconds=45,
        sla_hours=draw.choice((4, 8, 24)),
        sla_share=0.8,
        review_share=0.17,
        shifts=shifts,
        base=(BaseInput(weekly=weekly, measured_until=START, profile=MORNING + EVENING),),
    )


def _launch(number: int, queues: range, draw: random.Random) -> LaunchInput:
    day = START + timedelta(days=draw.randrange(150))
    volume = draw.uniform(1_000, 60_000)
    return LaunchInput(
        id=number,
        order=number if draw.random() < 0.8 else None,
        phases=(
            PhaseInput(position=1, share=0.1, starts_on=day),
            PhaseInput(position=2, share=1.0, starts_on=day + timedelta(days=14)),
        ),
        queues=tuple(sorted(draw.sample(queues, min(draw.randint(1, 4), len(queues))))),
        lanes=(
            LaneInput(
                forecast_id=number,
                pattern=ScopePattern(None, None, None, None),
                likely=volume,
                low=volume * 0.6,
                high=volume * 1.5,
            ),
        ),
    )


def heavier(given: Portfolio, factor: float) -> Portfolio:
    """Return the portfolio with more base load, so that more launches fail."""
    queues = {
        number: replace(
            queue, base=tuple(replace(one, weekly=one.weekly * factor) for one in queue.base)
        )
        for number, queue in given.queues.items()
    }
    return replace(given, queues=queues)


def judge_all(given: Portfolio) -> Counter[str]:
    """Judge every launch with all its traffic, from nothing, and build every queue."""
    assessor = Assessor(given, Horizon.from_day(START))
    for queue_id in given.queues:
        assessor.supply(queue_id)
    return Counter(
        fact.result.value
        for launch_id in given.launches
        for fact in assessor.queue_facts(launch_id, 2)
    )


def judge_changed(given: Portfolio, launch_id: int) -> None:
    """Judge a launch whose forecast doubled, and all that share a queue with it, from nothing."""
    launch = given.launches[launch_id]
    lanes = tuple(replace(lane, likely=lane.likely * 2, high=None) for lane in launch.lanes)
    changed = replace(given, launches={**given.launches, launch_id: replace(launch, lanes=lanes)})
    assessor = Assessor(changed, Horizon.from_day(START))
    for other in changed.launches.values():
        if set(other.queues) & set(launch.queues):
            assessor.queue_facts(other.id, 2)


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time some work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main(runs: int = RUNS, queues: int = QUEUES, launches: int = LAUNCHES) -> None:
    """Measure and print."""
    given = portfolio(queues, launches)
    found = judge_all(given)
    whole = [seconds(partial(judge_all, given)) for _ in range(runs)]
    full = heavier(given, FULLER)
    failing = Counter(judge_all(full))
    worse = [seconds(partial(judge_all, full)) for _ in range(runs)]
    some = list(given.launches)[:: max(launches // 30, 1)]
    each = [seconds(partial(judge_changed, given, launch_id)) * 1000 for launch_id in some]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers = ", ".join(f"{count} {result}" for result, count in found.most_common())
    print(f"{queues} queues, {launches} launches: {answers}; {runs} runs")
    print(f"all launches  median {statistics.median(whole):.2f} s  (aim 3 s)")
    fails = sum(failing.values()) - failing["pass"]
    median = statistics.median(worse)
    print(f"{fails} failing    median {median:.2f} s  (aim 3 s)")
    middle, worst = statistics.median(each), max(each)
    print(f"one changed   median {middle:.0f} ms, worst {worst:.0f} ms  (aim 200 ms)")
    print(f"peak memory   {most:.0f} MB  (aim 1,024 MB)")


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:4]))
