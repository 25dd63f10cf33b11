"""Pages of decisions and hypercare: the go/no-go meeting, its records, what is watched after it."""

from datetime import timedelta

from flask import (
    Blueprint,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.launches.access import get_launch
from roadmap.launches.forms import with_nobody
from roadmap.launches.models import Launch
from roadmap.launches.part_views import attempt, editable
from roadmap.launches.queries import people_choices
from roadmap.launches.views import form_page
from roadmap.overview import as_of_page, decision_page, decision_register, launch_page
from roadmap.overview.launch_room import last_monday
from roadmap.overview.timeline_page import plausible_day
from roadmap.readiness import decisions, hypercare
from roadmap.readiness.decision_answers import answer_decision, answers_of
from roadmap.readiness.decision_forms import (
    DecisionForm,
    GuardForm,
    NamedForm,
    ReadingForm,
    WatchForm,
)
from roadmap.readiness.decision_rules import GOES, AnswerKind, DecisionKind
from roadmap.readiness.rendering import render
from roadmap.readiness.stored import from_json
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("decisions", __name__)

_USUAL = (DecisionKind.GO, DecisionKind.CONDITIONAL, DecisionKind.NO_GO)
_AGAINST = (DecisionKind.NO_GO, DecisionKind.EMERGENCY_GO)
# Decisions on one page of the register.
REGISTER = 200


@bp.get("/launches/<key>/decisions")
@may("launch.read")
def index(key: str) -> ResponseReturnValue:
    """Show every decision on a launch."""
    session = db_session()
    page = launch_page.load(session, current_user, key)
    return render_template(
        "overview/launch.html",
        **launch_page.frame(page, current_user, "decisions"),
        **decision_page.decisions(session, current_user, page),
    )


@bp.route("/launches/<key>/decide", methods=["GET", "POST"])
@may("decision.record")
def decide(key: str) -> ResponseReturnValue:
    """Show what the go/no-go meeting needs, and record what it decides."""
    session = db_session()
    launch = get_launch(session, current_user, key)
    form = DecisionForm()
    form.offer(people_choices(session))
    if request.method == "POST" and attempt(
        form, lambda: decisions.decide(session, current_user, launch, form.deciding())
    ):
        flash(_("Recorded, with the evidence of this moment."), "success")
        return redirect(url_for(".index", key=key), 303)
    page = launch_page.load(session, current_user, key)
    allowed = page.room.verdict.word in GOES
    if request.method == "GET":
        form.kind.data = DecisionKind.GO if allowed else DecisionKind.NO_GO
        form.offer_kinds(_USUAL if allowed else _AGAINST)
        form.deciders.entries[0].form.person.data = current_user.id
    values = {"launch": launch, "room": page.room, "form": form, "allowed": allowed}
    status = 422 if form.problems else 200
    return render_template("overview/decide.html", **values), status


def _shown(key: str, decision_id: int) -> tuple[Launch, decision_page.DecisionLine]:
    """Return a launch the reader may know of and one decision on it, in words."""
    session = db_session()
    launch, decision = decisions.get_decision(session, current_user, key, decision_id)
    page = launch_page.load(session, current_user, key)
    met = decision_page.met_conditions(page)
    lines = decision_page.decision_lines(session, current_user, launch.id, met)
    return launch, next(one for one in lines if one.decision.id == decision.id)


def _page(key: str, decision_id: int, form: NamedForm) -> ResponseReturnValue:
    launch, line = _shown(key, decision_id)
    mine = line.named(current_user.id)
    if mine is not None and mine.answer is None and not form.is_submitted():
        form.answer.data = AnswerKind.CONFIRMED
    return render_template(
        "overview/decision.html",
        launch=launch,
        line=line,
        parts=decision_page.part_names(),
        mine=mine,
        form=form,
    ), 422 if form.problems else 200


@bp.get("/launches/<key>/decisions/<int:decision_id>")
@may("launch.read")
def show(key: str, decision_id: int) -> ResponseReturnValue:
    """Show one decision on a page to print, with all it was frozen with."""
    return _page(key, decision_id, NamedForm(formdata=None))


@bp.post("/launches/<key>/decisions/<int:decision_id>")
@may("launch.read")
def answer(key: str, decision_id: int) -> ResponseReturnValue:
    """Keep what somebody named in a decision says to it."""
    session, form = db_session(), NamedForm()
    launch, decision = decisions.get_decision(session, current_user, key, decision_id)
    if not attempt(
        form,
        lambda: answer_decision(
            session, current_user, launch, decision, form.answer.data, form.note.data or ""
        ),
    ):
        return _page(key, decision_id, form)
    flash(_("Kept beside the decision, which stays as it was."), "success")
    return redirect(url_for(".show", key=key, decision_id=decision_id), 303)


@bp.get("/launches/<key>/decisions/<int:decision_id>.json")
@may("launch.read")
def as_json(key: str, decision_id: int) -> ResponseReturnValue:
    """Return one decision as JSON: codes and ids as frozen, sentences as this reader may hear."""
    session = db_session()
    launch, decision = decisions.get_decision(session, current_user, key, decision_id)
    answers = [from_json(one) for one in decision.evidence["answers"]]
    said = render(session, current_user, [a for a in answers if not a.passes])
    return jsonify(
        {
            "launch": launch.key,
            "decision": decision.id,
            "kind": decision.kind.value,
            "statement": decision.statement,
            "at": decision.at.isoformat(),
            "phase": decision.phase_position,
            "verdict": decision.word,
            "rules_version": decision.rules_version,
            "expires_on": decision.expires_on.isoformat() if decision.expires_on else None,
            "review_on": decision.review_on.isoformat() if decision.review_on else None,
            "people": [
                {"person": v.person_id, "part": v.kind.value, "words": v.note}
                for v in decision.voices
            ],
            "answers": [
                {
                    "person": a.person_id,
                    "answer": a.answer.value,
                    "words": a.note,
                    "at": a.at.isoformat(),
                }
                for a in answers_of(session, [decision.id])[decision.id]
            ],
            "conditions": [
                {"text": c.text, "owner": c.owner_id, "due_on": c.due_on.isoformat()}
                for c in decision.conditions
            ],
            "open": [{"code": one.code, "message": one.message} for one in said],
            "evidence_sha256": decision.evidence_digest,
            "facts_sha256": decision.facts_digest,
            "seal": {"seq": decision.seal_seq, "hash": decision.seal_hash},
        }
    )


@bp.get("/launches/<key>/decisions/<int:decision_id>.pdf")
@may("launch.read")
def as_pdf(key: str, decision_id: int) -> ResponseReturnValue:
    """Return one decision as PDF, with sentences as this reader may hear."""
    # What sets text is large and rarely needed: it is loaded by the first who asks.
    from roadmap.overview.decision_pdf import decision_pdf

    launch, line = _shown(key, decision_id)
    answer = make_response(decision_pdf(db_session(), launch, line))
    answer.mimetype = "application/pdf"
    name = f"{launch.key}-decision-{decision_id}.pdf"
    answer.headers.set("Content-Disposition", "inline", filename=name)
    return answer


@bp.get("/decisions")
@may("launch.read")
def register() -> ResponseReturnValue:
    """Show decisions of all launches; with ``against`` those that went against the verdict."""
    against = request.args.get("show") == "against"
    found = decision_register.register(
        db_session(), current_user, against=against, limit=REGISTER + 1
    )
    return render_template(
        "overview/decisions.html",
        lines=found[:REGISTER],
        more=len(found) > REGISTER,
        against=against,
    )


@bp.get("/launches/<key>/as-of")
@may("launch.read")
def as_of(key: str) -> ResponseReturnValue:
    """Show a launch as it was known when a day ended, and what changed since."""
    today = clock.today()
    asked = request.args.get("at", type=plausible_day) or last_monday(today) - timedelta(days=1)
    until = request.args.get("to", type=plausible_day)
    found = as_of_page.load(db_session(), current_user, key, min(asked, today), until)
    return render_template("overview/as_of.html", found=found)


# ---- hypercare ----


@bp.get("/launches/<key>/hypercare")
@may("launch.read")
def watch(key: str) -> ResponseReturnValue:
    """Show what is watched after each phase goes live."""
    session = db_session()
    page = launch_page.load(session, current_user, key)
    return render_template(
        "overview/launch.html",
        **launch_page.frame(page, current_user, "hypercare"),
        **decision_page.hypercare(session, current_user, page),
    )


def _back(launch: Launch, message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(url_for(".watch", key=launch.key), 303)


@bp.route("/launches/<key>/hypercare/<int:position>", methods=["GET", "POST"])
@may("launch.edit")
def edit_watch(key: str, position: int) -> ResponseReturnValue:
    """Say who watches a phase and how long."""
    session, launch = db_session(), editable(key)
    care = hypercare.hypercare_of(session, launch.id).get(position)
    form = WatchForm(obj=care)
    form.owner_id.choices = with_nobody(people_choices(session))
    if request.method == "POST" and attempt(
        form,
        lambda: hypercare.set_watch(
            session,
            current_user,
            launch,
            position,
            owner_id=form.owner_id.data,
            days=form.days.data or 0,
            until=form.until.data,
            reason=form.reason.data or "",
        ),
    ):
        return _back(launch, _("Saved."))
    title = _("Watch phase %(position)s", position=position)
    return form_page(form, launch, title, url_for(".edit_watch", key=key, position=position))


@bp.route("/launches/<key>/hypercare/<int:position>/guards", methods=["GET", "POST"])
@may("launch.edit")
def add_guard(key: str, position: int) -> ResponseReturnValue:
    """Watch one more metric."""
    session, launch, form = db_session(), editable(key), GuardForm()
    form.owner_id.choices = with_nobody(people_choices(session))
    if request.method == "POST" and attempt(
        form,
        lambda: hypercare.add_guard(session, current_user, launch, position, form.spec()),
    ):
        return _back(launch, _("It is watched from now on."))
    return form_page(
        form,
        launch,
        _("Guard metric"),
        url_for(".add_guard", key=key, position=position),
        note=_("Without a fresh reading the phase reads HOLD, beyond the limit LIVE BREACH."),
    )


@bp.route("/launches/<key>/guards/<int:guard_id>", methods=["GET", "POST"])
@may("checklist.answer")
def read_guard(key: str, guard_id: int) -> ResponseReturnValue:
    """Record a reading of a guard metric."""
    session, form = db_session(), ReadingForm()
    launch, guard = hypercare.get_guard(session, current_user, key, guard_id)
    if request.method == "GET":
        form.observed_at.data = clock.now().replace(tzinfo=None, second=0, microsecond=0)
    elif attempt(
        form,
        lambda: hypercare.read_guard(
            session,
            current_user,
            launch,
            guard,
            value=form.reading()[0],
            observed_at=form.reading()[1],
            note=form.note.data or "",
        ),
    ):
        return _back(launch, _("Recorded."))
    return form_page(
        form,
        launch,
        guard.name,
        url_for(".read_guard", key=key, guard_id=guard_id),
        note=_("Limit %(limit)s %(unit)s.", limit=f"{guard.limit:g}", unit=guard.unit).replace(
            " .", "."
        ),
        label=_("Record"),
    )
