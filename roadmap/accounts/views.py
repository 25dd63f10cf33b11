"""Pages of signing in and out, of setting a password, and of one's own account."""

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from roadmap.accounts import links, service
from roadmap.accounts.current import load_actor
from roadmap.accounts.forms import PasswordForm, ProfileForm, SetPasswordForm, SignInForm
from roadmap.accounts.sign_in import (
    Claim,
    check_claim,
    ensure_not_throttled,
    normal_email,
    note_refused,
    note_signed_in,
)
from roadmap.errors import Invalid
from roadmap.web.guard import PUBLIC, SIGNED_IN, may
from roadmap.web.i18n import _
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


def begin_session(person_id: int) -> None:
    """Start a fresh session of the person in this browser; nothing of an older one is kept."""
    session.clear()
    session.permanent = True
    login_user(load_actor(db_session(), person_id))


@bp.route("/sign-in", methods=["GET", "POST"])
@may(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Show the form, or sign in and go where the person wanted to be."""
    form = SignInForm(data={"next": request.args.get("next", "")})
    if request.method != "POST":
        if current_user.is_authenticated:
            return redirect(safe_target(form.next.data))
        return render_template("accounts/sign_in.html", form=form)
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form), 422
    return _try_sign_in(form)


def _claim(email: str | None, password: str | None) -> Claim:
    return Claim(normal_email(email or ""), password or "", request.remote_addr)


def _try_sign_in(form: SignInForm) -> ResponseReturnValue:
    claim = _claim(form.email.data, form.password.data)
    person_id = check_claim(database(), claim, current_app.config["SIGN_IN_ATTEMPTS"])
    if person_id is None:
        form.refuse(note_refused(db_session(), claim))
        # The failure must count although the answer is an error.
        db_session().commit()
        return render_template("accounts/sign_in.html", form=form), 422
    note_signed_in(db_session(), person_id, claim)
    begin_session(person_id)
    return redirect(safe_target(form.next.data), 303)


@bp.post("/sign-out")
@may(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"), 303)


@bp.route("/set-password", methods=["GET", "POST"])
@may(PUBLIC)
def set_password() -> ResponseReturnValue:
    """Let the owner of a one-time link choose a password, then sign them in."""
    form = SetPasswordForm(data={"token": request.args.get("token", "")})
    _link, person = links.find_link(db_session(), form.token.data or "")
    if form.validate_on_submit():
        try:
            service.set_password_by_link(
                db_session(), form.token.data or "", form.password.data or ""
            )
        except Invalid as error:
            form.refuse(error)
        else:
            begin_session(person.id)
            flash(_("Your password is set and you are signed in."), "success")
            return redirect(safe_target(None), 303)
    status = 422 if form.problems else 200
    return render_template("accounts/set_password.html", form=form, person=person), status


def _account_page(profile: ProfileForm, password: PasswordForm) -> ResponseReturnValue:
    status = 422 if profile.problems or password.problems else 200
    return render_template("accounts/account.html", profile=profile, password=password), status


def _profile_form(*, posted: bool) -> ProfileForm:
    given = {"name": current_user.name, "time_zone": current_user.time_zone}
    return ProfileForm(data=given) if posted else ProfileForm(formdata=None, data=given)


@bp.route("/account", methods=["GET", "POST"])
@may(SIGNED_IN)
def account() -> ResponseReturnValue:
    """Show one's own account, or change name and time zone."""
    form = _profile_form(posted=request.method == "POST")
    if form.validate_on_submit():
        try:
            service.edit_profile(
                db_session(), current_user, form.name.data or "", form.time_zone.data
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("accounts.account"), 303)
    return _account_page(form, PasswordForm(formdata=None))


@bp.post("/account/password")
@may(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change one's own password; this browser stays signed in, all others do not."""
    form = PasswordForm()
    claim = _claim(current_user.email, form.current_password.data)
    ensure_not_throttled(db_session(), claim, current_app.config["SIGN_IN_ATTEMPTS"])
    if not form.validate():
        return _account_page(_profile_form(posted=False), form)
    try:
        person = service.change_password(
            db_session(), current_user, claim.password, form.new_password.data or ""
        )
    except Invalid as error:
        form.refuse(error)
        if "current_password" in error.fields:
            note_refused(db_session(), claim)
            db_session().commit()
        return _account_page(_profile_form(posted=False), form)
    begin_session(person.id)
    flash(_("Your password is changed. Other browsers are signed out."), "success")
    return redirect(url_for("accounts.account"), 303)


@bp.post("/account/sign-out-everywhere")
@may(SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of one's own, this one included."""
    service.end_sessions(db_session(), current_user, current_user.id)
    logout_user()
    session.clear()
    flash(_("You are signed out everywhere."), "success")
    return redirect(url_for("accounts.sign_in"), 303)
