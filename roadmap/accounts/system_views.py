"""Admin pages of the whole: the list of pages, what roles may do, jobs, the audit seal."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from roadmap import jobs
from roadmap.accounts.permissions import ROLES
from roadmap.accounts.wording import JOBS, PERMISSIONS
from roadmap.history.jobs import head_path
from roadmap.history.seal import seal_status
from roadmap.web.admin_menu import admin_pages
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("system", __name__, url_prefix="/admin")


@bp.get("")
@may("admin.open")
def index() -> ResponseReturnValue:
    """List the admin pages this person may open."""
    return render_template("admin/index.html", pages=admin_pages())


@bp.get("/roles")
@may("admin.people")
def roles() -> ResponseReturnValue:
    """Show which role may do what."""
    return render_template("admin/roles.html", roles=ROLES, permissions=PERMISSIONS)


@bp.get("/jobs")
@may("admin.system")
def job_list() -> ResponseReturnValue:
    """Show the worker's newest jobs and how the worker is."""
    session = db_session()
    return render_template(
        "admin/jobs.html", jobs=jobs.newest(session), beat=jobs.last_beat(session), words=JOBS
    )


@bp.post("/jobs/<int:job_id>/retry")
@may("admin.system")
def retry_job(job_id: int) -> ResponseReturnValue:
    """Queue a failed job again."""
    jobs.retry(db_session(), job_id)
    flash(_("Queued again: the worker takes it next."), "success")
    return redirect(url_for("system.job_list"), 303)


@bp.get("/seal")
@may("admin.system")
def audit_seal() -> ResponseReturnValue:
    """Show how far the history is sealed."""
    kept = head_path(current_app.extensions["roadmap_settings"])
    return render_template("admin/seal.html", seal=seal_status(db_session(), kept))
