"""Admin pages of people and teams."""

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.accounts import handover, links, queries, service, teams
from roadmap.accounts.forms import HandoverForm, NewPersonForm, NewTeamForm, PersonForm, TeamForm
from roadmap.accounts.models import Person
from roadmap.accounts.permissions import ROLES
from roadmap.accounts.wording import Line, line_of, people_in
from roadmap.errors import Invalid
from roadmap.history.queries import feed
from roadmap.web.forms import choices
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session

bp = Blueprint("admin", __name__, url_prefix="/admin")


def history_lines(record_type: str, record_id: int) -> list[Line]:
    """Return the newest changes of a record in words, three statements."""
    entries = list(feed(db_session(), record_type, record_id, limit=30))
    names = queries.names_of(db_session(), people_in(entries))
    return [line_of(entry, names) for entry in entries]


def _link_address(token: str) -> str:
    return links.address(current_app.config["BASE_URL"] or request.url_root, token)


@bp.get("/people")
@may("admin.people")
def people() -> ResponseReturnValue:
    """List people by name, with search."""
    state = request.args.get("state", "active")
    state = state if state in {"active", "left", "any"} else "active"
    text = request.args.get("q", "")
    backward = "before" in request.args
    mark = request.args.get("before") or request.args.get("after")
    page = queries.people_page(db_session(), text, state, mark, backward)
    return render_template("admin/people.html", page=page, q=text, state=state, roles=ROLES)


def _new_person_page(form: NewPersonForm) -> ResponseReturnValue:
    status = 422 if form.problems else 200
    return render_template("admin/person_new.html", form=form), status


def _said(form: NewPersonForm) -> service.PersonInput:
    return service.PersonInput(
        email=form.email.data or "",
        name=form.name.data or "",
        roles=tuple(form.roles.data or ()),
        team_ids=frozenset(form.teams.data or ()),
        active=bool(form.active.data) if isinstance(form, PersonForm) else True,
    )


@bp.route("/people/new", methods=["GET", "POST"])
@may("admin.people")
def new_person() -> ResponseReturnValue:
    """Add a person and show the link to give to them, this once."""
    form = NewPersonForm()
    form.teams.choices = choices(queries.team_choices(db_session()))
    if not form.validate_on_submit():
        return _new_person_page(form)
    hours = current_app.config["LINK_HOURS"]
    try:
        person, token = service.create_person(db_session(), current_user, _said(form), hours)
    except Invalid as error:
        form.refuse(error)
        return _new_person_page(form)
    return _link_page(person, token, hours)


def _link_page(person: Person, token: str, hours: int) -> ResponseReturnValue:
    """Say that the link is on its way by mail, or show it this once where no mail is set up."""
    mailed = links.mail_link(db_session(), person, hours)
    address = None if mailed else _link_address(token)
    return render_template("admin/link.html", person=person, address=address, hours=hours)


def _person_form(person: Person) -> PersonForm:
    mine = queries.team_ids_of(db_session(), person.id)
    form = PersonForm(
        data={
            "email": person.email,
            "name": person.name,
            "roles": person.roles,
            "active": person.active,
            "teams": mine,
        }
    )
    form.teams.choices = choices(queries.team_choices(db_session(), person.id))
    return form


@bp.route("/people/<int:person_id>", methods=["GET", "POST"])
@may("admin.people")
def person(person_id: int) -> ResponseReturnValue:
    """Show a person with their history, or change them."""
    found = service.get_person(db_session(), person_id)
    form = _person_form(found)
    if form.validate_on_submit():
        try:
            service.edit_person(db_session(), current_user, person_id, _said(form))
        except Invalid as error:
            db_session().rollback()
            form.refuse(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("admin.person", person_id=person_id), 303)
    return _person_page(person_id, form)


def _person_page(person_id: int, form: PersonForm) -> ResponseReturnValue:
    page = render_template(
        "admin/person.html",
        form=form,
        person=service.get_person(db_session(), person_id),
        link=links.open_link(db_session(), person_id),
        lines=history_lines("person", person_id),
    )
    return page, 422 if form.problems else 200


@bp.post("/people/<int:person_id>/link")
@may("admin.people")
def person_link(person_id: int) -> ResponseReturnValue:
    """Make a link to set a password and show it this once."""
    found = service.get_person(db_session(), person_id, lock=True)
    hours = current_app.config["LINK_HOURS"]
    return _link_page(found, service.make_link(db_session(), current_user, found, hours), hours)


@bp.post("/people/<int:person_id>/sign-out")
@may("admin.people")
def person_sign_out(person_id: int) -> ResponseReturnValue:
    """End all sessions of a person."""
    service.end_sessions(db_session(), current_user, person_id)
    flash(_("Signed out everywhere."), "success")
    return redirect(url_for("admin.person", person_id=person_id), 303)


@bp.route("/people/<int:person_id>/handover", methods=["GET", "POST"])
@may("admin.people")
def person_handover(person_id: int) -> ResponseReturnValue:
    """Pass on all a leaver holds and deactivate them."""
    form = HandoverForm()
    if form.validate_on_submit():
        try:
            return _hand_over(person_id, form)
        except Invalid as error:
            db_session().rollback()
            form.refuse(error)
    page = render_template(
        "admin/handover.html",
        form=form,
        person=service.get_person(db_session(), person_id),
        held=handover.held_by(db_session(), person_id),
        people=queries.active_people(db_session()),
    )
    return page, 422 if form.problems else 200


def _hand_over(person_id: int, form: HandoverForm) -> ResponseReturnValue:
    to_id = queries.id_of_active(db_session(), form.to.data or "")
    if to_id is None:
        raise Invalid.at("to", _("No active person has this address."))
    passed = service.hand_over(db_session(), current_user, person_id, to_id, form.why.data or "")
    total = sum(held.count for held in passed)
    words = ngettext("%(num)s record handed over.", "%(num)s records handed over.", total)
    flash(words + " " + _("The person is signed out and deactivated."), "success")
    return redirect(url_for("admin.person", person_id=person_id), 303)


@bp.get("/teams")
@may("admin.people")
def team_list() -> ResponseReturnValue:
    """List the teams."""
    return render_template("admin/teams.html", teams=queries.team_rows(db_session()))


@bp.route("/teams/new", methods=["GET", "POST"])
@may("admin.people")
def new_team() -> ResponseReturnValue:
    """Create a team, then go on to its members."""
    form = NewTeamForm()
    if form.validate_on_submit():
        said = teams.TeamInput(form.name.data or "")
        try:
            team = teams.create_team(db_session(), current_user, form.code.data or "", said)
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("admin.team", code=team.code), 303)
    return render_template("admin/team_new.html", form=form), 422 if form.problems else 200


@bp.route("/teams/<code>", methods=["GET", "POST"])
@may("admin.people")
def team(code: str) -> ResponseReturnValue:
    """Show a team with its members and history, or change it."""
    found = teams.get_team(db_session(), code)
    rows = queries.member_rows(db_session(), found.id)
    form = _team_form(found.name, active=found.active, rows=rows)
    if form.validate_on_submit():
        try:
            teams.edit_team(db_session(), current_user, code, _team_said(form))
        except Invalid as error:
            db_session().rollback()
            form.refuse(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("admin.team", code=code), 303)
    page = render_template(
        "admin/team.html",
        form=form,
        team=found,
        rows=rows,
        people=queries.active_people(db_session()),
        lines=history_lines("team", found.id),
    )
    return page, 422 if form.problems else 200


def _team_form(name: str, *, active: bool, rows: Any) -> TeamForm:
    members = [row.id for row in rows]
    leads = [row.id for row in rows if row.lead]
    form = TeamForm(data={"name": name, "active": active, "members": members, "leads": leads})
    form.members.choices = form.leads.choices = choices((row.id, row.name) for row in rows)
    return form


def _team_said(form: TeamForm) -> teams.TeamInput:
    leads = set(form.leads.data or ())
    members = {person_id: person_id in leads for person_id in form.members.data or ()}
    if form.add.data:
        added = queries.id_of_active(db_session(), form.add.data)
        if added is None:
            raise Invalid.at("add", _("No active person has this address."))
        members.setdefault(added, False)
    return teams.TeamInput(form.name.data or "", bool(form.active.data), members)
