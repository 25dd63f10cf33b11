"""Capacity in workspace files: out and in again byte for byte, and what does not fit is named."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from roadmap.capacity.models import QueueThroughput, RouteStep
from roadmap.exchange.workspace.problems import WorkspaceRefused
from tests.exchange.workspace_files import dump, fresh_database, load

HEAD = {
    "format": "launch-roadmap-workspace",
    "version": 1,
    "as_of": "2026-11-22",
    "languages": [{"code": "de", "name": "German"}],
    "calendar": [
        {
            "kind": "campaign",
            "name": "Sale",
            "starts_on": "2026-11-23",
            "ends_on": "2026-11-30",
            "load": {"multiplier": 1.5, "profile": list(range(24))},
        }
    ],
    "sites": [{"code": "lisbon", "name": "Lisbon", "holidays": [{"day": "2026-12-25"}]}],
}
QUEUE: dict[str, Any] = {
    "key": "MEC-2",
    "name": "Review",
    "kind": "review_queue",
    "stage": "enforce",
    "staffing": {"handling_seconds": 45, "sla_hours": 24, "hourly_rate": 1850, "currency": "EUR"},
    "shifts": [
        {
            "first_day": "-7d",
            "last_day": "+70d",
            "weekdays": ["mon", "sat"],
            "starts": "22:00",
            "ends": "06:00",
            "rostered": 20,
            "present": 16.5,
            "languages": ["de"],
            "site": "lisbon",
        }
    ],
    "throughput": [{"week": "-1w", "per_day": 4200}],
    "backlog": {"items": 5400, "counted_at": "-1d"},
    "base_load": [{"language": "de", "weekly": 9000, "measured_until": "-1d", "season": {"48": 2}}],
}
STEP: dict[str, Any] = {
    "key": "MEC-1",
    "name": "Classifier",
    "kind": "classifier",
    "stage": "enforce",
    "rates": {"rates": {"recall": 0.6, "precision": 0.92}, "outage_hours": 4},
}
LAUNCH: dict[str, Any] = {
    "key": "LCH-1",
    "title": "Streams",
    "type": "S",
    "state": "planned",
    "forecasts": [
        {
            "likely": 7000,
            "grade": "estimated",
            "hours": {"zone": "Europe/Lisbon", "profile": [1] * 168},
            "route": [
                {"mechanism": "MEC-1", "grade": "borrowed"},
                {"mechanism": "MEC-2", "rates": {"recall": 0.9, "false_rate": 0.01}},
            ],
        }
    ],
    "handling_changes": [{"mechanism": "MEC-2", "handling_seconds": 55}],
    "sweeps": [{"mechanism": "MEC-2", "listings": 100, "flagged": 0.5, "days": 2}],
    "limits": {"budget": 20000000, "currency": "EUR"},
}


def encoded(queue=QUEUE, step=STEP, launch=LAUNCH, **more) -> bytes:
    return json.dumps({**HEAD, "mechanisms": [step, queue], "launches": [launch], **more}).encode()


def test_capacity_survives_export_and_import_byte_for_byte(database):
    load(database, encoded())
    text = dump(database)
    for word in ("staffing", "22:00", "season", "route", "sweeps", "limits", "holidays", "load"):
        assert f'"{word}"' in text or word in text
    with fresh_database() as other:
        load(other, text.encode())
        assert dump(other) == text
    assert load(database, text.encode()).changed == {}
    with database.reading() as session:
        assert session.scalar(select(QueueThroughput.week)).weekday() == 0


def test_a_forecast_that_changes_keeps_no_route_of_the_old_one(database):
    load(database, encoded())
    lane = {**LAUNCH["forecasts"][0], "likely": 9000}
    load(database, encoded(launch={**LAUNCH, "forecasts": [lane]}))
    with database.reading() as session:
        assert len(session.scalars(select(RouteStep.id)).all()) == 2
    load(database, encoded(launch={**LAUNCH, "forecasts": []}))
    with database.reading() as session:
        assert session.scalars(select(RouteStep.id)).all() == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"queue": {**QUEUE, "rates": {}}}, "mechanisms[1].rates"),
        ({"step": {**STEP, "staffing": {"sla_hours": 1}}}, "mechanisms[0].staffing"),
        (
            {"queue": {**QUEUE, "staffing": {"hourly_rate": 5}}},
            "mechanisms[1].staffing.currency",
        ),
        ({"queue": {**QUEUE, "staffing": {"zone": "Mars"}}}, "mechanisms[1].staffing.zone"),
        (
            {"queue": {**QUEUE, "shifts": [{**QUEUE["shifts"][0], "present": 21}]}},
            "mechanisms[1].shifts[0].present",
        ),
        (
            {"queue": {**QUEUE, "shifts": [{**QUEUE["shifts"][0], "last_day": "-9d"}]}},
            "mechanisms[1].shifts[0].last_day",
        ),
        (
            {"queue": {**QUEUE, "base_load": [{**QUEUE["base_load"][0], "profile": [1, 2]}]}},
            "mechanisms[1].base_load[0].profile",
        ),
        (
            {"launch": {**LAUNCH, "sweeps": [{**LAUNCH["sweeps"][0], "from_phase": 3}]}},
            "launches[0].sweeps[0].from_phase",
        ),
        (
            {
                "launch": {
                    **LAUNCH,
                    "handling_changes": [{"mechanism": "MEC-1", "handling_seconds": 5}],
                }
            },
            "launches[0].handling_changes[0].mechanism",
        ),
        ({"launch": {**LAUNCH, "limits": {"budget": 5}}}, "launches[0].limits.currency"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(change, path):
    with fresh_database() as other, pytest.raises(WorkspaceRefused) as refused:
        load(other, encoded(**change))
    assert path in {one.path for one in refused.value.problems}
