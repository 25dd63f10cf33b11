"""Forms of the taxonomy's admin pages."""

from typing import TypeVar

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from roadmap.errors import Invalid
from roadmap.taxonomy.calendars import FIRST_YEAR, KINDS, LAST_YEAR
from roadmap.taxonomy.dsa import DSA_CATEGORIES
from roadmap.taxonomy.queries import WordKind
from roadmap.web.forms import Form, Ticks, choices
from roadmap.web.i18n import _

_DAY = _("Use a day that exists.")
Value = TypeVar("Value")


def given(value: Value | None) -> Value:
    """Return what a required field holds; a form that was not validated is refused."""
    if value is None:
        raise Invalid(_("Something needed is missing."))
    return value


def day_field(label: str, *validators: object) -> DateField:
    """Return a date field whose refusal is a plain sentence."""
    return _Day(label, list(validators))


class _Day(DateField):
    """A day; what is no day is refused in words a person understands."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_DAY) from None


class WordForm(Form):
    """One word; `fit` takes away what its kind does not have."""

    code = StringField(_("Code"), [InputRequired(_("Give its code.")), Length(max=40)])
    name = StringField(_("Name"), [Optional(), Length(max=120)])
    region_code = SelectField(_("Region"), [Optional()])
    dsa_category = SelectField(
        _("DSA category"),
        choices=choices([("", _("Choose one")), *((c, _(n)) for c, n in DSA_CATEGORIES.items())]),
    )
    active = BooleanField(_("Offered in forms"))
    shown = HiddenField()

    def fit(self, kind: WordKind, regions: list[tuple[str, str]], *, new: bool) -> "WordForm":
        """Take away the fields a kind does not have, and return the form."""
        if kind is WordKind.MARKET:
            self.region_code.choices = choices(regions)
        else:
            del self.region_code
        if kind is not WordKind.POLICY_AREA:
            del self.dsa_category
        if new or kind is WordKind.REGION:
            del self.active
        if not new:
            del self.code
        return self

    @property
    def values(self) -> dict[str, object]:
        """Return what was typed, without code and bookkeeping."""
        left = ("code", "shown", "csrf_token")
        return {f.name: f.data for f in self if f.name not in left}


class PolicyVersionForm(Form):
    """A new version of an area's guideline."""

    policy_area_code = SelectField(_("Policy area"), [InputRequired(_("Choose the area."))])
    version = StringField(_("Version"), [InputRequired(_("Name it.")), Length(max=40)])
    effective_on = day_field(_("In force from"), Optional())
    languages = Ticks(_("Published in"), [Optional()])
    owner = EmailField(_("Owner's e-mail address"), [Optional(), Length(max=254)])
    sweeps = BooleanField(_("Existing listings are reviewed again (a sweep)"))


class PolicyOwnerForm(Form):
    """Who answers for a version and whether it sweeps."""

    owner = EmailField(_("Owner's e-mail address"), [Optional(), Length(max=254)])
    sweeps = BooleanField(_("Existing listings are reviewed again (a sweep)"))
    shown = HiddenField()


class EffectiveForm(Form):
    """From when a version holds in a market."""

    market_code = SelectField(_("Market"), [Optional()])
    effective_on = day_field(_("In force from"), InputRequired(_("Give the day.")))


class PublishForm(Form):
    """In which language a guideline can be read from when."""

    language_code = SelectField(_("Language"), [InputRequired(_("Choose the language."))])
    published_on = day_field(_("Published on"), InputRequired(_("Give the day.")))


class CalendarForm(Form):
    """Days of a kind in a market or everywhere."""

    kind = SelectField(_("Kind"), choices=choices((c, _(n)) for c, n in KINDS.items()))
    name = StringField(_("Name"), [InputRequired(_("Name it.")), Length(max=120)])
    market_code = SelectField(_("Market"), [Optional()])
    starts_on = day_field(_("First day"), InputRequired(_("Give the first day.")))
    ends_on = day_field(_("Last day"), Optional())


class HolidaysForm(Form):
    """Which public holidays to bring in."""

    market_code = SelectField(_("Market"), [InputRequired(_("Choose the market."))])
    year = IntegerField(
        _("Year"),
        [
            InputRequired(_("Give the year.")),
            NumberRange(FIRST_YEAR, LAST_YEAR, _("Use a year from 2000 to 2100.")),
        ],
    )
