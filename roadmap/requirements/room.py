"""Open the room of requirements: pages, the nightly end of snoozes, what a leaver passes on."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.accounts.handover import register_holding
from roadmap.events import subscribe
from roadmap.lists.registry import register_list, register_owner
from roadmap.requirements import (
    bulk_job,
    bulk_views,
    comment_views,  # noqa: F401  its routes join the blueprint
    drafts,
    file_views,
    intake_views,  # noqa: F401  as the ones above
    list_file,
    list_views,  # noqa: F401  as the ones above
    own_fields,
    rota,
    rota_views,  # noqa: F401  as the ones above
    row_views,  # noqa: F401  as the ones above
    service,
    steps,
    support_views,  # noqa: F401  as the ones above
    triage_views,
)
from roadmap.requirements.events import RequirementMoved, RequirementsStored
from roadmap.requirements.files import size_text
from roadmap.requirements.models import Requirement
from roadmap.requirements.questions import answered, questions_by_kind
from roadmap.requirements.waking import on_move, on_stored, settle_all, wake_due
from roadmap.requirements.wording import (
    answer_word,
    kind_word,
    needed_text,
    ordinal,
    severity_word,
    state_word,
)
from roadmap.web.markdown import render
from roadmap.web.panels import register_panel, register_reads
from roadmap.web.templating import add_navigation, day
from roadmap.wording import N_


def wake_job(run: jobs.Run) -> dict[str, Any]:
    """Bring requirements back into triage whose day came or whose event is settled."""
    with run.db.writing() as session:
        return {"woken": wake_due(session, clock.today()) + settle_all(session)}


def forget_drafts_job(run: jobs.Run) -> dict[str, Any]:
    """Remove drafts nobody touched for ninety days."""
    with run.db.writing() as session:
        return {"forgotten": drafts.forget_old(session)}


def count_requested(session: Session, person_id: int) -> int:
    """Return how many requirements a person asked for."""
    query = select(func.count()).where(Requirement.requester_id == person_id)
    return session.scalar(query) or 0


def _needed(record: Any) -> str:
    return needed_text(record.needed_by, record.needed_by_precision, day(record.needed_by))


def init_app(app: Flask) -> None:
    """Register pages, navigation, jobs and what a leaver passes on."""
    app.register_blueprint(steps.bp)
    app.register_blueprint(triage_views.bp)
    app.register_blueprint(bulk_views.bp)
    register_owner(own_fields.OWNER)
    register_list(list_file.KIND)
    register_panel("requirement.side", own_fields.panel, place=10)
    register_reads("requirement", own_fields.reads)
    jobs.register("requirements.bulk", bulk_job.bulk_job)
    jobs.register("requirements.forget_bulk", bulk_job.forget_job, every=timedelta(days=1))
    app.jinja_env.filters.update(
        markdown=render, ordinal=ordinal, needed=_needed, file_size=size_text
    )
    app.jinja_env.globals.update(
        answered=answered, answer_word=answer_word, questions_by_kind=questions_by_kind
    )
    app.jinja_env.globals.setdefault("requirement_state_word", state_word)
    app.jinja_env.globals.update(
        requirement_kind_word=kind_word, requirement_severity_word=severity_word
    )
    add_navigation(
        app, N_("Requirements"), "requirements.index", "/requirements", "requirement.read"
    )
    add_navigation(app, N_("Triage"), "triage.index", "/triage", "requirement.triage")
    subscribe(RequirementMoved, on_move)
    subscribe(RequirementsStored, on_stored)
    register_panel("requirement.main", file_views.files_panel, place=10)
    register_reads("requirement", file_views.reads)
    jobs.register("requirements.forget_drafts", forget_drafts_job, every=timedelta(days=1))
    jobs.register("requirements.wake", wake_job, every=timedelta(hours=1))
    register_holding(N_("Requirements"), service.hand_over, count_requested)
    register_holding(N_("Turns of triage"), rota.hand_over, rota.count_turns)
