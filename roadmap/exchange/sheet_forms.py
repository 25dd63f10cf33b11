"""Forms of the page that takes a roadmap sheet."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from roadmap.errors import Invalid
from roadmap.exchange.columns import MappingError
from roadmap.exchange.mappings import pairs
from roadmap.exchange.sheet_answers import SheetAnswers
from roadmap.launches.kinds import LaunchType
from roadmap.launches.wording import TYPES
from roadmap.web.forms import Form
from roadmap.web.i18n import _


class SheetAnswersForm(Form):
    """What a sheet does not say."""

    source = StringField(_("Name of this roadmap"), [Length(max=100)])
    states = TextAreaField(_("Words of its status"), [Length(max=5_000)])
    kind = SelectField(_("Type of launches that name none"), default="", validate_choice=False)
    date_order = SelectField(_("Dates such as 10/07/2026"), default="", validate_choice=False)
    sheet = StringField(_("Sheet of the file"), [Length(max=100)])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = [
            ("", _("Workflow, until you choose")),
            *((one.value, _(TYPES[one])) for one in LaunchType),
        ]
        self.date_order.choices = [
            ("", _("As the sheet shows")),
            ("day-first", _("Day first: 10 July")),
            ("month-first", _("Month first: 7 October")),
        ]

    def answers(self, columns: dict[str, str] | None = None) -> SheetAnswers:
        """Return what was answered; raise Invalid at the field that cannot be read."""
        lines = [line for line in (self.states.data or "").splitlines() if line.strip()]
        try:
            return SheetAnswers(
                columns=columns or {},
                states=pairs(lines, "Good=green"),
                source=self.source.data or None,
                sheet=self.sheet.data or None,
                type=self.kind.data or None,
                date_order=self.date_order.data or None,
            )
        except MappingError as error:
            raise Invalid.at("states", str(error)) from None

    @staticmethod
    def data_of(answers: SheetAnswers, source: str) -> dict[str, Any]:
        """Return the answers as the form shows them."""
        return {
            "states": "\n".join(f"{word}={state}" for word, state in answers.states.items()),
            "kind": answers.type or "",
            "source": source,
            "sheet": answers.sheet or "",
            "date_order": answers.date_order or "",
        }


class SheetForm(SheetAnswersForm):
    """A sheet and what it does not say."""

    file = FileField(_("Roadmap, XLSX or CSV"), [FileRequired(_("Choose a file."))])
