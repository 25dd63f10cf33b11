"""Pages of certified people and of the sites where they work."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Conflict, Invalid
from roadmap.history.conflict import as_shown, read_shown
from roadmap.mechanisms import people as commands
from roadmap.mechanisms import queries
from roadmap.mechanisms.forms import CertificationForm, SiteForm
from roadmap.mechanisms.models import Mechanism, Site
from roadmap.mechanisms.people import Certified
from roadmap.mechanisms.queries import may_edit
from roadmap.mechanisms.tabs import tabs_of
from roadmap.mechanisms.wording import MECHANISM_WORDS
from roadmap.taxonomy.forms import given
from roadmap.taxonomy.queries import options, policy_version_choices
from roadmap.taxonomy.wording import history_lines
from roadmap.web.forms import choices
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("mechanism_people", __name__, url_prefix="/mechanisms")

_SITE_FIELDS = ("name", "vendor", "contract_hours", "notice_weeks")


def _certification_form(**values: object) -> CertificationForm:
    form = CertificationForm(data=values)
    session = db_session()
    versions = [(str(number), label) for number, label in policy_version_choices(session)]
    form.policy_version_id.choices = choices([("", _("Choose one")), *versions])
    languages = options(session).choices("language", empty=_("Choose one"))
    form.language_code.choices = choices(languages)
    sites = [(str(site.id), site.name) for site in queries.sites(session)]
    form.site_id.choices = choices([("", _("No site: any market")), *sites])
    return form


def _said(form: CertificationForm) -> Certified:
    return Certified(
        policy_version_id=int(form.policy_version_id.data),
        language_code=form.language_code.data,
        heads=given(form.heads.data),
        certified_on=given(form.certified_on.data),
        expires_on=form.expires_on.data,
        site_id=int(form.site_id.data) if form.site_id.data else None,
    )


def _people_page(found: Mechanism, form: CertificationForm) -> ResponseReturnValue:
    page = render_template(
        "mechanisms/people.html",
        mechanism=found,
        tabs=tabs_of(found, "people"),
        lines=queries.certifications(db_session(), found.id),
        offered=options(db_session()),
        form=form,
        may_edit=may_edit(current_user, found),
    )
    return page, 422 if form.problems else 200


@bp.get("/<key>/people")
@may("mechanism.read")
def people(key: str) -> ResponseReturnValue:
    """List the certified people of a queue."""
    found = queries.get_mechanism(db_session(), current_user, key)
    return _people_page(found, _certification_form())


@bp.post("/<key>/people")
@may("mechanism.edit")
def certify(key: str) -> ResponseReturnValue:
    """Add certified people."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    form = _certification_form()
    if form.validate_on_submit():
        try:
            commands.add_certification(db_session(), current_user, found, _said(form))
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The certified people are added and count from now on."), "success")
            return redirect(url_for("mechanism_people.people", key=key), 303)
    return _people_page(found, form)


@bp.route("/<key>/people/<int:certification_id>", methods=["GET", "POST"])
@may("mechanism.edit")
def certification(key: str, certification_id: int) -> ResponseReturnValue:
    """Change certified people, as when more passed."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    held = commands.find_certification(db_session(), found, certification_id)
    form = _certification_form(
        policy_version_id=str(held.policy_version_id),
        language_code=held.language_code,
        site_id=str(held.site_id) if held.site_id is not None else "",
        heads=held.heads,
        certified_on=held.certified_on,
        expires_on=held.expires_on,
    )
    if form.validate_on_submit():
        try:
            commands.edit_certification(
                db_session(), current_user, found, certification_id, _said(form)
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("mechanism_people.people", key=key), 303)
    page = render_template("mechanisms/certification.html", mechanism=found, held=held, form=form)
    return page, 422 if form.problems else 200


@bp.post("/<key>/people/<int:certification_id>/remove")
@may("mechanism.edit")
def decertify(key: str, certification_id: int) -> ResponseReturnValue:
    """Take a certification back."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    commands.remove_certification(db_session(), current_user, found, certification_id)
    flash(_("Taken back: these people no longer count."), "success")
    return redirect(url_for("mechanism_people.people", key=key), 303)


# ---- sites ----


def _site_form(**values: object) -> SiteForm:
    form = SiteForm(data=values)
    form.markets.choices = choices(options(db_session()).choices("market"))
    return form


def _site_values(form: SiteForm) -> dict[str, object]:
    hours = form.contract_hours.data
    return {
        "name": form.name.data,
        "vendor": form.vendor.data,
        "contract_hours": float(hours) if hours is not None else None,
        "notice_weeks": form.notice_weeks.data,
    }


@bp.route("/sites", methods=["GET", "POST"])
@may("mechanism.edit_any")
def sites() -> ResponseReturnValue:
    """List the sites and add one."""
    form = _site_form()
    if form.validate_on_submit():
        code, markets = form.code.data or "", form.markets.data or ()
        try:
            commands.add_site(db_session(), current_user, code, _site_values(form), markets)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Added the site %(name)s.", name=form.name.data), "success")
            return redirect(url_for("mechanism_people.sites"), 303)
    page = render_template(
        "mechanisms/sites.html",
        sites=queries.sites(db_session()),
        offered=options(db_session()),
        form=form,
    )
    return page, 422 if form.problems else 200


@bp.route("/sites/<code>", methods=["GET", "POST"])
@may("mechanism.edit_any")
def site(code: str) -> ResponseReturnValue:
    """Show a site with its history, or change it."""
    found = queries.find_site(db_session(), code)
    values = {name: getattr(found, name) for name in _SITE_FIELDS}
    held = [part.market_code for part in found.markets]
    form = _site_form(**values, markets=held, shown=as_shown(values))
    del form.code
    if form.validate_on_submit():
        try:
            shown, markets = read_shown(form.shown.data), form.markets.data or []
            commands.edit_site(db_session(), current_user, code, _site_values(form), markets, shown)
        except (Invalid, Conflict) as error:
            form.refuse(error)
            form.shown.data = as_shown(values)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("mechanism_people.sites"), 303)
    return _site_page(found, form)


def _site_page(found: Site, form: SiteForm) -> ResponseReturnValue:
    lines = history_lines(db_session(), MECHANISM_WORDS, "site", found.id)
    page = render_template("mechanisms/site.html", site=found, form=form, lines=lines)
    return page, 422 if form.problems else 200


@bp.post("/sites/<code>/delete")
@may("mechanism.edit_any")
def delete_site(code: str) -> ResponseReturnValue:
    """Delete a site nobody works at, or say why it stays."""
    try:
        commands.delete_site(db_session(), current_user, code)
    except Invalid as error:
        db_session().rollback()
        flash(error.message, "error")
        return redirect(url_for("mechanism_people.site", code=code), 303)
    flash(_("The site is deleted."), "success")
    return redirect(url_for("mechanism_people.sites"), 303)
