"""Demand: how many items arrive in each hour, out of a weekly number and what shapes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity.horizon import Clockface, Horizon
from roadmap.capacity.refusal import Inconsistent, at_least_zero
from roadmap.wording import N_, Sentence

Floats = NDArray[np.float64]
DAY, WEEK = 24, 168


@dataclass(frozen=True, slots=True)
class Campaign:
    """Days on which items come a multiple as often, spread over the day in their own way."""

    first: date
    last: date
    multiplier: float
    # Share of a day's items in each of 24 hours; empty keeps the usual profile.
    profile: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Items that arrive at ``weekly`` a week, by the clock of a zone.

    ``profile`` has 24 shares of a day or 168 of a week from Monday 00:00, in any unit; empty is
    flat. ``season`` multiplies by ISO week; week 53 falls back on week 52. ``ramp`` holds (day,
    share): from that day on this share of the volume arrives; before the first day nothing does, no
    ramp means always all.
    """

    weekly: float
    zone: str = "UTC"
    profile: tuple[float, ...] = ()
    season: Mapping[int, float] = field(default_factory=dict)
    ramp: tuple[tuple[date, float], ...] = ()
    campaigns: tuple[Campaign, ...] = ()


def shape(profile: Sequence[float]) -> Floats:
    """Return the share of a week in each of its 168 hours; refuses other lengths and nothing."""
    if not profile:
        return np.full(WEEK, 1 / WEEK)
    values = np.asarray(profile, dtype=np.float64)
    if len(values) not in {DAY, WEEK}:
        raise Inconsistent(
            Sentence(
                N_("A profile has 24 hours of a day or 168 of a week, not %(count)s."),
                {"count": len(values)},
            )
        )
    if not np.all(np.isfinite(values)) or np.any(values < 0) or values.sum() <= 0:
        raise Inconsistent(Sentence(N_("The shares of a profile are 0 or more, and not all 0.")))
    week = np.tile(values, 7) if len(values) == DAY else values
    normal: Floats = week / week.sum()
    return normal


def items_by_hour(stream: Stream, horizon: Horizon) -> Floats:
    """Return the items arriving in each hour of the horizon."""
    at_least_zero([("weekly items", stream.weekly)])
    face = horizon.face(stream.zone)
    week = shape(stream.profile)
    items: Floats = stream.weekly * week[face.weekday * DAY + face.hour]
    for campaign in stream.campaigns:
        _raise(items, stream, campaign, face)
    if stream.season:
        items = items * _season(stream.season, face)
    if stream.ramp:
        items = items * ramp(stream.ramp, face)
    return items


def _raise(items: Floats, stream: Stream, campaign: Campaign, face: Clockface) -> None:
    """Put a campaign's own level and shape in place of the usual ones, on its days."""
    at_least_zero([("campaign multiplier", campaign.multiplier)])
    days = (face.ordinal >= campaign.first.toordinal()) & (
        face.ordinal <= campaign.last.toordinal()
    )
    if not campaign.profile:
        items[days] *= campaign.multiplier
        return
    if len(campaign.profile) != DAY:
        raise Inconsistent(Sentence(N_("A campaign's profile has the 24 hours of a day.")))
    day = shape(campaign.profile)[:DAY] * 7
    items[days] = stream.weekly / 7 * campaign.multiplier * day[face.hour[days]]


def _season(season: Mapping[int, float], face: Clockface) -> Floats:
    at_least_zero((f"season of week {week}", factor) for week, factor in season.items())
    days, where = np.unique(face.ordinal, return_inverse=True)
    by_day = []
    for ordinal in days:
        week = date.fromordinal(int(ordinal)).isocalendar().week
        by_day.append(season.get(week, season.get(52, 1.0) if week == 53 else 1.0))
    factors: Floats = np.asarray(by_day, dtype=np.float64)[where]
    return factors


def ramp(steps: Sequence[tuple[date, float]], face: Clockface) -> Floats:
    """Return the share that arrives in each hour: the last step on or before its day."""
    share = np.zeros(len(face.ordinal))
    for day, value in sorted(steps):
        share[face.ordinal >= day.toordinal()] = value
    return share
