"""The pages of asking: the form, its drafts, a pasted thread, and supporting another instead."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from roadmap import clock
from roadmap.errors import Invalid, NotFound
from roadmap.lists.kinds import PREFIX
from roadmap.requirements import drafts, intake, pasted, queries, supporting
from roadmap.requirements.file_views import ACCEPT, brought_files, limits
from roadmap.requirements.files import StoredFile
from roadmap.requirements.forms import PasteForm, SubmitForm
from roadmap.requirements.models import Requirement, RequirementDraft
from roadmap.requirements.threads import read
from roadmap.requirements.views import alike, bp, offered
from roadmap.taxonomy.queries import options
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session
from roadmap.web.templating import moment

# What makes a draft worth keeping; the rest of the form begins filled in.
_WORDS = ("title", "problem", "outcome", "criteria", "links", "regulation", "needed_by_reason")


@bp.get("/new")
@may("requirement.submit")
def new() -> ResponseReturnValue:
    """Show the form to submit a requirement, filled from a draft if one is named."""
    if number := request.args.get("draft"):
        draft = drafts.own_draft(db_session(), current_user, number)
        form = offered(SubmitForm(formdata=MultiDict(draft.typed)))
        form.own.take(MultiDict(draft.typed))
        return _page(form, draft)
    form = SubmitForm(formdata=None, **_begun(), currency="EUR")
    if len(current_user.team_ids) == 1:
        form.team_id.data = next(iter(current_user.team_ids))
    form.needed_by_precision.data = "day"
    return _page(offered(form), None)


def _begun() -> dict[str, Any]:
    """Return what the address fills the form in with, as a link of another page asks it to."""
    asked = request.args
    lists = ("markets", "languages", "surfaces", "policy_areas")
    return {
        **{name: asked.get(name) for name in ("title", "problem", "outcome", "kind")},
        **{name: asked.getlist(name) for name in lists},
        "links": [{"url": one, "label": ""} for one in asked.getlist("links")],
        "people_affected": asked.get("people_affected", type=int),
    }


@bp.post("")
@may("requirement.submit")
def create() -> ResponseReturnValue:
    """Store a requirement; one that cannot be stored yet is kept as a draft, files included."""
    form, draft = offered(SubmitForm()), _draft()
    files, problems = intake.take_files(limits(), drafts.files_of(draft), brought_files())
    if "check" in request.form:
        return _page(form, _kept(form, draft, files))
    valid = form.validate_on_submit()
    form.files.errors = [*form.files.errors, *problems]
    if valid and not problems:
        try:
            stored = intake.submit(
                db_session(),
                current_user,
                form.values(),
                requester=form.requester.data or "",
                draft=draft,
                files=files,
                own=form.own.typed,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("%(key)s is submitted.", key=stored.key), "success")
            return redirect(url_for("requirements.show", key=stored.key, submitted=1), 303)
    return _page(form, _kept_despite(form, draft, files)), 422


def _draft() -> RequirementDraft | None:
    """Return the draft the form names, None if it is gone or nobody's."""
    try:
        return drafts.own_draft(db_session(), current_user, request.form.get("draft"), lock=True)
    except NotFound:
        return None


def _typed(form: SubmitForm) -> dict[str, list[str]]:
    """Return what the form being answered holds, as a draft keeps it."""
    names = [name for name in form._fields if name not in {"csrf_token", "draft", "files", "shown"}]
    names += [name for name in request.form if name.startswith(PREFIX)]
    return {name: request.form.getlist(name) for name in names if name in request.form}


def _kept(
    form: SubmitForm, draft: RequirementDraft | None, files: list[StoredFile]
) -> RequirementDraft | None:
    """Keep what was typed; nothing at all makes no draft."""
    typed = _typed(form)
    said = any(one.strip() for name in _WORDS for one in typed.get(name, ()))
    if draft is None and not said and not files:
        return None
    number = draft.id if draft is not None else None
    return drafts.keep(db_session(), current_user, number, typed, files)


def _kept_despite(
    form: SubmitForm, draft: RequirementDraft | None, files: list[StoredFile]
) -> RequirementDraft | None:
    """Keep what was typed although the answer is a refusal, which stores nothing by itself."""
    session = db_session()
    session.rollback()
    try:
        kept = _kept(form, draft, files)
    except Invalid as error:
        form.refuse(error)
        return draft
    session.commit()
    return kept


def _page(form: SubmitForm, draft: RequirementDraft | None) -> str:
    session = db_session()
    form.draft.data = str(draft.id) if draft is not None else ""
    origin = drafts.origin_of(draft)
    return render_template(
        "requirements/new.html",
        form=form,
        draft=draft,
        files=drafts.files_of(draft),
        others=drafts.own_drafts(session, current_user, draft.id if draft is not None else None),
        origin=origin,
        people=read(origin[1]).people if origin is not None else (),
        mates=intake.team_mates(session, current_user),
        similar=alike(form.title.data or ""),
        typing=True,
        fresh=draft is None and request.method == "GET",
        limits=limits(),
        accept=ACCEPT,
    )


@bp.get("/similar")
@may("requirement.read")
def similar() -> ResponseReturnValue:
    """Show what says something like a title; a fragment for the form, a page without scripts."""
    title = request.args.get("title", "")
    part = "HX-Request" in request.headers
    template = "requirements/_similar.html" if part else "requirements/similar.html"
    return render_template(template, similar=alike(title), title=title, typing=part)


@bp.post("/drafts")
@may("requirement.submit")
def keep_draft() -> ResponseReturnValue:
    """Keep what was typed: asked by the page while one types, or by a button with files."""
    form, draft = SubmitForm(), _draft()
    asked_by_script = request.accept_mimetypes.best == "application/json"
    files, problems = intake.take_files(limits(), drafts.files_of(draft), brought_files())
    files = [file for file in files if file.digest != request.form.get("drop")]
    kept = _kept(form, draft, files)
    if asked_by_script:
        said = _("Draft kept, %(moment)s", moment=moment(clock.now())) if kept else ""
        return jsonify(draft=kept.id if kept else None, said=said)
    for problem in problems:
        flash(problem, "warning")
    if kept is None:
        flash(_("Write something first; there is nothing to keep yet."), "warning")
        return redirect(url_for("requirements.new"), 303)
    flash(_("Kept as a draft. Only you see it."), "success")
    return redirect(url_for("requirements.new", draft=kept.id), 303)


@bp.post("/drafts/<int:draft_id>/discard")
@may("requirement.submit")
def discard_draft(draft_id: int) -> ResponseReturnValue:
    """Throw one's own draft away."""
    drafts.discard(db_session(), current_user, draft_id)
    flash(_("The draft is discarded."), "success")
    return redirect(url_for("requirements.new"), 303)


@bp.route("/paste", methods=["GET", "POST"])
@may("requirement.submit")
def paste() -> ResponseReturnValue:
    """Make a draft of a pasted chat or mail."""
    form = PasteForm()
    if form.validate_on_submit():
        session = db_session()
        try:
            draft = pasted.draft_of(session, current_user, form.thread.data or "", options(session))
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Here is what the thread says. Check it, choose a kind, submit."), "success")
            return redirect(url_for("requirements.new", draft=draft.id), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("requirements/paste.html", form=form), status


@bp.post("/<key>/support-instead")
@may("requirement.support")
def support_instead(key: str) -> ResponseReturnValue:
    """Support what somebody asked before; what was typed meanwhile is kept as a draft."""
    session = db_session()
    requirement = queries.get_requirement(session, current_user, key, "support", lock=True)
    kept = None
    if current_user.may("requirement.submit"):
        form, draft = SubmitForm(), _draft()
        files, _problems = intake.take_files(limits(), drafts.files_of(draft), brought_files())
        kept = _kept(form, draft, files)
    try:
        supporting.support(session, current_user, requirement, team_id=_team_spoken_for())
    except Invalid as error:
        flash(error.message, "warning")
    else:
        flash(_("You support %(key)s. Say why, so that it counts for more.", key=key), "success")
    if kept is not None:
        flash(_("What you typed is kept among your drafts, under Submit."), "info")
    return _to_support(requirement)


def _team_spoken_for() -> int | None:
    """Return the team of the form, if it is one's own."""
    typed: Any = request.form.get("team_id", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
    return number if number in current_user.team_ids else None


def _to_support(requirement: Requirement) -> ResponseReturnValue:
    address = url_for("requirements.show", key=requirement.key, support=1, _anchor="supporters")
    return redirect(address, 303)
