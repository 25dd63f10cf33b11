"""What pages of launches are tried on: three launches, and who looks at them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.launches.lifecycle import move_launch
from roadmap.launches.links import add_dependency, put_requirement
from roadmap.launches.models import Launch
from roadmap.launches.scope import TrainingSpec, put_training_need
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.readiness.checklists import Answered, answer_many, items_of
from roadmap.readiness.service import evaluate_launches
from roadmap.requirements.models import Requirement
from roadmap.taxonomy.calendars import add_calendar_day
from tests.cast import Cast, actor
from tests.launches.world import NEW_MARKET, World, in_days, make_requirement, make_world
from tests.worlds import kept


@dataclass
class Stage:
    """Three launches: one in order, one that fails a checklist item, one confidential."""

    ready: Launch
    failing: Launch
    secret: Launch
    world: World
    requirement: Requirement


def new_launch(session: Session, cast: Cast, title: str, days: int, **more: Any) -> Launch:
    bob = actor(cast.bob, cast.program)
    values: dict[str, Any] = {
        "title": title,
        "type": LaunchType.NEW_MARKET,
        "owner_id": cast.bob.id,
        "markets": ["ES"],
        "surfaces": ["live"],
        "starts_on": in_days(days),
        "weekly_volume": 7000,
        "questions": NEW_MARKET,
    }
    launch = create_launch(session, bob, NewLaunch(**(values | more)))
    put_training_need(session, bob, launch, TrainingSpec(heads=12, owner_id=cast.charlie.id))
    ids = [item.id for item in items_of(session, launch.id)]
    answer_many(session, bob, launch, ids, Answered(answer="yes", evidence="seen"))
    move_launch(session, bob, launch, LaunchState.COMMITTED)
    return launch


@pytest.fixture
@kept
def stage(session: Session, cast: Cast) -> Stage:
    world = make_world(session, cast)
    bob = actor(cast.bob, cast.program)
    ready = new_launch(session, cast, "LIVE in Spain", 40)
    failing = new_launch(session, cast, "Handbags <b>in</b> Spain", 12, team_id=cast.ops.id)
    item = items_of(session, failing.id)[0]
    answer_many(session, bob, failing, [item.id], Answered(answer="no"))
    secret = new_launch(session, cast, "Atlantis", 60, confidential=True)
    requirement = make_requirement(session, accepted=True)
    put_requirement(session, bob, ready, requirement.key, must=True)
    add_dependency(session, bob, failing, secret.key)
    add_calendar_day(session, None, "campaign", "Winter sale", None, in_days(5), in_days(20))
    evaluate_launches(session, [ready.id, failing.id, secret.id])
    session.commit()
    return Stage(ready, failing, secret, world, requirement)


@pytest.fixture
def bob(sign_in: Callable[[Any], FlaskClient], cast: Cast) -> FlaskClient:
    return sign_in(cast.bob)


@pytest.fixture
def victor(sign_in: Callable[[Any], FlaskClient], cast: Cast) -> FlaskClient:
    return sign_in(cast.victor)


def words(html: str) -> str:
    """The text a person reads, one space between words."""
    bare = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())
