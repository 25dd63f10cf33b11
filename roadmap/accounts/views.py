"""Pages of signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from roadmap.accounts.current import load_actor
from roadmap.accounts.forms import SignInForm
from roadmap.accounts.sign_in import (
    Claim,
    check_claim,
    normal_email,
    note_refused,
    note_signed_in,
)
from roadmap.web.guard import PUBLIC, SIGNED_IN, may
from roadmap.web.session import database, db_session

bp = Blueprint("accounts", __name__)


def safe_target(address: str | None) -> str:
    """Return where to go after signing in: a path of this site, else the start page."""
    home = f"{request.script_root}/"
    # Browsers read a backslash as a slash and drop line breaks, so "/\\evil" would leave the site.
    if not address or "\\" in address or any(ord(letter) < 33 for letter in address):
        return home
    parts = urlsplit(address)
    relative = not parts.scheme and not parts.netloc and address.startswith("/")
    return address if relative and not address.startswith("//") else home


@bp.route("/sign-in", methods=["GET", "POST"])
@may(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Show the form, or sign in and go where the person wanted to be."""
    form = SignInForm(data={"next": request.args.get("next", "")})
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(safe_target(form.next.data))
        return render_template("accounts/sign_in.html", form=form)
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form), 422
    return _try_sign_in(form)


def _try_sign_in(form: SignInForm) -> ResponseReturnValue:
    claim = Claim(
        normal_email(form.email.data or ""), form.password.data or "", request.remote_addr
    )
    person_id = check_claim(database(), claim, current_app.config["SIGN_IN_ATTEMPTS"])
    if person_id is None:
        form.refuse(note_refused(db_session(), claim))
        # The failure must count although the answer is an error.
        db_session().commit()
        return render_template("accounts/sign_in.html", form=form), 422
    note_signed_in(db_session(), person_id, claim)
    begin_session(person_id)
    return redirect(safe_target(form.next.data), 303)


def begin_session(person_id: int) -> None:
    """Start a fresh session of the person in this browser; nothing of an older one is kept."""
    session.clear()
    session.permanent = True
    login_user(load_actor(db_session(), person_id))


@bp.post("/sign-out")
@may(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"), 303)
