"""Pages of readiness: checklist and answers, promised gaps, waivers, the verdict as JSON."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Invalid, NotFound
from roadmap.launches.access import get_launch, may_edit
from roadmap.launches.forms import with_nobody
from roadmap.launches.models import Launch
from roadmap.launches.part_views import attempt, editable
from roadmap.launches.queries import people_choices
from roadmap.launches.views import done, form_page
from roadmap.readiness import checklists, plans, waivers
from roadmap.readiness.attestation_models import TemplateChoice
from roadmap.readiness.forms import (
    AnswerForm,
    DecideForm,
    KeepForm,
    ManyForm,
    PromiseForm,
    WaiverForm,
)
from roadmap.readiness.models import ChecklistItem, Waiver
from roadmap.readiness.queries import can_be_waived, full_verdict
from roadmap.readiness.rendering import read_moment, render, verdict_json
from roadmap.web.forms import Form, choices
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session
from roadmap.web.text import whole_number

bp = Blueprint("readiness", __name__, url_prefix="/launches")


# ---- checklist ----


def _many_form(items: list[ChecklistItem]) -> ManyForm:
    form = ManyForm()
    form.offer([item.id for item in items], people_choices(db_session()))
    return form


def _checklist_page(launch: Launch, items: list[ChecklistItem], form: Form) -> ResponseReturnValue:
    session = db_session()
    page = {
        "launch": launch,
        "items": items,
        "form": form,
        "people": dict(people_choices(session)),
        "answerable": {i.id for i in items if checklists.may_answer(current_user, launch, i)},
        "may_edit": may_edit(current_user, launch),
        "difference": checklists.pending_difference(session, launch),
        "kept": _kept(launch),
        "keep": KeepForm(),
    }
    return render_template("readiness/checklist.html", **page), 422 if form.problems else 200


@bp.get("/<key>/checklist")
@may("launch.read")
def checklist(key: str) -> ResponseReturnValue:
    """Show the checklist of a launch, to answer several items at once."""
    launch = get_launch(db_session(), current_user, key)
    items = list(checklists.items_of(db_session(), launch.id))
    return _checklist_page(launch, items, _many_form(items))


@bp.post("/<key>/checklist")
@may("checklist.answer")
def answer_many(key: str) -> ResponseReturnValue:
    """Answer the ticked items alike, or name their owner."""
    session = db_session()
    launch = get_launch(session, current_user, key)
    items = list(checklists.items_of(session, launch.id))
    form = _many_form(items)
    ids = form.items.data or []
    if "assign" in request.form:
        worked = attempt(
            form,
            lambda: checklists.assign_items(session, current_user, launch, ids, form.owner_id.data),
        )
    else:
        worked = attempt(
            form,
            lambda: checklists.answer_many(session, current_user, launch, ids, form.answered()),
        )
    if not worked:
        return _checklist_page(launch, items, form)
    flash(ngettext("%(num)s item stored.", "%(num)s items stored.", len(ids)), "success")
    return redirect(url_for(".checklist", key=key), 303)


@bp.post("/<key>/checklist/update")
@may("launch.edit")
def take(key: str) -> ResponseReturnValue:
    """Bring the checklist up to the template, type, markets and tier of the launch."""
    session, launch = db_session(), editable(key)
    taken = checklists.take_difference(session, current_user, launch)
    flash(
        _(
            "%(added)s items added, %(removed)s removed, %(reworded)s reworded.",
            added=len(taken.added),
            removed=len(taken.removed),
            reworded=len(taken.reworded),
        ),
        "success",
    )
    return redirect(url_for(".checklist", key=key), 303)


@bp.route("/<key>/checklist/<int:item_id>", methods=["GET", "POST"])
@may("checklist.answer")
def answer(key: str, item_id: int) -> ResponseReturnValue:
    """Answer one item."""
    session = db_session()
    launch, item = checklists.get_item(session, current_user, item_id)
    if launch.key != key:
        raise NotFound(_("There is no such checklist item."))
    form = AnswerForm(obj=item)
    if request.method == "GET":
        form.answer.data = item.answer or ""
    elif attempt(
        form,
        lambda: checklists.answer_item(session, current_user, launch, item, form.answered()),
    ):
        return done(launch)
    address = url_for(".answer", key=key, item_id=item_id)
    return form_page(form, launch, _("Answer"), address, note=item.text)


def _kept(launch: Launch) -> TemplateChoice | None:
    """Return the choice to keep the checklist, if it was made against the template of today."""
    session = db_session()
    chosen = checklists.choice_of(session, launch.id)
    if chosen is None or chosen.choice != "kept":
        return None
    template = checklists.active_template(session)
    return chosen if template is not None and chosen.template_id == template.id else None


@bp.post("/<key>/checklist/keep")
@may("launch.edit")
def keep(key: str) -> ResponseReturnValue:
    """Keep the launch's checklist as it is, with a reason."""
    session, launch, form = db_session(), editable(key), KeepForm()
    if attempt(
        form, lambda: checklists.keep_own(session, current_user, launch, form.reason.data or "")
    ):
        flash(_("Kept. New items are offered when the checklist changes again."), "success")
        return redirect(url_for(".checklist", key=key), 303)
    address = url_for(".keep", key=key)
    return form_page(form, launch, _("Keep this launch's checklist"), address)


# ---- promised gaps ----


@bp.route("/<key>/gaps", methods=["GET", "POST"])
@may("checklist.answer")
def gap(key: str) -> ResponseReturnValue:
    """Say who closes a gap and by when."""
    session = db_session()
    launch = get_launch(session, current_user, key)
    form = PromiseForm()
    form.owner_id.choices = with_nobody(people_choices(session))
    code = request.values.get("code", "")
    subject = request.values.get("subject", "")
    if request.method == "GET":
        plan = plans.plans_of(session, launch.id).get((code, subject))
        form.code.data, form.subject.data = code, subject
        form.owner_id.data = plan.owner_id if plan is not None else current_user.id
        form.finish_on.data = plan.finish_on if plan is not None else None
    elif attempt(form, lambda: _promise(form, launch)):
        return done(launch)
    note = _what(launch, code, subject)
    return form_page(form, launch, _("Who closes this gap"), url_for(".gap", key=key), note=note)


def _promise(form: PromiseForm, launch: Launch) -> None:
    plans.promise(
        db_session(),
        current_user,
        launch,
        form.code.data or "",
        form.subject.data or "",
        owner_id=form.owner_id.data,
        finish_on=form.finish_on.data,
    )


def _what(launch: Launch, code: str, subject: str) -> str | None:
    """Return the sentence of the answer a form is about, None if the verdict has it no more."""
    try:
        found = plans.gap_of(db_session(), launch, code, subject)
    except Invalid:
        return _("The present verdict has no such gap any more.")
    return render(db_session(), current_user, [found])[0].message


# ---- waivers ----


@bp.get("/<key>/waivers")
@may("launch.read")
def waiver_list(key: str) -> ResponseReturnValue:
    """Show the waivers of a launch and what may be waived."""
    session = db_session()
    launch = get_launch(session, current_user, key)
    verdict = full_verdict(session, launch.id)
    open_ones = (
        [a for a in verdict.reasons if can_be_waived(a) and a.waiver_id is None]
        if verdict is not None
        else []
    )
    return render_template(
        "readiness/waivers.html",
        launch=launch,
        rows=waivers.waivers_of(session, launch.id),
        risks=waivers.RISKS,
        waivable=render(session, current_user, open_ones),
        people=dict(people_choices(session)),
        may_edit=may_edit(current_user, launch),
        may_approve=current_user.may("waiver.approve"),
        form=DecideForm(),
    )


@bp.route("/<key>/waivers/new", methods=["GET", "POST"])
@may("launch.edit")
def ask_waiver(key: str) -> ResponseReturnValue:
    """Ask for an exception to one failing approvable check."""
    session, launch = db_session(), editable(key)
    form = WaiverForm()
    form.owner_id.choices = with_nobody(people_choices(session))
    form.risk.choices = choices(
        [("", _("not said")), *((k, _(v)) for k, v in waivers.RISKS.items())]
    )
    code, subject = request.values.get("code", ""), request.values.get("subject", "")
    old = waivers.renewable(session, launch, whole_number(request.values.get("renews")))
    if request.method == "GET":
        _begin_waiver(form, code, subject, old)
        code, subject = form.code.data or "", form.subject.data or ""
    elif attempt(form, lambda: _ask(form, launch)):
        return redirect(url_for(".waiver_list", key=key), 303)
    note = _what(launch, code, subject)
    address = url_for(".ask_waiver", key=key)
    return form_page(form, launch, _("Ask for a waiver"), address, note=note)


def _begin_waiver(form: WaiverForm, code: str, subject: str, old: Waiver | None) -> None:
    """Begin an empty request, or a renewal with the words of the waiver it goes on from."""
    form.code.data, form.subject.data = code, subject
    form.owner_id.data = current_user.id
    if old is not None:
        form.code.data, form.subject.data = old.check_code, old.subject
        form.renews.data = str(old.id)
        for name in ("reason", "risk_of_proceeding", "risk_of_not", "compensating", "owner_id"):
            form[name].data = getattr(old, name)
        form.risk.data = old.risk


def _ask(form: WaiverForm, launch: Launch) -> None:
    if form.owner_id.data is None or form.expires_on.data is None:
        raise Invalid.at("owner_id", _("Name who answers for it."))
    request_ = waivers.WaiverRequest(
        code=form.code.data or "",
        subject=form.subject.data or "",
        reason=form.reason.data or "",
        risk_of_proceeding=form.risk_of_proceeding.data or "",
        risk_of_not=form.risk_of_not.data or "",
        compensating=form.compensating.data or "",
        owner_id=form.owner_id.data,
        expires_on=form.expires_on.data,
        risk=form.risk.data,
        renews_id=whole_number(form.renews.data),
    )
    waivers.request_waiver(db_session(), current_user, launch, request_)


@bp.route("/<key>/waivers/<int:waiver_id>", methods=["GET", "POST"])
@may("launch.read")
def decide_waiver(key: str, waiver_id: int) -> ResponseReturnValue:
    """Approve, refuse or withdraw a waiver."""
    session = db_session()
    launch, waiver = waivers.get_waiver(session, current_user, waiver_id)
    if launch.key != key:
        raise NotFound(_("There is no such waiver."))
    form = DecideForm()
    if request.method == "GET":
        return redirect(url_for(".waiver_list", key=key))
    commands = {
        "approve": lambda: waivers.approve_waiver(session, current_user, launch, waiver),
        "withdraw": lambda: waivers.withdraw_waiver(session, current_user, launch, waiver),
        "refuse": lambda: waivers.refuse_waiver(
            session, current_user, launch, waiver, form.why.data or ""
        ),
    }
    command = commands.get(form.decision.data or "")
    if command is None:
        raise Invalid(_("Approve, refuse or withdraw it."))
    if attempt(form, command):
        return redirect(url_for(".waiver_list", key=key), 303)
    address = url_for(".decide_waiver", key=key, waiver_id=waiver_id)
    return form_page(form, launch, _("Waiver"), address, note=waiver.reason)


# ---- the verdict for programs ----


@bp.get("/<key>/verdict.json")
@may("launch.read")
def verdict(key: str) -> ResponseReturnValue:
    """Return a fresh verdict as JSON, with what the reader may not see left out."""
    session = db_session()
    launch = get_launch(session, current_user, key)
    at = read_moment(request.args.get("at"))
    found = full_verdict(session, launch.id, at, whole_number(request.args.get("phase")))
    if found is None:
        raise NotFound(_("There is no launch with this key, or you may not see it."))
    reasons = render(session, current_user, [a for a in found.reasons if not a.passes])
    return jsonify(verdict_json(found, reasons))
