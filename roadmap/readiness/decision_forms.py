"""Forms of decisions and of what is watched after them."""

import math
from collections.abc import Collection
from datetime import UTC, datetime

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from roadmap.errors import Invalid
from roadmap.launches.forms import with_nobody
from roadmap.readiness.decision_rules import AnswerKind, DecisionKind
from roadmap.readiness.decisions import Condition, Deciding
from roadmap.readiness.hypercare import GuardSpec
from roadmap.web.forms import Form, NumberField, choices, maybe_id
from roadmap.web.i18n import _
from roadmap.wording import N_

KINDS = {
    DecisionKind.GO: N_("Go"),
    DecisionKind.CONDITIONAL: N_("Go with conditions"),
    DecisionKind.NO_GO: N_("No go"),
    DecisionKind.EMERGENCY_GO: N_("Emergency go"),
}
# Rows a form offers; more come by recording again what the meeting adds.
DECIDERS, DISSENT, CONDITIONS = 4, 3, 5
_MOST = 4000


def _given(value: float | None) -> float:
    """Return a number that the field's validators have required."""
    return math.nan if value is None else value


class DeciderRow(Form):
    """One who decides."""

    class Meta:
        csrf = False

    person = SelectField(_("Who"), coerce=maybe_id)


class DissentRow(Form):
    """One who disagrees, and why."""

    class Meta:
        csrf = False

    person = SelectField(_("Who"), coerce=maybe_id)
    words = StringField(_("In their words"), [Length(max=_MOST)])


class ConditionRow(Form):
    """What must still be done, by whom and by when."""

    class Meta:
        csrf = False

    text = StringField(_("What"), [Length(max=_MOST)])
    owner = SelectField(_("Who"), coerce=maybe_id)
    due = DateField(_("By"), [Optional()])


class DecisionForm(Form):
    """What the meeting decided."""

    kind = RadioField(_("Decision"), coerce=DecisionKind)
    statement = TextAreaField(
        _("What was decided, and why"), [InputRequired(_("Say why.")), Length(max=_MOST)]
    )
    deciders = FieldList(FormField(DeciderRow), min_entries=DECIDERS, max_entries=DECIDERS)
    dissent = FieldList(FormField(DissentRow), min_entries=DISSENT, max_entries=DISSENT)
    conditions = FieldList(FormField(ConditionRow), min_entries=CONDITIONS, max_entries=CONDITIONS)
    expires_on = DateField(_("Holds until"), [Optional()])
    review_on = DateField(_("Reviewed on"), [Optional()])

    def offer(self, people: list[tuple[int, str]]) -> None:
        """Fill in what can be chosen."""
        self.kind.choices = choices([(kind.value, _(name)) for kind, name in KINDS.items()])
        for rows, name in (
            (self.deciders, "person"),
            (self.dissent, "person"),
            (self.conditions, "owner"),
        ):
            for entry in rows.entries:
                entry.form[name].choices = with_nobody(people)

    def offer_kinds(self, kinds: Collection[DecisionKind]) -> None:
        """Show only the decisions the verdict allows."""
        self.kind.choices = choices([(k.value, _(n)) for k, n in KINDS.items() if k in kinds])

    def deciding(self) -> Deciding:
        """Return the decision as the command takes it; raises Invalid for a half-filled row."""
        kind = self.kind.data
        emergency = kind is DecisionKind.EMERGENCY_GO
        dissent = [(r.form.person.data, r.form.words.data or "") for r in self.dissent.entries]
        if any((person is None) != (not words) for person, words in dissent):
            raise Invalid.at("dissent", _("Give who dissents and their words, or neither."))
        return Deciding(
            kind=kind,
            statement=self.statement.data or "",
            deciders=tuple(
                dict.fromkeys(
                    r.form.person.data for r in self.deciders.entries if r.form.person.data
                )
            ),
            dissent=tuple((person, words) for person, words in dissent if person is not None),
            conditions=tuple(self._conditions()),
            expires_on=self.expires_on.data if emergency else None,
            review_on=self.review_on.data if emergency else None,
        )

    def _conditions(self) -> list[Condition]:
        found: list[Condition] = []
        for entry in self.conditions.entries:
            row = entry.form
            given = (bool(row.text.data), row.owner.data is not None, row.due.data is not None)
            if not any(given):
                continue
            if not all(given) or row.due.data is None:
                raise Invalid.at(
                    "conditions", _("Give each condition its words, its owner and its day.")
                )
            found.append(
                Condition(text=row.text.data or "", owner_id=row.owner.data, due_on=row.due.data)
            )
        return found


class NamedForm(Form):
    """What somebody named in a decision says to it."""

    answer = RadioField(
        _("What you say to it"),
        coerce=AnswerKind,
        choices=choices(
            [
                (AnswerKind.CONFIRMED.value, _("I confirm it")),
                (AnswerKind.CONTESTED.value, _("I contest it")),
            ]
        ),
    )
    note = TextAreaField(_("In your words; a contest needs them"), [Length(max=_MOST)])


class GuardForm(Form):
    """A metric to watch."""

    name = StringField(_("Metric"), [InputRequired(_("Name the metric.")), Length(max=160)])
    limit = NumberField(_("Limit"), [InputRequired(_("Give the limit as a number."))])
    unit = StringField(_("Unit"), [Length(max=40)])
    floor = BooleanField(_("Must stay above the limit, not below it"))
    max_age_hours = NumberField(
        _("A reading is fresh for, in hours"),
        [InputRequired(_("Give the hours."))],
        default=24.0,
    )
    owner_id = SelectField(_("Who reads it"), coerce=maybe_id)

    def spec(self) -> GuardSpec:
        """Return the guard as the command takes it."""
        return GuardSpec(
            name=self.name.data or "",
            limit=_given(self.limit.data),
            unit=self.unit.data or "",
            floor=self.floor.data,
            max_age_hours=_given(self.max_age_hours.data),
            owner_id=self.owner_id.data,
        )


class ReadingForm(Form):
    """A reading of a metric, in UTC."""

    value = NumberField(_("Reading"), [InputRequired(_("Give the reading as a number."))])
    observed_at = DateTimeLocalField(
        _("Observed at, in UTC"),
        [InputRequired(_("Give day and time."))],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    note = StringField(_("Note"), [Length(max=300)])

    def reading(self) -> tuple[float, datetime]:
        """Return (value, moment) of a valid form."""
        if self.value.data is None or self.observed_at.data is None:
            raise Invalid.at("value", _("Give the reading as a number."))
        return self.value.data, self.observed_at.data.replace(tzinfo=UTC)


class WatchForm(Form):
    """Who watches a phase and how long."""

    owner_id = SelectField(_("Who watches"), coerce=maybe_id)
    days = IntegerField(
        _("Days after it goes live"),
        [InputRequired(_("Give the days.")), NumberRange(1, 180)],
        default=14,
    )
    until = DateField(_("Last watched day"), [Optional()])
    reason = TextAreaField(_("Why it ends earlier"), [Length(max=2000)])
