"""Capacity as people see it: the launch's tabs, the board, what-if and thresholds."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.capacity.counts import put_backlog
from roadmap.capacity.models import BaseLoad, LaunchLimit, QueueThroughput, RouteStep
from roadmap.history.service import record
from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.launches.lifecycle import move_launch
from roadmap.launches.models import Forecast, Launch
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.mechanisms.models import Mechanism
from roadmap.overview.capacity_load import Source, Stretch
from roadmap.overview.capacity_picture import picture
from roadmap.readiness.checklists import Answered, answer_many, items_of
from tests.cast import Cast, actor
from tests.conftest import StatementCount
from tests.launches.world import NEW_MARKET, World, in_days, make_world
from tests.overview.conftest import words
from tests.worlds import kept


@dataclass
class Scene:
    """A queue of 10,000 a day that has 6,000; two launches bring 2,000 and 3,000 a day."""

    first: Launch
    second: Launch
    secret: Launch
    world: World


def add_launch(
    session: Session, cast: Cast, title: str, per_day: float, *, commit: bool = True, **more: Any
) -> Launch:
    bob = actor(cast.bob, cast.program)
    launch = create_launch(
        session,
        bob,
        NewLaunch(
            title=title,
            type=LaunchType.NEW_MARKET,
            owner_id=cast.bob.id,
            markets=["ES"],
            surfaces=["live"],
            starts_on=in_days(30),
            weekly_volume=per_day * 7,
            questions=NEW_MARKET,
            **more,
        ),
    )
    ids = [item.id for item in items_of(session, launch.id)]
    answer_many(session, bob, launch, ids, Answered(answer="yes", evidence="seen"))
    if commit:
        move_launch(session, bob, launch, LaunchState.COMMITTED)
    return launch


def add_route(session: Session, launch: Launch, world: World) -> None:
    """Lead the launch's items over the classifier, then people: the case of the specification."""
    forecast = session.scalars(select(Forecast).where(Forecast.launch_id == launch.id)).one()
    forecast.prevalence = 0.04
    steps = (
        (
            world.classifier,
            {"recall": 0.6, "precision": 0.92, "pass_share": 0.8, "miss_rate": 0.005},
        ),
        (world.queue, {"recall": 0.9, "false_rate": 0.01, "handling_seconds": 45}),
    )
    for position, (mechanism, rates) in enumerate(steps, 1):
        session.add(
            RouteStep(
                launch_id=launch.id,
                forecast_id=forecast.id,
                position=position,
                mechanism_id=mechanism.id,
                rates=rates,
            )
        )
    record(session, None, launch, "capacity.changed")


def staff(session: Session, queue: Mechanism) -> None:
    """Let the queue decide 10,000 a day, of which 6,000 are taken."""
    of_queue = {"mechanism_id": queue.id}
    session.scalars(select(QueueThroughput).filter_by(**of_queue)).one().per_day = 10_000
    base = session.scalars(select(BaseLoad).filter_by(**of_queue)).one()
    base.weekly, base.measured_until = 42_000, clock.today()
    record(session, None, queue, "capacity.changed")


@pytest.fixture
@kept
def scene(session: Session, cast: Cast) -> Scene:
    world = make_world(session, cast)
    staff(session, world.queue)
    secret = add_launch(session, cast, "Atlantis", 1_000, confidential=True)
    first = add_launch(session, cast, "LIVE in Spain", 2_000)
    second = add_launch(session, cast, "Handbags in Spain", 3_000)
    session.commit()
    return Scene(first, second, secret, world)


def test_the_tab_says_alone_and_together_and_draws_the_load(scene: Scene, bob: FlaskClient) -> None:
    answer = bob.get(f"/launches/{scene.second.key}/capacity")
    assert answer.status_code == 200
    text = words(answer.text)
    # 6,000 + 1,000 + 2,000 + 3,000 of 10,000 a day; without the others 9,000.
    assert "120.0 % Together" in text or "Together 120.0 %" in text
    assert "Alone 90.0 %" in text or "90.0 % Alone" in text
    assert "<svg" in answer.text
    assert "Show as a table" in text
    assert "style=" not in answer.text
    assert scene.first.key in text


def test_a_confidential_launch_is_counted_but_never_named(
    scene: Scene, victor: FlaskClient
) -> None:
    for address in (
        f"/launches/{scene.second.key}/capacity",
        f"/capacity/{scene.world.queue.key}?week={in_days(45).isoformat()}",
    ):
        text = words(victor.get(address).text)
        assert "1 confidential launch" in text
        assert "Atlantis" not in text
        assert scene.secret.key + " " not in text
    for page in ("capacity", "flow", "capacity/what-if"):
        assert victor.get(f"/launches/{scene.secret.key}/{page}").status_code == 404


def test_what_is_missing_is_named_with_where_to_enter_it(
    session: Session, cast: Cast, bob: FlaskClient
) -> None:
    world = make_world(session, cast)
    launch = add_launch(session, cast, "Unknown", 100, commit=False)
    for row in session.scalars(select(QueueThroughput)):
        session.delete(row)
    for queue in (world.queue, world.appeals):
        record(session, None, queue, "capacity.changed")
    session.commit()
    answer = bob.get(f"/launches/{launch.key}/capacity")
    assert "Nobody has entered a roster" in answer.text
    assert f"/mechanisms/{world.queue.key}/staffing" in answer.text
    assert "Nobody has entered a roster" in bob.get("/capacity").text
    assert "Nobody has entered a roster" in bob.get(f"/capacity/{world.queue.key}").text
    assert "No route is entered" in bob.get(f"/launches/{launch.key}/flow").text


def test_the_board_ranks_queues_and_links_their_weeks(scene: Scene, bob: FlaskClient) -> None:
    answer = bob.get("/capacity")
    assert answer.status_code == 200
    assert "1 over 100 % in some week" in words(answer.text)
    assert f"/capacity/{scene.world.queue.key}?week=" in answer.text
    assert "120 %" in words(answer.text)


def test_a_week_names_the_launch_that_crosses_the_line(scene: Scene, bob: FlaskClient) -> None:
    week = in_days(45).isoformat()
    text = words(bob.get(f"/capacity/{scene.world.queue.key}?week={week}").text)
    assert f"{scene.second.key} Handbags in Spain" in text
    assert text.count("crosses the line") == 1
    assert "with the committed launches 120.0 %." in text
    # Neither a day that cannot be nor a mechanism without people breaks the page.
    assert bob.get(f"/capacity/{scene.world.queue.key}?week=x").status_code == 200
    assert bob.get(f"/capacity/{scene.world.classifier.key}").status_code == 404


def test_a_route_is_shown_step_by_step(
    scene: Scene, session: Session, cast: Cast, bob: FlaskClient
) -> None:
    launch = add_launch(session, cast, "Routed", 120_000, commit=False)
    add_route(session, launch, scene.world)
    session.commit()
    text = words(bob.get(f"/launches/{launch.key}/flow").text)
    # The figures of the specification, for a week: 20,870 × 7 to people, leakage 13.0 %.
    assert "146,087" in text
    assert "13.0 %" in text
    assert "0.541 %" in text
    assert "34.7 %" in text


def test_what_if_judges_other_heads_and_volumes_and_stores_nothing(
    scene: Scene, session: Session, bob: FlaskClient
) -> None:
    address = f"/launches/{scene.second.key}/capacity/what-if"
    queue = scene.world.queue.id
    assert "nothing changed yet" in bob.get(address).text
    text = words(bob.get(f"{address}?volume=20").text)
    assert "120.0 %" in text
    assert "96.0 %" in text
    assert "48.0 %" not in text
    more = words(bob.get(f"{address}?heads-{queue}=5000").text)
    assert "Write a number from -2000 to 2000." in more
    faster = words(bob.get(f"{address}?aht-{queue}=30&heads-{queue}=200").text)
    assert "Today and then" in faster
    for wrong in (f"recall-{queue}=70",):
        # A queue has no threshold: what is no field is left alone.
        assert bob.get(f"{address}?{wrong}").status_code == 200
    moved = bob.get(f"{address}?starts={in_days(90).isoformat()}")
    assert moved.status_code == 200
    for wrong in ("volume=nan", "volume=x", "starts=2026-02-31", f"share-{queue}=101"):
        assert bob.get(f"{address}?{wrong}").status_code == 422
    forecast = session.scalars(select(Forecast).where(Forecast.launch_id == scene.second.id)).one()
    assert forecast.likely == 21_000


def test_what_if_tries_another_threshold_on_the_route(
    scene: Scene, session: Session, cast: Cast, bob: FlaskClient
) -> None:
    launch = add_launch(session, cast, "Routed", 20_000, commit=False)
    add_route(session, launch, scene.world)
    session.add(LaunchLimit(launch_id=launch.id, active_sellers=1_000, wrongful_per_thousand=5))
    record(session, None, launch, "capacity.changed")
    session.commit()
    address, step = f"/launches/{launch.key}/capacity/what-if", scene.world.classifier.id
    text = words(bob.get(f"{address}?recall-{step}=75&precision-{step}=75").text)
    # Of 140,000 a week 292 are wrongly rejected, 1,400 then; people's mistakes come on top.
    assert "now 60.0 %" in text
    assert "Wrongful actions a week per 1,000 sellers: 518.85 → 1,615.6" in text
    assert bob.get(f"{address}?precision-{step}=0").status_code == 422
    contradiction = words(bob.get(f"{address}?recall-{step}=100&precision-{step}=1").text)
    assert "contradict" in contradiction


def test_the_tab_names_the_rule_the_count_and_the_fixes_by_day_and_volume(
    scene: Scene, session: Session, bob: FlaskClient
) -> None:
    put_backlog(session, None, scene.world.queue, 700, clock.now())
    session.commit()
    text = words(bob.get(f"/launches/{scene.second.key}/capacity").text)
    assert "700 items were counted in line on" in text
    assert "First in, first out, hour by hour" in text
    assert "At most 7,000 items a week" in text
    assert "CAP_SHARED" not in text


def test_another_threshold_shows_hours_leakage_and_appeals_beside_today(
    scene: Scene, session: Session, cast: Cast, bob: FlaskClient
) -> None:
    launch = add_launch(session, cast, "Routed", 120_000, commit=False)
    add_route(session, launch, scene.world)
    session.add(LaunchLimit(launch_id=launch.id, active_sellers=1_000, wrongful_per_thousand=5))
    record(session, None, launch, "capacity.changed")
    session.commit()
    address = f"/mechanisms/{scene.world.classifier.key}/threshold"
    text = words(bob.get(f"{address}?recall=75&precision=75").text)
    # Leakage 13.0 % becomes 11.5 %, the overturn rate 34.7 % becomes 62.0 %.
    assert "13.0 % 11.5 %" in text
    assert "34.7 % 62.0 %" in text
    assert bob.get(f"{address}?recall=700").status_code == 422
    assert "contradict" in bob.get(f"{address}?recall=100&precision=1").text
    assert bob.get(f"/mechanisms/{scene.world.queue.key}/threshold").status_code == 404


def test_pages_take_a_fixed_number_of_statements(
    scene: Scene, bob: FlaskClient, statements: StatementCount
) -> None:
    queue, key = scene.world.queue.key, scene.second.key
    for address, most in {
        "/capacity": 12,
        f"/capacity/{queue}": 14,
        f"/launches/{key}/capacity/what-if": 13,
        f"/mechanisms/{scene.world.classifier.key}/threshold": 15,
        f"/launches/{key}/capacity": 60,
        f"/launches/{key}/flow": 60,
    }.items():
        # What capacity reads, seven statements, is kept until something changes.
        for left_out in (0, 6):
            statements.statements.clear()
            assert bob.get(address).status_code == 200
            assert len(statements) <= most - left_out, (address, len(statements))


def test_a_picture_of_no_work_and_no_people_can_be_drawn() -> None:
    none = np.zeros(168)
    days = np.repeat(np.arange(7) + date(2026, 11, 23).toordinal(), 24)
    found = picture(
        Stretch(
            first=date(2026, 11, 23),
            day=days,
            hour=np.tile(np.arange(24), 7),
            sources=(Source(None, none),),
            capacity=none,
            backlog=none,
            late=none,
            handling=1.0,
            sla_hours=None,
        )
    )
    assert found.layers == ()
    assert len(found.days) == len(found.rows) == 7
    assert found.first_late is None
