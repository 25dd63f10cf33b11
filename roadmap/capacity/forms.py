"""Forms of staffing, rosters, loads and rates; shares are typed in per cent."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    FloatField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from roadmap.capacity.models import QueueShift
from roadmap.capacity.plans import APPEAL_FIELDS, PLAN_DEFAULTS, STEP_RATES
from roadmap.capacity.reading import read_number, read_numbers, read_season, read_time
from roadmap.capacity.shifts import ShiftSpec
from roadmap.launches.wording import GRADES
from roadmap.mechanisms.kinds import Grade, MechanismKind
from roadmap.taxonomy.forms import day_field, given
from roadmap.taxonomy.queries import Options
from roadmap.web.forms import Form, Ticks, choices
from roadmap.web.i18n import _

LONGEST_PASTE = 500_000
DAY_NAMES = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


class Number(FloatField):
    """A finite number, typed as people type them; anything else is refused in plain words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if text:
            self.data = read_number(text)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:.10g}"


class Numbers(TextAreaField):
    """Many numbers in one paste, kept as typed; `numbers` are what they say."""

    numbers: Sequence[float] = ()

    def post_validate(self, _form: Any, validation_stopped: bool) -> None:
        if validation_stopped:
            return
        try:
            self.numbers = read_numbers(self.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Season(TextAreaField):
    """Factors by week of the year, one line each."""

    factors: Mapping[int, float] = {}

    def post_validate(self, _form: Any, validation_stopped: bool) -> None:
        if validation_stopped:
            return
        try:
            self.factors = read_season(self.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Time(StringField):
    """A time of day in minutes from midnight."""

    minutes = 0

    def post_validate(self, _form: Any, validation_stopped: bool) -> None:
        if validation_stopped:
            return
        try:
            self.minutes = read_time(self.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None


def optional_number(label: str) -> Number:
    """Return a field for a number that may stay empty."""
    return Number(label, [Optional()])


def grade_field(label: str) -> SelectField:
    """Return a menu of how well something is known."""
    names = [(grade.value, _(GRADES[grade])) for grade in Grade]
    return SelectField(label, choices=choices(names), default=Grade.ESTIMATED.value)


def percent(value: float | None) -> float | None:
    """Return a share as the per cent a form shows."""
    return None if value is None else round(value * 100, 10)


def part(value: float | None) -> float | None:
    """Return the share of typed per cent."""
    return None if value is None else round(value / 100, 12)


def minor(value: float | None) -> int | None:
    """Return an amount of money in hundredths."""
    return None if value is None else round(value * 100)


_SHARES = frozenset(
    {
        "occupancy",
        "in_shift_shrinkage",
        "shrinkage",
        "attrition",
        "sla_share",
        "review_share",
        "appeal_true",
        "appeal_false",
    }
)
_MONEY = frozenset({"hourly_rate", "item_price"})


class PlanForm(Form):
    """How people work a queue; what is left empty takes its default."""

    handling_seconds = optional_number(_("Handling time of an item, in seconds"))
    handling_grade = grade_field(_("How well is the handling time known"))
    sla_hours = optional_number(_("Decided within, in hours"))
    sla_share = optional_number(_("Share of items decided in time, in %"))
    review_share = optional_number(_("Share of a launch's items that reaches it, in %"))
    review_grade = grade_field(_("How well is that share known"))
    zone = StringField(_("Time zone of its days and shifts"), [Optional(), Length(max=64)])
    occupancy = optional_number(_("Highest occupancy, in %"))
    in_shift_shrinkage = optional_number(_("Away from the queue during a shift, in %"))
    shrinkage = optional_number(_("Paid time not available in all, in %"))
    attrition = optional_number(_("Heads that leave a week, in %"))
    contract_hours = optional_number(_("Contract hours a week"))
    patience_hours = optional_number(_("Hours after which an item expires unreviewed"))
    appeal_true = optional_number(_("Right actions that are appealed, in %"))
    appeal_false = optional_number(_("Wrong actions that are appealed, in %"))
    appeal_days = optional_number(_("Days over which appeals arrive"))
    hourly_rate = optional_number(_("Loaded price of a paid hour"))
    item_price = optional_number(_("Or a vendor's price of an item"))
    currency = StringField(_("Currency"), [Optional(), Length(max=3)])
    shown = HiddenField()

    def fit(self, kind: MechanismKind) -> "PlanForm":
        """Take away what the kind does not have and return the form."""
        if kind is not MechanismKind.APPEALS_QUEUE:
            for name in APPEAL_FIELDS:
                del self[name]
        return self

    @property
    def values(self) -> dict[str, Any]:
        """Return the values as the command takes them; None takes the default."""
        found: dict[str, Any] = {}
        for name in PLAN_DEFAULTS:
            if name not in self._fields:
                continue
            value = self._fields[name].data
            if name in _SHARES:
                value = part(value)
            elif name in _MONEY:
                value = minor(value)
            elif name == "appeal_days" and value is not None and value == int(value):
                value = int(value)
            found[name] = value
        return found


def plan_data(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form shows of a plan: defaults stay empty, they are told beside the field."""
    data: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Grade):
            data[name] = value.value
        elif value is not None and value != PLAN_DEFAULTS[name]:
            scale = name in _SHARES or name in _MONEY
            data[name] = percent(value) if name in _SHARES else value / 100 if scale else value
    return data


def default_words(name: str) -> str | None:
    """Return what an empty field of a plan means, as its placeholder says it."""
    value = PLAN_DEFAULTS.get(name)
    if value is None or isinstance(value, Grade):
        return None
    shown = f"{percent(value):g}" if name in _SHARES else str(value)
    return _("default: %(value)s", value=shown.removesuffix(".0"))


class StepForm(Form):
    """What an automated step does with what reaches it, and what an outage means."""

    recall = optional_number(_("Recall: violating items rejected, in %"))
    precision = optional_number(_("Precision: rejections that violate, in %"))
    pass_share = optional_number(_("Items passed for good, in %"))
    miss_rate = optional_number(_("Of those, violating, in %"))
    qa_share = optional_number(_("Automatic decisions sampled by QA, in %"))
    grade = grade_field(_("How well are the rates known"))
    outage_hours = optional_number(_("How many hours it may be off at peak"))
    clear_hours = optional_number(_("Hours within which its queue is clear again"))
    hold_minutes = optional_number(_("Minutes an item may wait for the quota"))
    shown = HiddenField()

    @property
    def values(self) -> dict[str, Any]:
        """Return the values as the command takes them."""
        rates = {name: part(self._fields[name].data) for name in STEP_RATES}
        whole = ("outage_hours", "clear_hours", "hold_minutes")
        return {
            "rates": rates,
            "grade": self.grade.data,
            **{name: _whole(self._fields[name].data) for name in whole},
        }


def _whole(value: float | None) -> float | int | None:
    """Return 4.0 as 4; what has a fraction goes on as it is and is refused by the command."""
    return int(value) if value is not None and value == int(value) else value


whole_of = _whole


def step_data(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form shows of a step's plan."""
    rates = {name: percent(value) for name, value in values["rates"].items()}
    rest = {name: value for name, value in values.items() if name != "rates"}
    return {**rates, **rest, "grade": values["grade"].value}


class ShiftForm(Form):
    """Heads that work the same hours on some days."""

    site_id = SelectField(_("Site"), [Optional()])
    starts = Time(_("From"), [InputRequired(_("Give the time it starts, such as 06:00."))])
    ends = Time(_("To"), [InputRequired(_("Give the time it ends, such as 14:00."))])
    weekdays = Ticks(_("Days"), coerce=int)
    rostered = Number(
        _("Heads rostered"), [InputRequired(_("Say how many heads are rostered; 0 is a number."))]
    )
    present = optional_number(_("Heads on duty, where they are counted"))
    first_day = day_field(_("First day"), InputRequired(_("Give its first day.")))
    last_day = day_field(_("Last day"), InputRequired(_("Give its last day.")))
    ramp = optional_number(_("Pace of new people, in %"))
    languages = Ticks(_("Languages they review"))
    from_day = day_field(_("The change holds from"), Optional())

    def fit(self, places: Sequence[tuple[str, str]], offered: Options) -> "ShiftForm":
        """Fill the menus and return the form."""
        self.site_id.choices = choices([("", _("No site")), *places])
        self.weekdays.choices = choices(list(enumerate(DAY_NAMES)))
        self.languages.choices = choices(offered.choices("language"))
        return self

    @property
    def spec(self) -> ShiftSpec:
        """Return the shift as typed."""
        ramp = part(self.ramp.data)
        return ShiftSpec(
            first_day=given(self.first_day.data),
            last_day=given(self.last_day.data),
            starts=self.starts.minutes,
            ends=self.ends.minutes,
            rostered=given(self.rostered.data),
            present=self.present.data,
            ramp=1.0 if ramp is None else ramp,
            weekdays=self.weekdays.data or (),
            languages=self.languages.data or (),
            site_id=int(self.site_id.data) if self.site_id.data else None,
        )


def clock_text(minutes: int) -> str:
    """Return ``06:30`` for minutes from midnight."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def shift_data(row: QueueShift) -> dict[str, Any]:
    """Return what a form shows of a shift."""
    return {
        "site_id": "" if row.site_id is None else str(row.site_id),
        "starts": clock_text(row.starts),
        "ends": clock_text(row.ends),
        "weekdays": list(row.weekdays),
        "rostered": row.rostered,
        "present": row.present,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "ramp": None if row.ramp == 1 else percent(row.ramp),
        "languages": list(row.languages),
    }


class WeekForm(Form):
    """A week of the roster."""

    week = day_field(_("Week"), InputRequired(_("Name the week.")))


class EndForm(Form):
    """The last day of a shift."""

    last_day = day_field(_("Last day"), InputRequired(_("Give its last day.")))


class PasteForm(Form):
    """A block of rows from a spreadsheet."""

    rows = TextAreaField(
        _("Rows"), [InputRequired(_("Paste the rows.")), Length(max=LONGEST_PASTE)]
    )
    first_day = day_field(_("First day"), Optional())
    last_day = day_field(_("Last day"), Optional())
    replace = BooleanField(_("These shifts replace what is rostered on their days"))
    until = day_field(_("Measured until"), Optional())


class LoadForm(Form):
    """What arrives at a queue without any launch."""

    language = SelectField(_("Language"), [Optional()])
    weekly = Number(
        _("Items a week"), [InputRequired(_("Say how many items come in a week; 0 is a number."))]
    )
    measured_until = day_field(
        _("Measured until"), InputRequired(_("Say until which day it was measured."))
    )
    grade = grade_field(_("How well is it known"))
    handling_seconds = optional_number(_("Handling time, where it differs, in seconds"))
    profile = Numbers(_("Hours"), [Optional(), Length(max=10_000)])
    season = Season(_("Season"), [Optional(), Length(max=2_000)])

    def fit(self, offered: Options, only: str | None = None) -> "LoadForm":
        """Fill the menu, with one language only where a stored load is changed."""
        keep = [only] if only else []
        words = offered.choices("language", empty=_("All languages"), keep=keep)
        self.language.choices = choices([one for one in words if only in (None, one[0])])
        return self


class CountForm(Form):
    """What waits in a queue."""

    items = Number(
        _("Items waiting"), [InputRequired(_("Say how many items wait; 0 is a number."))]
    )
    day = day_field(_("Counted on"), InputRequired(_("Give the day it was counted.")))
    at = Time(_("At"), [InputRequired(_("Give the time it was counted, such as 06:00."))])


class HolidayForm(Form):
    """A day on which nobody works at a site."""

    day = day_field(_("Day"), InputRequired(_("Give the day.")))
    name = StringField(_("Name"), [Optional(), Length(max=120)])


class CampaignForm(Form):
    """How a campaign changes what arrives."""

    multiplier = optional_number(_("Times as many items as usual"))
    profile = Numbers(_("Hours of its days"), [Optional(), Length(max=10_000)])


def profile_text(profile: Sequence[float]) -> str:
    """Return a profile as a form shows it: the days of a week in lines of 24 numbers."""
    cells = [f"{value:.10g}" for value in profile]
    return "\n".join("\t".join(cells[at : at + 24]) for at in range(0, len(cells), 24))


def season_text(season: Mapping[str, float]) -> str:
    """Return a season as a form shows it, a line for each week."""
    weeks = sorted(season.items(), key=lambda item: int(item[0]))
    return "\n".join(f"{week}: {factor:.10g}" for week, factor in weeks)
