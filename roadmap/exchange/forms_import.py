"""Forms of the import page."""

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from roadmap.errors import Invalid
from roadmap.exchange.columns import MappingError
from roadmap.exchange.mappings import Answers, pairs
from roadmap.exchange.values import KINDS
from roadmap.web.forms import Form
from roadmap.web.i18n import _


class AnswersForm(Form):
    """What the header of a file does not say."""

    states = TextAreaField(_("States"), [Length(max=5_000)])
    kind = SelectField(_("Kind of rows that name none"), default="")
    source = StringField(_("Source"), [Length(max=120)])
    date_order = SelectField(_("Dates such as 10/07/2026"), default="")
    team = SelectField(_("Team of the efforts"), default="")

    def __init__(self, teams: Iterable[tuple[str, str]], **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = [("", _("Tool")), *((k, k.replace("_", " ")) for k in sorted(KINDS))]
        self.date_order.choices = [
            ("", _("As the file shows")),
            ("day-first", _("Day first: 10 July")),
            ("month-first", _("Month first: 7 October")),
        ]
        self.team.choices = [("", _("None: keep efforts as text")), *teams]

    def answers(self, columns: dict[str, str] | None = None) -> Answers:
        """Return what was answered; raise Invalid at the field that cannot be read."""
        lines = [line for line in (self.states.data or "").splitlines() if line.strip()]
        try:
            states = pairs(lines, "In QA=in_progress")
        except MappingError as error:
            raise Invalid.at("states", str(error)) from None
        return Answers(
            columns=columns or {},
            states=states,
            kind=self.kind.data or None,
            source=self.source.data or None,
            date_order=self.date_order.data or None,
            team=self.team.data or None,
        )

    @staticmethod
    def data_of(answers: Answers) -> dict[str, Any]:
        """Return the answers as the form shows them."""
        return {
            "states": "\n".join(f"{word}={state}" for word, state in answers.states.items()),
            "kind": answers.kind or "",
            "source": answers.source or "",
            "date_order": answers.date_order or "",
            "team": answers.team or "",
        }


class UploadForm(AnswersForm):
    """A file and what its header does not say."""

    file = FileField(_("CSV file"), [FileRequired(_("Choose a file."))])
