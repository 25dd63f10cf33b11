"""A launch whose owner stays silent is escalated to a named person, once a week, by mail."""

from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from roadmap import jobs
from roadmap.accounts.models import Team, TeamMember
from roadmap.accounts.teams import TeamInput, edit_team
from roadmap.history.queries import feed
from roadmap.history.service import record
from roadmap.launches.models import Launch
from roadmap.launches.telling import tell
from roadmap.notifications.models import Notice
from roadmap.notifications.rules import Reason
from roadmap.readiness.attestation_models import FreshnessStep
from roadmap.readiness.freshness import step_all
from tests.readiness.test_freshness import OPENS, committed


def a_week_passes(database: Any, week: int, work: Any) -> None:
    with time_machine.travel(OPENS + timedelta(weeks=week), tick=False):
        for _ in range(2):
            step_all(jobs.Run(database, None, 0, {}))
        work("follow")
        work("send")


def test_silence_goes_to_the_lead_of_the_team_by_name_and_without_one_to_the_program_managers(
    session, cast, database, people, mailing, work, post
) -> None:
    launch = committed(session, cast)
    launch.owner_id, launch.team_id = cast.alice.id, cast.ops.id
    tell(session, None, launch, "launch.edited")
    session.commit()
    a_week_passes(database, 2, work)
    with database.writing() as other:
        edit_team(
            other,
            None,
            "ops",
            TeamInput("Moderation operations", True, {cast.alice.id: True, cast.charlie.id: True}),
        )
    a_week_passes(database, 3, work)
    steps = session.scalars(select(FreshnessStep).order_by(FreshnessStep.id)).all()
    managers, leads = (one.told_to for one in steps)
    assert cast.bob.id in managers
    assert leads == [cast.charlie.id]
    whys = [e.why or "" for e in feed(session, "launch", 1) if e.action == "freshness.escalated"]
    assert "Name a lead under Admin, Teams." in whys[1]
    assert "Name a lead" not in whys[0]
    escalated = select(Notice.person_id).where(Notice.reason == Reason.ESCALATED)
    assert session.scalars(escalated.order_by(Notice.id)).all() == [*managers, cast.charlie.id]
    (mail,) = post.to("charlie@example.org")
    words = mail.get_body(("plain",)).get_content()
    assert "3 weeks in a row nobody said that it still holds" in words
    assert "Escalated to: Charlie" in words
    assert "Why you got this: it was escalated to you" in words
    session.commit()


def test_who_may_not_know_of_a_confidential_launch_is_not_told(
    session, cast, database, people, mailing, work, post
) -> None:
    launch = committed(session, cast)
    launch.owner_id, launch.team_id, launch.confidential = cast.alice.id, cast.ops.id, True
    tell(session, None, launch, "launch.edited")
    session.add(TeamMember(team_id=cast.ops.id, person_id=cast.dora.id, lead=True))
    record(session, None, session.get_one(Team, cast.ops.id), "team.edited")
    session.commit()
    a_week_passes(database, 2, work)
    (step,) = session.scalars(select(FreshnessStep)).all()
    assert cast.bob.id in step.told_to
    assert cast.dora.id not in step.told_to
    assert post.to("dora@example.org") == []
    assert session.get_one(Launch, 1).confidential
    session.commit()
