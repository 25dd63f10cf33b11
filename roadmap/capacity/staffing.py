"""From heads to items an hour and back: shrinkage, occupancy, ramp, paid hours, people.

On duty = rostered × (1 − in-shift shrinkage). Paid hours = handling ÷ occupancy ÷ (1 − shrinkage).
FTE = paid hours a week ÷ contract hours a week. Heads are people, times seconds or hours as named.
"""

import math
from dataclasses import dataclass

from roadmap.capacity.refusal import at_least_zero, positive, shares

SECONDS = 3600.0


def on_duty(rostered: float, in_shift_shrinkage: float) -> float:
    """Return how many of the rostered heads work at a time."""
    at_least_zero([("heads", rostered)])
    shares([("shrinkage", in_shift_shrinkage)])
    return rostered * (1 - in_shift_shrinkage)


def items_per_hour(
    heads: float, handling_seconds: float, occupancy: float, ramp: float = 1
) -> float:
    """Return K, what heads on duty decide in an hour: heads × occupancy × ramp × 3600 ÷ AHT."""
    at_least_zero([("heads", heads)])
    positive([("handling time", handling_seconds)])
    shares([("occupancy", occupancy), ("ramp", ramp)])
    return heads * occupancy * ramp * SECONDS / handling_seconds


def rostered_for(heads_on_duty: float, in_shift_shrinkage: float) -> int:
    """Return the fewest rostered heads that keep so many on duty, rounded up."""
    positive([("share on duty", 1 - in_shift_shrinkage)])
    shares([("shrinkage", in_shift_shrinkage)])
    return up(heads_on_duty / (1 - in_shift_shrinkage))


def handling_hours_of_head(paid_hours: float, shrinkage: float, occupancy: float) -> float:
    """Return the hours one paid head handles items: paid × (1 − shrinkage) × occupancy."""
    at_least_zero([("paid hours", paid_hours)])
    shares([("shrinkage", shrinkage), ("occupancy", occupancy)])
    return paid_hours * (1 - shrinkage) * occupancy


@dataclass(frozen=True, slots=True)
class People:
    """What handling hours cost in paid hours, full-time equivalents and whole people."""

    paid_hours: float
    fte: float
    people: int


def people_for(
    handling_hours: float,
    *,
    occupancy: float,
    shrinkage: float,
    contract_hours: float,
    weeks: float = 1.0,
) -> People:
    """Return the people that ``handling_hours`` in so many ``weeks`` take.

    ``contract_hours`` are hours a week. Raises Inconsistent where nobody could ever work: a
    shrinkage of 1, an occupancy of 0.
    """
    at_least_zero([("handling hours", handling_hours)])
    shares([("occupancy", occupancy), ("shrinkage", shrinkage)])
    positive(
        [
            ("occupancy", occupancy),
            ("time present", 1 - shrinkage),
            ("contract hours", contract_hours),
            ("weeks", weeks),
        ]
    )
    paid = handling_hours / occupancy / (1 - shrinkage)
    fte = paid / weeks / contract_hours
    return People(paid, fte, up(fte))


def backlog_people(
    backlog: float, days: float, arrivals: float, handling_minutes: float, hours_a_day: float
) -> float:
    """Return the heads that clear a backlog within some days while items keep arriving.

    ``arrivals`` are items a day; ``hours_a_day`` is what one head handles. Round up for people.
    """
    at_least_zero([("backlog", backlog), ("arrivals", arrivals)])
    positive([("days", days), ("handling time", handling_minutes), ("hours a day", hours_a_day)])
    return (backlog / days + arrivals) * handling_minutes / 60 / hours_a_day


def up(value: float) -> int:
    """Return the whole number not below a value; 20.000000001 from rounding is 20."""
    return math.ceil(value - 1e-9)
