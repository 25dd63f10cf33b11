"""Pages of gates: one gate to speak on, what is said there, and a reviewer's worklist."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Invalid, NotFound
from roadmap.launches.models import Launch
from roadmap.launches.part_views import attempt, editable
from roadmap.overview import gates_page, launch_page, reviews_page
from roadmap.readiness import gate_service as said
from roadmap.readiness.gate_denials import give_denial
from roadmap.readiness.gate_forms import SayForm
from roadmap.readiness.gate_models import Gate
from roadmap.readiness.gate_queries import get_gate
from roadmap.readiness.gate_signing import sign_several
from roadmap.readiness.gate_templates import take_difference
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session
from roadmap.web.text import whole_number
from roadmap.wording import N_

bp = Blueprint("gates", __name__)


# ---- one gate ----


def _gate_of(key: str, gate_id: int) -> tuple[Launch, Gate]:
    launch, gate = get_gate(db_session(), current_user, gate_id)
    if launch.key != key:
        raise NotFound(_("There is no such gate."))
    return launch, gate


def _page(key: str, gate_id: int, form: SayForm, act: str = "") -> ResponseReturnValue:
    session = db_session()
    page = launch_page.load(session, current_user, key)
    found = gates_page.load(session, current_user, page)
    card = next(card for card in found.cards if card.gate.id == gate_id)
    shown = {"launch": page.launch, "card": card, "form": form, "act": act}
    return render_template("overview/gate.html", **shown), 422 if form.problems else 200


@bp.get("/launches/<key>/gates/<int:gate_id>")
@may("launch.read")
def gate(key: str, gate_id: int) -> ResponseReturnValue:
    """Show one gate, with what the reader may say on it."""
    _launch, gate = _gate_of(key, gate_id)
    form = SayForm.for_gate(gate)(formdata=None)
    form.start(gate.answers)
    return _page(key, gate_id, form)


_Command = Callable[[Launch, Gate, int, SayForm], Any]


def _as_owner(act: str) -> _Command:
    """Return the command of what the owner's side says."""

    def run(launch: Launch, gate: Gate, _group_id: int, form: SayForm) -> None:
        session, note = db_session(), form.note.data or ""
        if act == "request-na":
            said.request_na(session, current_user, launch, gate, note)
        elif act == "certify":
            said.certify(session, current_user, launch, gate, form.answers(), note)
        else:
            said.request_review(session, current_user, launch, gate, form.answers(), note)

    return run


def _as_reviewer(command: Callable[..., Any]) -> _Command:
    def run(launch: Launch, gate: Gate, group_id: int, form: SayForm) -> None:
        command(db_session(), current_user, launch, gate, group_id, form.note.data or "")

    return run


def _take(launch: Launch, gate: Gate, group_id: int, _form: SayForm) -> None:
    said.take(db_session(), current_user, launch, gate, group_id)


def _withdraw(launch: Launch, gate: Gate, group_id: int, form: SayForm) -> None:
    note = form.note.data or ""
    said.withdraw(db_session(), current_user, launch, gate, group_id or None, note)


def _assign(launch: Launch, gate: Gate, group_id: int, _form: SayForm) -> None:
    person_id = whole_number(request.form.get("person_id", "")) or 0
    said.assign(db_session(), current_user, launch, gate, group_id, person_id)


def _give(launch: Launch, gate: Gate, _group_id: int, form: SayForm) -> None:
    person_id = whole_number(request.form.get("person_id", "")) or 0
    denial_id = whole_number(request.form.get("denial", "")) or 0
    note = form.note.data or ""
    give_denial(db_session(), current_user, launch, gate, denial_id, person_id, note)


# What may be said: name -> (what is told afterwards, the command).
_ACTS: dict[str, tuple[str, _Command]] = {
    "request": (N_("The review is asked for."), _as_owner("request")),
    "request-na": (N_("The groups are asked to agree."), _as_owner("request-na")),
    "certify": (N_("The gate is certified."), _as_owner("certify")),
    "take": (N_("It is yours, in review."), _take),
    "needs-work": (
        N_("The owner has the ball, and the clocks pause."),
        _as_reviewer(said.want_work),
    ),
    "approve": (N_("Signed."), _as_reviewer(said.approve)),
    "deny": (N_("Denied. It stands until you withdraw it."), _as_reviewer(said.deny)),
    "not-applicable": (N_("Agreed: it does not apply."), _as_reviewer(said.grant_na)),
    "withdraw": (N_("Withdrawn."), _withdraw),
    "assign": (N_("The review is assigned."), _assign),
    "give": (N_("The denial stands, and is theirs: they alone may withdraw it."), _give),
}


@bp.post("/launches/<key>/gates/<int:gate_id>/<act>")
@may("launch.read")
def say(key: str, gate_id: int, act: str) -> ResponseReturnValue:
    """Say something on a gate: each word is appended, none is changed."""
    launch, gate = _gate_of(key, gate_id)
    if act not in _ACTS:
        raise NotFound(_("There is nothing of that name to say on a gate."))
    told, command = _ACTS[act]
    form = SayForm.for_gate(gate)()
    group_id = whole_number(request.form.get("group", "")) or 0
    if not attempt(form, lambda: command(launch, gate, group_id, form)):
        return _page(key, gate_id, form, act)
    flash(_(told), "success")
    return redirect(url_for(".gate", key=key, gate_id=gate_id), 303)


@bp.post("/launches/<key>/gates/update")
@may("launch.edit")
def take(key: str) -> ResponseReturnValue:
    """Bring the gates of a launch up to the templates that apply to it."""
    launch = editable(key)
    taken = take_difference(db_session(), current_user, launch).change
    flash(
        _(
            "%(added)s gates added, %(removed)s taken off, %(changed)s changed.",
            added=len(taken.added),
            removed=len(taken.removed),
            changed=len(taken.reworded),
        ),
        "success",
    )
    return redirect(url_for("overview.launch", key=key, tab="gates"), 303)


# ---- the worklist ----


@bp.get("/reviews")
@may("launch.read")
def reviews() -> ResponseReturnValue:
    """Show what waits for the reader's review groups, the overdue first."""
    return _reviews_page(SayForm(formdata=None))


def _reviews_page(form: SayForm) -> ResponseReturnValue:
    found = reviews_page.load(db_session(), current_user)
    page = render_template("overview/reviews.html", reviews=found, form=form)
    return page, 422 if form.problems else 200


@bp.post("/reviews/sign")
@may("launch.read")
def sign() -> ResponseReturnValue:
    """Sign the ticked launches, which rest on one evidence set."""
    form = SayForm()
    if not form.validate():
        return _reviews_page(form)
    gates = [number for text in request.form.getlist("gates") if (number := whole_number(text))]
    group_id = whole_number(request.form.get("group", "")) or 0
    try:
        count = sign_several(
            db_session(),
            current_user,
            group_id,
            gates,
            request.form.get("digest", ""),
            form.note.data or "",
        )
    except Invalid as error:
        form.refuse(error)
        return _reviews_page(form)
    flash(ngettext("%(num)s launch signed.", "%(num)s launches signed.", count), "success")
    return redirect(url_for(".reviews"), 303)
