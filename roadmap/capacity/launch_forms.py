"""Forms of what a launch brings: hours, route, handling time, sweeps, limits."""

from typing import Any

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from roadmap.capacity.forms import (
    Number,
    Numbers,
    Season,
    grade_field,
    minor,
    optional_number,
    percent,
    whole_of,
)
from roadmap.capacity.forms import part as share_of
from roadmap.capacity.lanes import AUTOMATED_RATES, HUMAN_RATES, StepSpec
from roadmap.capacity.limits import LimitSpec, SweepSpec
from roadmap.capacity.models import LaunchLimit, RouteStep, Sweep
from roadmap.errors import Conflict, Invalid
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, Grade, MechanismKind
from roadmap.taxonomy.queries import Options
from roadmap.web.forms import Form, choices
from roadmap.web.i18n import _
from roadmap.web.text import whole_number

_AMOUNTS = frozenset({"handling_seconds", "escalation_seconds", "passes_per_item"})


class HoursForm(Form):
    """When the items of a forecast arrive."""

    profile = Numbers(_("Hours"), [Optional(), Length(max=10_000)])
    zone = StringField(_("Time zone of these hours"), [Optional(), Length(max=64)])
    season = Season(_("Season"), [Optional(), Length(max=2_000)])


class StepForm(Form):
    """One step of a route; what is left empty is borrowed."""

    class Meta:
        csrf = False

    mechanism = SelectField(_("Mechanism"), [Optional()])
    receives = optional_number(_("Share of the lane that reaches it, in %"))
    recall = optional_number(_("Violating items actioned, in %"))
    precision = optional_number(_("Rejections that violate, in %"))
    pass_share = optional_number(_("Items passed for good, in %"))
    miss_rate = optional_number(_("Of those, violating, in %"))
    false_rate = optional_number(_("Harmless items actioned, in %"))
    handling_seconds = optional_number(_("Handling time, in seconds"))
    passes_per_item = optional_number(_("Times an item is taken up"))
    escalation_rate = optional_number(_("Escalated, in %"))
    escalation_seconds = optional_number(_("Seconds of an escalation"))
    resubmission_rate = optional_number(_("Actioned items that come back, in %"))
    qa_share = optional_number(_("Decisions sampled by QA, in %"))
    grade = grade_field(_("How well are the rates known"))

    def rates(self, kind: MechanismKind | None) -> dict[str, float | None]:
        """Return the rates typed; of a kind nobody chose, all that could be."""
        names = dict.fromkeys((*AUTOMATED_RATES, *HUMAN_RATES))
        if kind is not None:
            names = dict.fromkeys(AUTOMATED_RATES if kind in AUTOMATED_KINDS else HUMAN_RATES)
        found: dict[str, float | None] = {}
        for name in names:
            value = self._fields[name].data
            found[name] = value if name in _AMOUNTS else share_of(value)
        return found


class RouteForm(Form):
    """The steps of a route, each a form of its own."""

    steps: list[StepForm]

    def open(
        self, rows: list[dict[str, Any]], count: int, offered: list[tuple[str, str]]
    ) -> "RouteForm":
        """Make a form for each step stored and some to add, and return the form."""
        self.steps = []
        for place in range(count):
            data = rows[place] if place < len(rows) else None
            step = StepForm(prefix=f"step{place}-", data=data)
            step.mechanism.choices = choices([("", _("No step")), *offered])
            self.steps.append(step)
        return self

    def validate_steps(self) -> bool:
        """Tell whether the form and every step of it hold values."""
        good = bool(self.validate())
        for step in self.steps:
            good = step.validate() and good
        return good

    def specs(self, kinds: dict[int, MechanismKind]) -> list[StepSpec]:
        """Return the steps with a mechanism, in order; a gap closes."""
        found = []
        for step in self.steps:
            number = whole_number(step.mechanism.data)
            if number is not None:
                rates = step.rates(kinds.get(number))
                grade = Grade(step.grade.data)
                found.append(StepSpec(mechanism_id=number, rates=rates, grade=grade))
        return found

    def refuse(self, error: Invalid | Conflict) -> None:
        """Put a command's refusal beside the field of the step it names."""
        chosen = [step for step in self.steps if step.mechanism.data]
        for name, message in error.fields.items():
            head, _dash, field = name.partition("-")
            place = whole_number(head.removeprefix("step"))
            if place is not None and place < len(chosen) and field in chosen[place]._fields:
                one = chosen[place]._fields[field]
                one.errors = [*one.errors, message]
                return
        super().refuse(error)

    @property
    def problems(self) -> list[tuple[str | None, str]]:
        """Return everything to mend, of all steps."""
        found = super().problems
        for step in self.steps:
            found += step.problems
        return found


def step_data(row: RouteStep | StepSpec) -> dict[str, Any]:
    """Return what a form shows of a step."""
    rates = {
        name: value if name in _AMOUNTS else percent(value) for name, value in row.rates.items()
    }
    return {"mechanism": str(row.mechanism_id), **rates, "grade": row.grade.value}


def _queue_menu() -> SelectField:
    return SelectField(_("Queue"), [InputRequired(_("Choose the queue that people work."))])


class HandlingForm(Form):
    """How long an item takes on a queue once the launch is live."""

    mechanism_id = _queue_menu()
    handling_seconds = Number(
        _("Handling time then, in seconds"),
        [InputRequired(_("Say how many seconds an item takes then."))],
    )
    grade = grade_field(_("How well is it known"))


class SweepForm(Form):
    """Existing listings judged again."""

    mechanism_id = _queue_menu()
    listings = Number(
        _("Listings read again"), [InputRequired(_("Say how many listings are read again."))]
    )
    flagged = Number(
        _("Of them, for people, in %"), [InputRequired(_("Say which share of them needs people."))]
    )
    days = Number(_("Over how many days"), [InputRequired(_("Say over how many days."))])
    from_phase = IntegerField(_("From phase"), [InputRequired(), NumberRange(1, 50)], default=1)
    language = SelectField(_("Language"), [Optional()])
    grade = grade_field(_("How well is it known"))

    def offer(self, queues: list[tuple[str, str]], words: Options) -> None:
        """Fill in what can be chosen."""
        self.mechanism_id.choices = choices([("", _("Choose one")), *queues])
        self.language.choices = choices(words.choices("language", empty=_("any")))

    def spec(self, row_id: int | None) -> SweepSpec:
        """Return the sweep as typed."""
        days: Any = whole_of(self.days.data)
        return SweepSpec(
            id=row_id,
            mechanism_id=whole_number(self.mechanism_id.data),
            listings=self.listings.data,
            flagged=share_of(self.flagged.data),
            days=days,
            from_phase=self.from_phase.data or 0,
            language=self.language.data or None,
            grade=Grade(self.grade.data),
        )


def sweep_data(row: Sweep) -> dict[str, Any]:
    """Return what a form shows of a sweep."""
    return {
        "mechanism_id": str(row.mechanism_id),
        "listings": row.listings,
        "flagged": percent(row.flagged),
        "days": row.days,
        "from_phase": row.from_phase,
        "language": row.language_code or "",
        "grade": row.grade.value,
    }


class LimitForm(Form):
    """What a launch may cost, and how much harm to sellers is accepted."""

    budget = optional_number(_("Budget"))
    currency = StringField(_("Currency"), [Optional(), Length(max=3)])
    budget_days = optional_number(_("For so many days at full traffic"))
    active_sellers = optional_number(_("Active sellers"))
    wrongful_per_thousand = optional_number(
        _("Wrongful actions a week that are accepted, per 1,000 active sellers")
    )

    def spec(self) -> LimitSpec:
        """Return the limits as typed."""
        days: Any = whole_of(self.budget_days.data)
        sellers: Any = whole_of(self.active_sellers.data)
        return LimitSpec(
            budget=minor(self.budget.data),
            currency=self.currency.data,
            budget_days=30 if days is None else days,
            active_sellers=sellers,
            wrongful_per_thousand=self.wrongful_per_thousand.data,
        )


def limit_data(row: LaunchLimit | None) -> dict[str, Any]:
    """Return what a form shows of a launch's limits."""
    if row is None:
        return {}
    return {
        "budget": None if row.budget is None else row.budget / 100,
        "currency": row.currency or "",
        "budget_days": row.budget_days,
        "active_sellers": row.active_sellers,
        "wrongful_per_thousand": row.wrongful_per_thousand,
    }
