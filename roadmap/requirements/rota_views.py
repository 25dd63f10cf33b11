"""The page of the rota: who does triage in the next weeks."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import HiddenField, SelectField
from wtforms.validators import Optional

from roadmap import clock
from roadmap.errors import Conflict, Invalid
from roadmap.requirements import rota
from roadmap.requirements.number_fields import WholeNumberField
from roadmap.requirements.triage_views import bp
from roadmap.web.forms import Form, choices, maybe_id
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session


class RotaForm(Form):
    """A menu of people for each week, and how many weeks to repeat."""

    repeat = WholeNumberField(_("Repeat the first weeks"), [Optional()])

    # The menus by their week.
    weeks: dict[date, Any]

    def shown(self) -> dict[date, int | None]:
        """Return whom the page showed; a week without a readable mark is not checked."""
        found = {}
        for week, field in self.weeks.items():
            said = self[f"was_{field.name}"].data
            if said == "" or (said or "").isdecimal():
                found[week] = maybe_id(said)
        return found

    def wanted(self) -> dict[date, int | None]:
        """Return whom each week shall have, the first weeks repeated where asked."""
        people = [field.data for field in self.weeks.values()]
        first = self.repeat.data
        if first is not None:
            if not 1 <= first < len(people):
                most = len(people) - 1
                raise Invalid.at("repeat", _("Write a number from 1 to %(most)s.", most=most))
            people = rota.repeated(people, first)
        return dict(zip(self.weeks, people, strict=True))


def _form(turns: list[rota.Turn], **given: Any) -> RotaForm:
    names: dict[str, Any] = {}
    for turn in turns:
        name = rota.field_of(turn.week)
        names[name] = SelectField(str(turn.week), [Optional()], coerce=maybe_id)
        names[f"was_{name}"] = HiddenField()
    form: RotaForm = type("RotaOfWeeks", (RotaForm,), names)(**given)
    people = rota.may_take_turns(db_session())
    form.weeks = {turn.week: form[rota.field_of(turn.week)] for turn in turns}
    for turn in turns:
        field = form[rota.field_of(turn.week)]
        extra: list[tuple[int, str]] = []
        if turn.person_id is not None and turn.person_id not in dict(people):
            extra = [(turn.person_id, turn.name or "")]
        field.choices = choices([("", _("Nobody")), *people, *extra])
        if not form.is_submitted():
            field.data = turn.person_id
            form[f"was_{field.name}"].data = "" if turn.person_id is None else str(turn.person_id)
    return form


@bp.get("/rota")
@may("requirement.triage")
def rota_page() -> ResponseReturnValue:
    """Show who does triage in the next weeks."""
    turns = rota.turns(db_session(), clock.today())
    return _page(_form(turns, formdata=None), turns)


@bp.post("/rota")
@may("requirement.triage")
def store_rota() -> ResponseReturnValue:
    """Store who does triage."""
    turns = rota.turns(db_session(), clock.today())
    form, status = _form(turns), 422
    if form.validate_on_submit():
        try:
            changed = rota.set_turns(db_session(), current_user, form.wanted(), form.shown())
        except (Invalid, Conflict) as error:
            form.refuse(error)
            status = error.status
        else:
            said = ngettext("%(num)s week is changed.", "%(num)s weeks are changed.", changed)
            flash(said if changed else _("Nothing was changed."), "success")
            return redirect(url_for("triage.rota_page"), 303)
    return _page(form, turns), status


def _page(form: RotaForm, turns: list[rota.Turn]) -> str:
    return render_template("requirements/rota.html", form=form, turns=turns)
