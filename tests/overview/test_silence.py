"""The worker is killed for an hour: pages say so, and still show the right verdict."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.launches.models import Launch
from roadmap.readiness.checklists import Answered, answer_many, items_of
from roadmap.readiness.models import CurrentVerdict
from roadmap.readiness.service import evaluate_launches
from tests.cast import Cast, actor
from tests.readiness.test_stories import judge


def test_an_hour_without_the_worker_is_said_and_changes_no_verdict(
    session: Session, cast: Cast, database: Database, sign_in: Callable[[Person], FlaskClient]
) -> None:
    judge(session, 13)
    evaluate_launches(session, [13])
    session.commit()
    jobs.beat(database)
    client = sign_in(cast.bob)
    at_work = client.get("/launches").text
    assert "The worker has been silent" not in at_work
    assert "READY" in at_work
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        launch = session.get_one(Launch, 13)
        item = items_of(session, 13)[0]
        bob = actor(cast.bob, cast.program)
        answer_many(session, bob, launch, [item.id], Answered(answer="no", evidence="Not yet."))
        session.commit()
        assert session.get_one(CurrentVerdict, 13).outdated
        session.commit()
        for address in ("/launches", "/"):
            told = client.get(address).text
            assert "The worker has been silent since" in told, address
        assert "NOT READY" in client.get("/launches").text
        assert "NOT READY" in client.get("/launches/LCH-13").text
        assert session.get_one(CurrentVerdict, 13).outdated
        session.commit()
