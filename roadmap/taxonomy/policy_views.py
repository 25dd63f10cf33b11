"""Admin pages of policy versions."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.accounts.queries import active_people, id_of_active, names_of
from roadmap.errors import Conflict, Invalid
from roadmap.history.conflict import as_shown, read_shown
from roadmap.taxonomy import policies, queries
from roadmap.taxonomy.forms import (
    EffectiveForm,
    PolicyOwnerForm,
    PolicyVersionForm,
    PublishForm,
    given,
)
from roadmap.taxonomy.models import PolicyVersion
from roadmap.taxonomy.wording import TAXONOMY_WORDS, history_lines
from roadmap.web.forms import choices
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("policies", __name__, url_prefix="/admin/policies")


def _owner_id(email: str | None) -> int | None:
    if not email:
        return None
    found = id_of_active(db_session(), email)
    if found is None:
        raise Invalid.at("owner", _("No active person has this address."))
    return found


@bp.route("", methods=["GET", "POST"])
@may("admin.taxonomy")
def versions() -> ResponseReturnValue:
    """List all policy versions and add one."""
    offered = queries.options(db_session())
    form = PolicyVersionForm()
    form.policy_area_code.choices = choices(
        offered.choices("policy_area", empty=_("Choose an area"))
    )
    form.languages.choices = choices(offered.choices("language"))
    if form.validate_on_submit():
        try:
            added = policies.add_policy_version(
                db_session(),
                current_user,
                form.policy_area_code.data,
                form.version.data or "",
                owner_id=_owner_id(form.owner.data),
                sweeps=form.sweeps.data,
                effective_on=form.effective_on.data,
                languages=form.languages.data or (),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Added %(label)s.", label=added.label), "success")
            return redirect(url_for("policies.version", version_id=added.id), 303)
    return _list_page(form, offered)


def _list_page(form: PolicyVersionForm, offered: queries.Options) -> ResponseReturnValue:
    found = queries.policy_versions(db_session())
    page = render_template(
        "taxonomy/policies.html",
        versions=found,
        owners=names_of(db_session(), {v.owner_id for v in found if v.owner_id is not None}),
        offered=offered,
        people=active_people(db_session()),
        form=form,
    )
    return page, 422 if form.problems else 200


def _forms(found: PolicyVersion) -> tuple[PolicyOwnerForm, EffectiveForm, PublishForm]:
    """Return the three forms of the page, filled in; only the one that was sent reads its data."""
    offered = queries.options(db_session())
    now = {"owner_id": found.owner_id, "sweeps": found.sweeps}
    people = {p.id: p.email for p in active_people(db_session())}
    owner = PolicyOwnerForm(
        data={
            "owner": people.get(found.owner_id or 0, ""),
            "sweeps": found.sweeps,
            "shown": as_shown(now),
        }
    )
    date, publish = EffectiveForm(), PublishForm()
    everywhere = _("Wherever no market has its own date")
    date.market_code.choices = choices(offered.choices("market", empty=everywhere))
    publish.language_code.choices = choices(offered.choices("language", empty=_("Choose one")))
    return owner, date, publish


@bp.get("/<int:version_id>")
@may("admin.taxonomy")
def version(version_id: int) -> ResponseReturnValue:
    """Show a version: where it holds from when, its languages, its history."""
    found = queries.find_policy_version(db_session(), version_id)
    return _page(found, *_forms(found))


def _page(
    found: PolicyVersion, owner: PolicyOwnerForm, date: EffectiveForm, publish: PublishForm
) -> ResponseReturnValue:
    problems = [*owner.problems, *date.problems, *publish.problems]
    offered = queries.options(db_session())
    page = render_template(
        "taxonomy/policy.html",
        version=found,
        owner_form=owner,
        date_form=date,
        publish_form=publish,
        problems=problems,
        offered=offered,
        people=active_people(db_session()),
        owner=names_of(db_session(), {found.owner_id} if found.owner_id else set()),
        lines=history_lines(
            db_session(), TAXONOMY_WORDS, "policy_version", found.id, offered=offered
        ),
    )
    return page, 422 if problems else 200


def _done(version_id: int, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for("policies.version", version_id=version_id), 303)


@bp.post("/<int:version_id>/owner")
@may("admin.taxonomy")
def owner(version_id: int) -> ResponseReturnValue:
    """Change who answers for a version and whether it sweeps."""
    found = queries.find_policy_version(db_session(), version_id)
    now = as_shown({"owner_id": found.owner_id, "sweeps": found.sweeps})
    form, date, publish = _forms(found)
    if form.validate_on_submit():
        try:
            values = {"owner_id": _owner_id(form.owner.data), "sweeps": form.sweeps.data}
            shown = read_shown(form.shown.data)
            policies.edit_policy_version(db_session(), current_user, version_id, values, shown)
            return _done(version_id, _("Saved."))
        except (Invalid, Conflict) as error:
            form.refuse(error)
            form.shown.data = now
    return _page(found, form, date, publish)


@bp.post("/<int:version_id>/dates")
@may("admin.taxonomy")
def date(version_id: int) -> ResponseReturnValue:
    """Say from when a version holds in a market."""
    found = queries.find_policy_version(db_session(), version_id)
    form = _forms(found)[1]
    if form.validate_on_submit():
        try:
            market, day = form.market_code.data or None, given(form.effective_on.data)
            policies.set_effective(db_session(), current_user, version_id, market, day)
            return _done(version_id, _("Saved."))
        except Invalid as error:
            form.refuse(error)
    shown = _forms(found)
    return _page(found, _quiet(shown[0], found), form, shown[2])


@bp.post("/<int:version_id>/languages")
@may("admin.taxonomy")
def language(version_id: int) -> ResponseReturnValue:
    """Say in which language a guideline can be read from when."""
    found = queries.find_policy_version(db_session(), version_id)
    form = _forms(found)[2]
    if form.validate_on_submit():
        try:
            code, day = form.language_code.data, given(form.published_on.data)
            policies.publish_language(db_session(), current_user, version_id, code, day)
            return _done(version_id, _("Saved."))
        except Invalid as error:
            form.refuse(error)
    shown = _forms(found)
    return _page(found, _quiet(shown[0], found), shown[1], form)


def _quiet(form: PolicyOwnerForm, found: PolicyVersion) -> PolicyOwnerForm:
    """Return the owner's form as stored: a post to another form sent none of its fields."""
    people = {p.id: p.email for p in active_people(db_session())}
    form.owner.data = people.get(found.owner_id or 0, "")
    form.sweeps.data = found.sweeps
    form.shown.data = as_shown({"owner_id": found.owner_id, "sweeps": found.sweeps})
    return form


@bp.post("/<int:version_id>/dates/<int:part_id>/remove")
@may("admin.taxonomy")
def remove_date(version_id: int, part_id: int) -> ResponseReturnValue:
    """Take a date back."""
    policies.remove_effective(db_session(), current_user, version_id, part_id)
    return _done(version_id, _("Taken back."))


@bp.post("/<int:version_id>/languages/<int:part_id>/remove")
@may("admin.taxonomy")
def remove_language(version_id: int, part_id: int) -> ResponseReturnValue:
    """Withdraw a language."""
    policies.withdraw_language(db_session(), current_user, version_id, part_id)
    return _done(version_id, _("Withdrawn."))


@bp.post("/<int:version_id>/delete")
@may("admin.taxonomy")
def delete(version_id: int) -> ResponseReturnValue:
    """Delete a version nothing refers to, or say why it stays."""
    try:
        policies.delete_policy_version(db_session(), current_user, version_id)
    except Invalid as error:
        db_session().rollback()
        flash(error.message, "error")
        return redirect(url_for("policies.version", version_id=version_id), 303)
    flash(_("The version is deleted."), "success")
    return redirect(url_for("policies.versions"), 303)
