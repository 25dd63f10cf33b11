"""Forms of launches: the six fields, and one for each part that is edited apart."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.launches.rules import TierQuestions
from roadmap.launches.wording import (
    GRADES,
    METRICS,
    PRECISIONS,
    QUESTIONS,
    ROLES,
    STAGES,
    TYPES,
)
from roadmap.mechanisms.kinds import TARGET_DIRECTION, Grade, LinkRole, Metric, Stage
from roadmap.requirements.rules import DatePrecision
from roadmap.taxonomy.queries import Options
from roadmap.taxonomy.scope import DIMENSIONS, ScopePattern
from roadmap.web.forms import Form, NumberField, Ticks, choices, maybe_id
from roadmap.web.i18n import _

_MOST = 10_000


def _person(label: str) -> SelectField:
    return SelectField(label, coerce=maybe_id)


def with_nobody(pairs: list[tuple[int, str]]) -> list[Any]:
    """Return people or teams as choices, with nobody first."""
    return choices([("", _("nobody")), *[(str(number), name) for number, name in pairs]])


class TierFields(Form):
    """The six yes/no questions."""

    new_market = BooleanField(_(QUESTIONS["new_market"]))
    new_surface = BooleanField(_(QUESTIONS["new_surface"]))
    automatic_action = BooleanField(_(QUESTIONS["automatic_action"]))
    new_policy = BooleanField(_(QUESTIONS["new_policy"]))
    minors_or_safety = BooleanField(_(QUESTIONS["minors_or_safety"]))
    load_over_5_percent = BooleanField(_(QUESTIONS["load_over_5_percent"]))

    def questions(self) -> TierQuestions:
        """Return the six answers."""
        return TierQuestions(**{name: bool(self[name].data) for name in QUESTIONS})


class NewLaunchForm(TierFields):
    """The six fields of the smallest launch; the rest is borrowed unless given."""

    title = StringField(_("Title"), [InputRequired(_("Give the launch a title.")), Length(max=300)])
    type = SelectField(_("What goes live"), coerce=LaunchType)
    owner_id = _person(_("Owner"))
    markets = Ticks(_("Markets"), [DataRequired(_("Choose at least one market."))])
    surfaces = Ticks(_("Surfaces"), [DataRequired(_("Choose at least one surface."))])
    starts_on = DateField(_("Date"), [Optional()])
    precision = SelectField(_("How exact is the date"), coerce=DatePrecision)
    weekly_volume = NumberField(_("Items a week"), [Optional()], counts=True)
    languages = Ticks(_("Languages"))
    policy_areas = Ticks(_("Policy areas"))
    summary = TextAreaField(_("Summary"), [Length(max=_MOST)])
    team_id = SelectField(_("Team"), coerce=maybe_id)
    confidential = BooleanField(_("Confidential: only its owner and named readers may see it"))

    def offer(
        self, words: Options, people: list[tuple[int, str]], teams: list[tuple[int, str]]
    ) -> None:
        """Fill in what can be chosen."""
        self.type.choices = choices([(kind.value, _(TYPES[kind])) for kind in LaunchType])
        self.precision.choices = choices([(p.value, _(PRECISIONS[p])) for p in DatePrecision])
        self.owner_id.choices = with_nobody(people)
        self.team_id.choices = with_nobody(teams)
        for name, kind in (
            ("markets", "market"),
            ("surfaces", "surface"),
            ("languages", "language"),
            ("policy_areas", "policy_area"),
        ):
            self[name].choices = choices(words.choices(kind))


class EditLaunchForm(Form):
    """What a launch is called, what it is, whose it is; `shown` is what the form began with."""

    shown = HiddenField()
    title = StringField(_("Title"), [InputRequired(_("Give the launch a title.")), Length(max=300)])
    summary = TextAreaField(_("Summary"), [Length(max=_MOST)])
    type = SelectField(_("What goes live"), coerce=LaunchType)
    owner_id = _person(_("Owner"))
    team_id = SelectField(_("Team"), coerce=maybe_id)
    confidential = BooleanField(_("Confidential: only its owner and named readers may see it"))

    def offer(self, people: list[tuple[int, str]], teams: list[tuple[int, str]]) -> None:
        """Fill in what can be chosen."""
        self.type.choices = choices([(kind.value, _(TYPES[kind])) for kind in LaunchType])
        self.owner_id.choices = with_nobody(people)
        self.team_id.choices = with_nobody(teams)


class ReadersForm(Form):
    """Who else may see a confidential launch."""

    person_ids = Ticks(_("People"), coerce=int)
    team_ids = Ticks(_("Teams"), coerce=int)


class MoveForm(Form):
    """A move of the launch, with its reason."""

    target = SelectField(_("Move to"), coerce=LaunchState)
    reason = TextAreaField(_("Reason"), [Length(max=2000)])


class OrderForm(Form):
    """A place in the order of commitment."""

    place = IntegerField(_("Place in the order"), [InputRequired(_("Give a place, 1 is first."))])
    reason = TextAreaField(_("Reason"), [InputRequired(_("Say why the order changes."))])


class PhaseMoveForm(Form):
    """A move of one phase."""

    target = SelectField(
        _("Move to"), coerce=PhaseState, choices=choices([(s.value, s.value) for s in PhaseState])
    )
    reason = TextAreaField(_("Reason"), [Length(max=2000)])


class ScopeForm(Form):
    """Cells as lists to choose from, or as lines of text; the text counts if it is filled in."""

    markets = Ticks(_("Markets"))
    languages = Ticks(_("Languages"))
    surfaces = Ticks(_("Surfaces"))
    policy_areas = Ticks(_("Policy areas"))
    cells = TextAreaField(_("Or one cell a line"), [Length(max=400_000)])

    def offer(self, words: Options) -> None:
        """Fill in what can be chosen."""
        for name, kind in (
            ("markets", "market"),
            ("languages", "language"),
            ("surfaces", "surface"),
            ("policy_areas", "policy_area"),
        ):
            self[name].choices = choices(words.choices(kind))


class PatternFields(Form):
    """Where something applies; an empty part means anywhere."""

    market = SelectField(_("Market"))
    language = SelectField(_("Language"))
    surface = SelectField(_("Surface"))
    policy_area = SelectField(_("Policy area"))

    def offer_words(self, words: Options) -> None:
        """Fill in the words, with "any" first; a word switched off stays if it was chosen."""
        for name in DIMENSIONS:
            keep = [code] if (code := self[name].data) else []
            self[name].choices = choices(words.choices(name, empty=_("any"), keep=keep))

    def pattern(self) -> ScopePattern:
        """Return the pattern chosen."""
        return ScopePattern(*(self[name].data or None for name in DIMENSIONS))


class ForecastForm(PatternFields):
    """Items a week over a pattern of cells."""

    likely = NumberField(
        _("Likely items a week"), [InputRequired(_("Give the likely number."))], counts=True
    )
    low = NumberField(_("Low"), [Optional()], counts=True)
    high = NumberField(_("High"), [Optional()], counts=True)
    prevalence = NumberField(_("Violating share in %"), [Optional()])
    grade = SelectField(_("How well is it known"), coerce=Grade)
    note = StringField(_("Where it comes from"), [Length(max=300)])

    def offer(self, words: Options) -> None:
        """Fill in what can be chosen."""
        self.offer_words(words)
        self.grade.choices = choices([(grade.value, _(GRADES[grade])) for grade in Grade])


class TrainingForm(PatternFields):
    """Certified people needed."""

    heads = IntegerField(_("People certified"), [InputRequired(_("Give the number of people."))])
    from_phase = IntegerField(_("From phase"), [InputRequired(), NumberRange(1, 50)], default=1)
    owner_id = _person(_("Owner"))

    def offer(self, words: Options, people: list[tuple[int, str]]) -> None:
        """Fill in what can be chosen."""
        self.offer_words(words)
        self.owner_id.choices = with_nobody(people)


class LinkForm(Form):
    """A mechanism the launch leans on."""

    mechanism = StringField(_("Mechanism"), [InputRequired(_("Give its key, as in MEC-7."))])
    role = SelectField(_("Needed to"), coerce=LinkRole)
    required_stage = SelectField(_("Stage it must have reached"), coerce=Stage)
    from_phase = IntegerField(_("From phase"), [InputRequired(), NumberRange(1, 50)], default=1)
    fallback = StringField(_("What stands in for it"), [Length(max=40)])
    auto_actions_per_week = NumberField(_("Automatic actions a week"), [Optional()], counts=True)

    def offer(self) -> None:
        """Fill in what can be chosen."""
        self.role.choices = choices([(role.value, _(ROLES[role])) for role in LinkRole])
        self.required_stage.choices = choices([(s.value, _(name)) for s, name in STAGES.items()])


class TargetForm(Form):
    """What a linked mechanism must be proven to reach."""

    metric = SelectField(_("Measure"), coerce=Metric)
    target = NumberField(_("Target in %"), [InputRequired(_("Give the target in per cent."))])
    dimensions = Ticks(_("Proven for each"))
    max_age_days = IntegerField(
        _("Greatest age in days"), [InputRequired(_("Give the greatest age."))], default=30
    )

    def offer(self) -> None:
        """Fill in what can be chosen."""
        self.metric.choices = choices([(m.value, _(METRICS[m])) for m in TARGET_DIRECTION])
        names = (_("market"), _("language"), _("surface"), _("policy area"))
        self.dimensions.choices = choices(zip(DIMENSIONS, names, strict=True))


class RequirementForm(Form):
    """A requirement the launch delivers."""

    requirement = StringField(_("Requirement"), [InputRequired(_("Give its key, as in REQ-12."))])
    must = BooleanField(_("Must be accepted before go"), default=True)


class DependencyForm(Form):
    """A launch that must be live first."""

    depends_on = StringField(_("Waits for"), [InputRequired(_("Give its key, as in LCH-4."))])
    phase_position = IntegerField(_("Its phase"), [Optional(), NumberRange(1, 50)])


class CopyForm(Form):
    """The title of a copy."""

    title = StringField(_("Title of the copy"), [Length(max=300)])


class PhasesForm(Form):
    """All phases as rows of repeated fields; rows without a name and a share are dropped."""

    reason = TextAreaField(_("Why the date moves"), [Length(max=2000)])
    # What is wrong is said here; the rows themselves are read by `phase_rows`.
    name = HiddenField()
    share = HiddenField()
    starts_on = HiddenField()
