"""Pages of API tokens: one's own, and for an admin everybody's."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.accounts import queries, tokens
from roadmap.accounts.forms import TokenForForm, TokenForm
from roadmap.errors import Invalid
from roadmap.web.guard import SIGNED_IN, may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("tokens", __name__)

DAYS = 90


def _own_page(form: TokenForm, secret: str | None = None) -> ResponseReturnValue:
    page = render_template(
        "accounts/tokens.html",
        form=form,
        secret=secret,
        tokens=tokens.tokens_of(db_session(), current_user.id),
        scopes=tokens.SCOPES,
        now=clock.now(),
    )
    return page, 422 if form.problems else 200


def _admin_page(form: TokenForForm, secret: str | None = None) -> ResponseReturnValue:
    page = render_template(
        "admin/tokens.html",
        form=form,
        secret=secret,
        rows=tokens.all_tokens(db_session()),
        scopes=tokens.SCOPES,
        now=clock.now(),
    )
    return page, 422 if form.problems else 200


def _made(form: TokenForm, person_id: int) -> str | None:
    """Return the secret of a new token; None with the reason in the form."""
    try:
        _token, secret = tokens.create_token(
            db_session(),
            current_user,
            person_id,
            form.name.data or "",
            form.scopes.data or (),
            form.days.data or 0,
        )
    except Invalid as error:
        form.refuse(error)
        return None
    return secret


@bp.route("/account/tokens", methods=["GET", "POST"])
@may(SIGNED_IN)
def own() -> ResponseReturnValue:
    """Show one's own tokens, or make one and show it this once."""
    form = TokenForm(data={"days": DAYS})
    if not form.validate_on_submit():
        return _own_page(form)
    secret = _made(form, current_user.id)
    return _own_page(TokenForm(formdata=None, data={"days": DAYS}) if secret else form, secret)


@bp.route("/admin/tokens", methods=["GET", "POST"])
@may("admin.people")
def all_of_them() -> ResponseReturnValue:
    """Show everybody's tokens, or make one for somebody and show it this once."""
    form = TokenForForm(data={"days": DAYS, "person": request.args.get("person", "")})
    if not form.validate_on_submit():
        return _admin_page(form)
    person_id = queries.id_of_active(db_session(), form.person.data or "")
    if person_id is None:
        form.refuse(Invalid.at("person", _("No active person has this address.")))
        return _admin_page(form)
    secret = _made(form, person_id)
    return _admin_page(TokenForForm(formdata=None, data={"days": DAYS}) if secret else form, secret)


@bp.post("/tokens/<int:token_id>/revoke")
@may(SIGNED_IN)
def revoke(token_id: int) -> ResponseReturnValue:
    """End a token at once, one's own or, for an admin, anybody's."""
    token = tokens.revoke_token(db_session(), current_user, token_id)
    flash(_("The token %(name)s no longer works.", name=token.name), "success")
    own_one = token.person_id == current_user.id and "all" not in request.form
    return redirect(url_for("tokens.own" if own_one else "tokens.all_of_them"), 303)
