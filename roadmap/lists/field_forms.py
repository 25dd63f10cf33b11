"""Forms of the fields admins define."""

from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Optional

from roadmap.lists.kinds import Own
from roadmap.lists.wording import KINDS
from roadmap.web.forms import Form, choices
from roadmap.web.i18n import _


class NewFieldForm(Form):
    """A field that does not exist yet."""

    label = StringField(_("Name"), [InputRequired(_("Say what it is called."))])
    code = StringField(_("Code"), [InputRequired(_("Give its code."))])
    kind = SelectField(_("What it holds"), validate_choice=False)
    choices = TextAreaField(_("Choices"))
    help = StringField(_("Help"))

    def offer(self) -> "NewFieldForm":
        """Set the kinds one may choose, and return the form."""
        self.kind.choices = choices((kind.value, _(text)) for kind, text in KINDS.items())
        return self

    @property
    def labels(self) -> list[str]:
        """Return the labels of the choices, one a line."""
        return [line for text in (self.choices.data or "").splitlines() if (line := text.strip())]


class ChoiceRow(PlainForm):
    """One choice of a field."""

    code = HiddenField()
    place = IntegerField(_("Place"), [Optional()])
    label = StringField(_("Name"))
    active = BooleanField(_("Offered"))


class FieldForm(Form):
    """What may change of a field."""

    label = StringField(_("Name"), [InputRequired(_("Say what it is called."))])
    help = StringField(_("Help"))
    rows = FieldList(FormField(ChoiceRow), max_entries=120)
    choices = TextAreaField(_("Further choices"))
    active = BooleanField(_("In use"))
    shown = HiddenField()

    def values(self, *, has_choices: bool) -> dict[str, Any]:
        """Return what was typed, the choices in the order of their places."""
        found: dict[str, Any] = {
            "label": self.label.data,
            "help": self.help.data,
            "active": self.active.data,
        }
        if has_choices:
            rows = [(row.form.place.data, row.form) for row in self.rows.entries]
            rows.sort(key=lambda one: (one[0] is None, one[0] or 0))
            found["choices"] = [
                {"code": row.code.data, "label": row.label.data, "active": row.active.data}
                for _place, row in rows
            ]
            lines = (self.choices.data or "").splitlines()
            found["choices"] += [{"label": line} for line in lines]
        return found


def choice_rows(own: Own) -> list[dict[str, Any]]:
    """Return the rows the table of choices begins with."""
    return [
        {"code": one.code, "place": place, "label": one.label, "active": one.active}
        for place, one in enumerate(own.choices, start=1)
    ]
