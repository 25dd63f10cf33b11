"""The worker's part in reviews: tell once of what is overdue, then once the group's leads."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.launches.models import Launch
from roadmap.launches.telling import tell
from roadmap.readiness.gate_models import GateReview
from roadmap.readiness.gate_queries import OpenReview, waiting
from roadmap.readiness.gate_words import days_words

JOB = "gates.remind"
EVERY = timedelta(hours=1)
# Working days after the first overdue day at which the group's leads hear of it.
ESCALATE_AFTER = 2
# Open reviews one run looks at; the longest asked come first.
MOST = 20_000
# Launches told in one writing transaction.
CHUNK = 50


def _todo(one: OpenReview) -> str | None:
    """Return what is to be told of an open review now, None if nothing or told already."""
    left = one.most_pressing
    if left is None or left >= 0:
        return None
    if one.review.reminded_at is None:
        return "gate.overdue"
    if left < -ESCALATE_AFTER and one.review.escalated_at is None:
        return "gate.escalated"
    return None


def remind(run: jobs.Run) -> dict[str, Any]:
    """Tell of every review that is overdue and was not told of; safe to run at any time."""
    now = clock.now()
    with run.db.reading() as session:
        found = waiting(session, None, now, running_only=True, limit=MOST)
        due = [
            (one.launch.id, one.review.id, action, days_words(one.most_pressing or 0))
            for one in found
            if (action := _todo(one)) is not None
        ]
    told = 0
    for start in range(0, len(due), CHUNK):
        with run.db.writing() as session:
            for launch_id, review_id, action, words in due[start : start + CHUNK]:
                told += _tell(session, launch_id, review_id, action, words, now)
    return {"told": told}


def _tell(
    session: Session, launch_id: int, review_id: int, action: str, words: str, now: datetime
) -> bool:
    """Note that a review was told of, and tell it; False if somebody did so meanwhile."""
    review = session.scalar(
        select(GateReview)
        .where(GateReview.id == review_id, GateReview.asked_at.is_not(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    column = "reminded_at" if action == "gate.overdue" else "escalated_at"
    if review is None or review.paused or getattr(review, column) is not None:
        return False
    setattr(review, column, now)
    return tell(session, None, session.get_one(Launch, launch_id), action, words)


def register() -> None:
    """Name the handler; the worker runs it every hour."""
    jobs.register(JOB, remind, every=EVERY)
