"""Page of standing attestations: what holds for a market and surface, and until when."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.accounts.queries import names_of
from roadmap.launches.part_views import attempt
from roadmap.readiness import standing
from roadmap.readiness.forms import AttestForm, WithdrawForm
from roadmap.taxonomy.queries import options
from roadmap.web.forms import choices
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("standing", __name__, url_prefix="/attestations")


def _form(items: dict[str, str]) -> AttestForm:
    form, words = AttestForm(), options(db_session())
    form.item_code.choices = choices(items.items())
    form.market_code.choices = choices(words.choices("market"))
    form.surface_code.choices = choices(words.choices("surface"))
    return form


def _page(form: AttestForm, items: dict[str, str]) -> ResponseReturnValue:
    session, today = db_session(), clock.today()
    rows = standing.attestations(session, today)
    page: dict[str, Any] = {
        "form": form,
        "items": items,
        "rows": rows,
        "today": today,
        "words": options(session).names,
        "people": names_of(session, {row.attested_by for row in rows}),
        "may_attest": current_user.may("checklist.attest"),
    }
    return render_template("readiness/standing.html", **page), 422 if form.problems else 200


@bp.get("")
@may("launch.read")
def index() -> ResponseReturnValue:
    """Show what is attested, the first to lapse on top."""
    items = {item.code: item.text for item in standing.standing_items(db_session())}
    return _page(_form(items), items)


@bp.post("")
@may("checklist.attest")
def attest() -> ResponseReturnValue:
    """Attest an item for a market and surface."""
    session = db_session()
    items = {item.code: item.text for item in standing.standing_items(session)}
    form = _form(items)
    if not attempt(form, lambda: _attest(form)):
        return _page(form, items)
    flash(_("Attested. Launches there that have not answered inherit it."), "success")
    return redirect(url_for(".index"), 303)


def _attest(form: AttestForm) -> None:
    day = form.valid_until.data
    if day is None:
        return
    standing.attest(
        db_session(),
        current_user,
        form.item_code.data,
        form.market_code.data,
        form.surface_code.data,
        evidence=form.evidence.data or "",
        valid_until=day,
    )


@bp.route("/<int:attestation_id>/withdraw", methods=["GET", "POST"])
@may("checklist.attest")
def withdraw(attestation_id: int) -> ResponseReturnValue:
    """Take an attestation back, with a reason."""
    session, form = db_session(), WithdrawForm()
    if request.method == "POST" and attempt(
        form,
        lambda: standing.withdraw(session, current_user, attestation_id, form.why.data or ""),
    ):
        flash(_("Withdrawn."), "success")
        return redirect(url_for(".index"), 303)
    page = {"form": form, "attestation_id": attestation_id}
    status = 422 if form.problems else 200
    return render_template("readiness/standing_withdraw.html", **page), status
