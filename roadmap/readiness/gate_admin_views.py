"""Admin pages of gates: review groups with their members and turns, and gate templates."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.launches.part_views import attempt
from roadmap.launches.queries import people_choices
from roadmap.readiness import gate_groups, gate_templates
from roadmap.readiness.gate_forms import GateTemplateForm, GroupForm, MemberForm, TurnForm
from roadmap.readiness.gate_models import GateTemplate, ReviewGroup
from roadmap.readiness.gate_words import rule_words
from roadmap.taxonomy.queries import options
from roadmap.web.forms import Form
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session

bp = Blueprint("gate_admin", __name__, url_prefix="/admin/gates")


@bp.get("")
@may("template.edit")
def index() -> ResponseReturnValue:
    """Show the gates new launches get, and who reviews them."""
    session = db_session()
    groups = gate_groups.all_groups(session)
    return render_template(
        "readiness/gates_admin.html",
        groups=groups,
        names={group.id: group.name for group in groups},
        open=gate_groups.open_by_group(session),
        templates=gate_templates.all_templates(session),
        missing=gate_groups.missing_standard(session),
        rule_words=rule_words,
    )


@bp.post("/groups/standard")
@may("template.edit")
def standard() -> ResponseReturnValue:
    """Store the proposed groups, without members."""
    count = gate_groups.add_standard(db_session(), current_user)
    flash(ngettext("%(num)s group added.", "%(num)s groups added.", count), "success")
    return redirect(url_for(".index"), 303)


# ---- groups ----


def _group_form() -> GroupForm:
    form = GroupForm()
    form.offer(options(db_session()).markets)
    return form


def _group_page(
    form: Form,
    group: ReviewGroup | None,
    member: Form | None = None,
    turn: Form | None = None,
) -> ResponseReturnValue:
    session = db_session()
    members = gate_groups.member_names(session, group) if group is not None else []
    people = people_choices(session) if group is not None else []
    inside = [(row.person_id, name) for row, name, active in members if active]
    member, turn = member or MemberForm(formdata=None), turn or TurnForm(formdata=None)
    if isinstance(member, MemberForm):
        member.offer(people)
    if isinstance(turn, TurnForm):
        turn.offer(inside)
    bad = any(one.problems for one in (form, member, turn))
    page = {
        "form": form,
        "group": group,
        "members": members,
        "member_form": member,
        "turn_form": turn,
        "weeks": gate_groups.weeks_ahead(group) if group is not None else [],
        "names": dict(inside),
    }
    return render_template("readiness/gate_group.html", **page), 422 if bad else 200


@bp.route("/groups/new", methods=["GET", "POST"])
@may("template.edit")
def new_group() -> ResponseReturnValue:
    """Add a review group."""
    session, form = db_session(), _group_form()
    if not form.is_submitted():
        form.start(None)
    elif attempt(form, lambda: gate_groups.create_group(session, current_user, form.said())):
        flash(_("The group is stored. Name its members: without any it signs nothing."), "success")
        return redirect(url_for(".index"), 303)
    return _group_page(form, None)


@bp.route("/groups/<code>", methods=["GET", "POST"])
@may("template.edit")
def group(code: str) -> ResponseReturnValue:
    """Show a review group with members and turns, or change its clocks."""
    session, form = db_session(), _group_form()
    row = gate_groups.get_group(session, code)
    if not form.is_submitted():
        form.start(row)
    elif attempt(form, lambda: gate_groups.edit_group(session, current_user, row, form.said())):
        flash(_("The group is stored."), "success")
        return redirect(url_for(".group", code=code), 303)
    return _group_page(form, row)


def _shown(row: ReviewGroup) -> GroupForm:
    """Return the form of a group as stored, beside another form that came back."""
    form = GroupForm(formdata=None)
    form.offer(options(db_session()).markets)
    form.start(row)
    return form


@bp.post("/groups/<code>/members")
@may("template.edit")
def add_member(code: str) -> ResponseReturnValue:
    """Add a member, or change whether they lead."""
    session, form = db_session(), MemberForm()
    row = gate_groups.get_group(session, code)
    form.offer(people_choices(session))
    if not attempt(
        form,
        lambda: gate_groups.set_member(
            session, current_user, row, form.person_id.data, lead=form.lead.data
        ),
    ):
        return _group_page(_shown(row), row, member=form)
    flash(_("They are in the group and may sign for it."), "success")
    return redirect(url_for(".group", code=code), 303)


@bp.post("/groups/<code>/members/<int:person_id>/remove")
@may("template.edit")
def remove_member(code: str, person_id: int) -> ResponseReturnValue:
    """Take a person out of the group."""
    session = db_session()
    row = gate_groups.get_group(session, code)
    gate_groups.remove_member(session, current_user, row, person_id)
    flash(_("They are out of the group; approvals they gave no longer count."), "success")
    return redirect(url_for(".group", code=code), 303)


@bp.post("/groups/<code>/turns")
@may("template.edit")
def turn(code: str) -> ResponseReturnValue:
    """Name whose week it is."""
    session, form = db_session(), TurnForm()
    row = gate_groups.get_group(session, code)
    names = gate_groups.member_names(session, row)
    form.offer([(m.person_id, name) for m, name, active in names if active])
    if not attempt(form, lambda: _set_turn(form, row)):
        return _group_page(_shown(row), row, turn=form)
    flash(_("The turn is stored."), "success")
    return redirect(url_for(".group", code=code), 303)


def _set_turn(form: TurnForm, row: ReviewGroup) -> None:
    if form.week.data is not None:
        person_id = form.turn_person_id.data
        gate_groups.set_turn(db_session(), current_user, row, form.week.data, person_id)


# ---- templates ----


def _template_page(form: GateTemplateForm, row: GateTemplate | None) -> ResponseReturnValue:
    page = render_template("readiness/gate_template.html", form=form, template=row)
    return page, 422 if form.problems else 200


@bp.route("/templates/new", methods=["GET", "POST"])
@may("template.edit")
def new_template() -> ResponseReturnValue:
    """Add a gate that launches of some kinds must pass."""
    session, form = db_session(), GateTemplateForm()
    form.offer(gate_groups.all_groups(session))
    if not form.is_submitted():
        form.start(None)
    elif attempt(form, lambda: gate_templates.create_template(session, current_user, form.said())):
        flash(_("New launches get this gate; running ones are offered it."), "success")
        return redirect(url_for(".index"), 303)
    return _template_page(form, None)


@bp.route("/templates/<code>", methods=["GET", "POST"])
@may("template.edit")
def template(code: str) -> ResponseReturnValue:
    """Show a gate template or change it; running launches are offered the difference."""
    session, form = db_session(), GateTemplateForm()
    row = gate_templates.get_template(session, code)
    form.offer(gate_groups.all_groups(session))
    if not form.is_submitted():
        form.start(row)
    elif attempt(
        form,
        lambda: gate_templates.edit_template(session, current_user, row, form.said(row.questions)),
    ):
        flash(_("The gate is stored; running launches are offered the difference."), "success")
        return redirect(url_for(".index"), 303)
    return _template_page(form, row)
