"""Forms of requirements: parse what was typed, say beside each field what cannot be stored."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import (
    DateField,
    FieldList,
    FormField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Optional

from roadmap.errors import Conflict, Invalid
from roadmap.requirements import checks
from roadmap.requirements.answer_fields import other_kinds, with_answers
from roadmap.requirements.models import Requirement
from roadmap.requirements.number_fields import AmountField, WholeNumberField
from roadmap.requirements.own_part import OwnPart
from roadmap.requirements.queries import codes_of
from roadmap.requirements.rules import (
    DatePrecision,
    RequirementKind,
    RequirementState,
    ScopeDimension,
    Severity,
)
from roadmap.requirements.wording import KINDS, PRECISIONS, SEVERITIES, STATES
from roadmap.taxonomy.queries import Options
from roadmap.web.forms import Form, Ticks, choices, maybe_id
from roadmap.web.i18n import _


class DayField(DateField):
    """A date; one that does not exist is refused in a sentence and kept as typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the date as ISO 8601."""
        self.data = None
        if not valuelist or not (typed := valuelist[0].strip()):
            return
        try:
            self.data = date.fromisoformat(typed)
        except ValueError:
            raise ValueError(_("Write a date that exists, such as 2026-12-07.")) from None


class LinesField(TextAreaField):
    """One entry per line."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Split the lines."""
        lines = valuelist[0].splitlines() if valuelist else []
        self.data = [line.strip() for line in lines if line.strip()]


class LinksField(LinesField):
    """One web address per line, and after it what it is called."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(f"{link['url']} {link['label']}".strip() for link in self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Split each line into address and label."""
        super().process_formdata(valuelist)
        parts = [line.partition(" ") for line in self.data or ()]
        self.data = [{"url": url, "label": label.strip()} for url, _space, label in parts]


class EffortRow(PlainForm):
    """What it costs one team."""

    team = SelectField(_("Team"), coerce=lambda value: int(value or 0), validate_choice=False)
    weeks = StringField(_("Weeks"))


@with_answers
class RequirementForm(Form):
    """Everything one may say about a requirement."""

    title = StringField(
        _("What do you need?"), [InputRequired(_("Give it a title of at least 3 characters."))]
    )
    problem = TextAreaField(
        _("What is wrong or missing today?"),
        [InputRequired(_("Say what is wrong or missing today."))],
    )
    outcome = TextAreaField(_("What should be true afterwards?"))
    kind = RadioField(
        _("What is it?"), [InputRequired(_("Choose what is asked for."))], validate_choice=False
    )
    severity = SelectField(_("How bad is it?"), [Optional()], validate_choice=False)
    people_affected = WholeNumberField(_("People affected"), [Optional()])
    criteria = LinesField(_("Done when"))
    markets = Ticks(_("Markets"), validate_choice=False)
    languages = Ticks(_("Languages"), validate_choice=False)
    surfaces = Ticks(_("Surfaces"), validate_choice=False)
    policy_areas = Ticks(_("Policy areas"), validate_choice=False)
    weekly_volume = WholeNumberField(_("Items a week"), [Optional()])
    sellers_affected = WholeNumberField(_("Sellers affected"), [Optional()])
    value_at_stake = AmountField(_("Value at stake"), [Optional()], named_by="currency")
    currency = StringField(_("Currency"))
    links = LinksField(_("Links to examples"))
    needed_by = DayField(_("Needed by"), [Optional()])
    needed_by_precision = SelectField(_("How exactly?"), validate_choice=False)
    needed_by_reason = StringField(_("Why then?"))
    regulation = StringField(_("Regulation"))
    team_id = SelectField(
        _("Team that asks"),
        coerce=maybe_id,
        validate_choice=False,
    )
    shown = HiddenField()
    # The fields admins defined; `views.offered` sets those there are.
    own = OwnPart()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.value_at_stake.currency = self.currency.data

    def offer(
        self,
        words: Options,
        teams: Sequence[tuple[int, str]],
        kept: Any = None,
        own: Collection[int] | None = None,
    ) -> None:
        """Set the choices; ``kept`` is a requirement whose codes may be switched off by now.

        ``own`` are the ids of the teams one may ask for, None for all.
        """
        codes = codes_of(kept) if kept is not None else {}
        offered: dict[ScopeDimension, set[str]] = {}
        for name, dimension in checks.SCOPE_FIELDS.items():
            pairs = words.choices(dimension.value, keep=codes.get(name, ()))
            self[name].choices = choices(pairs)
            offered[dimension] = {code for code, _name in pairs}
        self.known = checks.Known(offered, {number for number, _name in teams})
        self.kind.choices = choices((kind.value, _(KINDS[kind])) for kind in RequirementKind)
        severities = [(one.value, _(SEVERITIES[one])) for one in Severity]
        self.severity.choices = choices([("", _("Choose…")), *severities])
        self.needed_by_precision.choices = choices(
            (one.value, _(PRECISIONS[one])) for one in DatePrecision
        )
        asking = (
            set(own) | {kept.team_id if kept is not None else None} if own is not None else None
        )
        self.team_id.choices = choices(
            [("", _("No team")), *(one for one in teams if asking is None or one[0] in asking)]
        )
        for row in self.effort_rows:
            row["team"].choices = choices([(0, _("Choose a team…")), *teams])

    known = checks.Known()

    @property
    def effort_rows(self) -> list[Any]:
        """Return the rows of the effort table, none when submitting."""
        return []

    def values(self) -> dict[str, Any]:
        """Return what was typed as the service takes it, the answers of the chosen kind alone."""
        left = other_kinds(self.kind.data)
        return {
            name: self[name].data
            for name in checks.FIELDS
            if name in self._fields and name not in left
        }

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check each field, then what the domain says of those that could be read."""
        super().validate(extra_validators)
        for name in other_kinds(self.kind.data):
            self[name].errors = []
        readable = {name: value for name, value in self.values().items() if not self[name].errors}
        try:
            checks.clean(readable, self.known)
        except Invalid as error:
            self.refuse(error)
        self.own.check()
        return not self.problems

    def refuse(self, error: Invalid | Conflict) -> None:
        """Put a command's refusal beside the fields it names, own ones too."""
        if not self.own.refuse(error):
            super().refuse(error)

    @property
    def problems(self) -> list[tuple[str | None, str]]:
        """Return (field id, sentence) of everything to mend."""
        return [*super().problems, *self.own.problems]

    @property
    def opened(self) -> Collection[str]:
        """Return the names of fields that hold something or need mending, for what opens itself."""
        return {
            name
            for name, field in self._fields.items()
            if field.errors or field.data not in (None, "", [])
        }


class SubmitForm(RequirementForm):
    """The same for a new one: for whom it is, its files, and the draft it was kept in."""

    requester = StringField(_("For somebody else"))
    files = MultipleFileField(_("Files"))
    draft = HiddenField()


class PasteForm(Form):
    """A chat or a mail."""

    thread = TextAreaField(
        _("The chat or mail"), [InputRequired(message=_("Paste the chat or mail first."))]
    )


class EditForm(RequirementForm):
    """The same for one that exists, with what it costs each team."""

    efforts = FieldList(FormField(EffortRow), max_entries=12)

    @property
    def effort_rows(self) -> list[Any]:
        """Return the rows of the effort table."""
        return [entry.form for entry in self.efforts.entries]

    def values(self) -> dict[str, Any]:
        """Return what was typed; an unreadable effort stays text, which the checks refuse."""
        found = super().values()
        efforts: dict[int, Any] = {}
        for row in self.effort_rows:
            typed = (row.weeks.data or "").strip()
            if row.team.data or typed:
                efforts[row.team.data or 0] = _weeks(typed)
        return found | {"efforts": efforts}


def _weeks(typed: str) -> float | str:
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        return typed


def effort_entries(requirement: Requirement) -> list[dict[str, Any]]:
    """Return the rows the effort table begins with: what is known and two empty ones."""
    rows: list[dict[str, Any]] = [
        {"team": row.team_id, "weeks": f"{row.weeks:g}"} for row in requirement.efforts
    ]
    return rows + [{"team": 0, "weeks": ""}] * 2


class CommentForm(Form):
    """Something to say."""

    body = TextAreaField(_("Add to the discussion"), [InputRequired(_("Write something first."))])


class MoveForm(Form):
    """One step in triage or in the backlog, with its why."""

    move = RadioField(
        _("What to do"),
        [InputRequired(message=_("Choose what to do with it."))],
        choices=choices(
            [
                ("accept", _("Accept")),
                ("merge", _("Merge")),
                ("snooze", _("Snooze")),
                ("ask", _("Ask")),
                ("decline", _("Decline")),
            ]
        ),
    )
    target = StringField(_("Merge into"))
    until = DayField(_("Until"), [Optional()])
    awaited = StringField(_("Or until this happens"), [Optional()])
    next_word_on = DayField(_("Next word by"), [Optional()])
    reason = TextAreaField(_("Why"))


class AdvanceForm(Form):
    """A step of work on an accepted requirement, or back into triage."""

    state = SelectField(_("New state"), [InputRequired()])
    reason = TextAreaField(_("Why"))
    next_word_on = DayField(_("Next word by"), [Optional()])

    def offer(self, states: Sequence[RequirementState]) -> None:
        """Set the states one may choose."""
        self.state.choices = choices((state.value, _(STATES[state])) for state in states)


class BlockerForm(Form):
    """What must come first."""

    blocker = StringField(_("Waits for"), [InputRequired(message=_("Write a key such as REQ-12."))])
