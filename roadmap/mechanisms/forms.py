"""Forms of mechanisms, their configurations, coverage, evidence, people and sites."""

from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from roadmap.mechanisms.cells import read_strata
from roadmap.mechanisms.facts import Stratum
from roadmap.mechanisms.fields import LARGEST, fields_of
from roadmap.mechanisms.kinds import Metric, Sampling
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import Choices
from roadmap.mechanisms.wording import FAIL_MODES, FRACTIONS, LABEL_SOURCES, METRICS, SAMPLINGS
from roadmap.taxonomy.forms import day_field
from roadmap.taxonomy.queries import Options
from roadmap.web.forms import Form, Ticks, choices
from roadmap.web.i18n import _
from roadmap.web.text import read_count, whole_number

MICROS = 1_000_000
_WHOLE = _("Use a whole number.")


class _Whole(IntegerField):
    """A whole number; anything else is refused in words a person understands."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = read_count(valuelist[0])
        except ValueError:
            raise ValueError(_WHOLE) from None


class _Number(DecimalField):
    """A finite decimal number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text.replace(",", ".") for text in valuelist])
        except ValueError:
            raise ValueError(_("Use a number, such as 0.5.")) from None
        if isinstance(self.data, Decimal) and not self.data.is_finite():
            self.data = None
            raise ValueError(_("Use a number, such as 0.5."))


def _count(label: str, least: int = 0) -> _Whole:
    words = _("Use a whole number from %(least)s to 2,147,483,647.", least=least)
    return _Whole(label, [Optional(), NumberRange(least, LARGEST, words)])


def _pick(label: str) -> SelectField:
    return SelectField(label, [Optional()])


def _modes(label: str) -> SelectField:
    pairs = [("", _("Not stated")), *((mode.value, _(text)) for mode, text in FAIL_MODES.items())]
    return SelectField(label, [Optional()], choices=choices(pairs))


class MechanismForm(Form):
    """A mechanism; `fit` takes away what its kind does not have."""

    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=200)])
    description = TextAreaField(_("What it does"), [Optional(), Length(max=20_000)])
    owner_id = _pick(_("Owner"))
    team_id = _pick(_("Team that may edit it"))
    vendor = StringField(_("Vendor"), [Optional(), Length(max=120)])
    site_id = _pick(_("Site"))
    receives_all = BooleanField(_("It receives every item of its cells before publication"))
    automated_only = BooleanField(_("No person decides here"))
    routes_to_id = _pick(_("Routes to"))
    rollout_ratio = _Number(
        _("Share of items it works on, in %"),
        [
            InputRequired(_("Give the share.")),
            # The validator fills the sentence in, so its sign is written twice.
            NumberRange(0, 100, _("Use a share from 0 to 100 %%.")),
        ],
        places=None,
    )
    max_daily_actions = _count(_("At most this many actions a day"))
    quota_per_minute = _count(_("Items a minute it can take"), 1)
    quota_exhausted = _modes(_("When that is used up"))
    fail_mode = _modes(_("When it fails"))
    unit_price_micros = _Number(
        _("Price an item"),
        [Optional(), NumberRange(0, 2000, _("Use a price from 0 to 2,000."))],
        places=None,
    )
    currency = StringField(_("Currency"), [Optional(), Length(max=3)])
    kill_switch_who = StringField(_("Who may switch it off"), [Optional(), Length(max=200)])
    kill_switch_minutes = _count(_("Minutes until it is off"))
    labels_per_week = _count(_("Labels a week its owner can produce"))
    shown = HiddenField()

    def fit(self, mechanism_kind: Any, offered: Choices) -> "MechanismForm":
        """Take away the fields the kind does not have, fill the selects, and return the form."""
        for name in list(self._fields):
            known = fields_of(mechanism_kind)
            if name not in known and name not in ("shown", "csrf_token"):
                del self[name]
        pairs = {
            "owner_id": (offered.owners, _("Nobody")),
            "team_id": (offered.teams, _("No team")),
            "site_id": (offered.sites, _("No site")),
            "routes_to_id": (offered.queues, _("Nowhere")),
        }
        for name, (found, nothing) in pairs.items():
            if name in self._fields:
                self._fields[name].choices = choices([("", nothing), *found])
        return self

    @property
    def values(self) -> dict[str, Any]:
        """Return the values as commands take them."""
        found: dict[str, Any] = {}
        for name, field in self._fields.items():
            if name in ("shown", "csrf_token"):
                continue
            value = field.data
            if name.endswith("_id"):
                value = whole_number(value)
            elif name == "rollout_ratio":
                value = float(value / 100)
            elif name == "unit_price_micros" and value is not None:
                value = int(value * MICROS)
            elif name in ("fail_mode", "quota_exhausted", "currency"):
                value = value or None
            found[name] = value
        return found


def mechanism_data(mechanism: Mechanism) -> dict[str, Any]:
    """Return what a form shows of a mechanism, under the names of its fields."""
    data: dict[str, Any] = {name: getattr(mechanism, name) for name in fields_of(mechanism.kind)}
    for name, value in data.items():
        if name.endswith("_id"):
            data[name] = str(value) if value is not None else ""
        elif name in ("fail_mode", "quota_exhausted"):
            data[name] = value.value if value is not None else ""
    if "rollout_ratio" in data:
        data["rollout_ratio"] = Decimal(f"{mechanism.rollout_ratio * 100:.10g}")
    if data.get("unit_price_micros") is not None:
        data["unit_price_micros"] = Decimal(mechanism.unit_price_micros or 0) / MICROS
    return data


class StageForm(Form):
    """Another stage and why."""

    stage = SelectField(_("Switch to"), [InputRequired(_("Choose the stage."))])
    why = TextAreaField(
        _("Why"), [InputRequired(_("Say why: everybody who leans on it reads this."))]
    )


class ConfigurationForm(Form):
    """A version with everything that changes its answers."""

    label = StringField(_("Version"), [InputRequired(_("Name it.")), Length(max=80)])
    parameters = TextAreaField(_("What changes its answers"), [Optional(), Length(max=100_000)])


class ReasonForm(Form):
    """A reason, for what may not happen without."""

    why = TextAreaField(_("Why"), [InputRequired(_("Say why."))])


class CoverageForm(Form):
    """Cells to declare: every combination of what is chosen; a list left empty means any."""

    market = Ticks(_("Markets"), [Optional()])
    language = Ticks(_("Languages"), [Optional()])
    surface = Ticks(_("Surfaces"), [Optional()])
    policy_area = Ticks(_("Policy areas"), [Optional()])
    everything = BooleanField(_("It serves everything"))

    def validate_everything(self, field: BooleanField) -> None:
        """Refuse to declare everything by leaving all lists empty."""
        parts = (self.market, self.language, self.surface, self.policy_area)
        chosen = any(part.data for part in parts)
        if not chosen and not field.data:
            raise ValidationError(_("Choose what it serves, or tick that it serves everything."))
        if chosen and field.data:
            raise ValidationError(_("Choose what it serves, or everything, not both."))

    def fit(self, offered: Options) -> "CoverageForm":
        """Fill the lists and return the form."""
        for name in ("market", "language", "surface", "policy_area"):
            self._fields[name].choices = choices(offered.choices(name))
        return self


class StaffedForm(Form):
    """Until when people are there."""

    until = day_field(_("Staffed until"), Optional())


class RehearsalForm(Form):
    """When the kill switch was tried and how long it took."""

    on = day_field(_("Rehearsed on"), InputRequired(_("Give the day.")))
    minutes = _Whole(
        _("Minutes until it was off"),
        [InputRequired(_("Say how many minutes it took.")), NumberRange(0, LARGEST)],
    )


class MeasurementForm(Form):
    """One measurement row."""

    metric = SelectField(
        _("Metric"),
        choices=choices(
            [(m.value, f"{_(text)}: {_(FRACTIONS[m])}") for m, text in METRICS.items()]
        ),
        default=Metric.PRECISION.value,
    )
    configuration = SelectField(_("Configuration"), [Optional()])
    guideline = SelectField(_("Guideline version"), [Optional()])
    market = SelectField(_("Market"), [Optional()])
    language = SelectField(_("Language"), [Optional()])
    surface = SelectField(_("Surface"), [Optional()])
    policy_area = SelectField(_("Policy area"), [Optional()])
    numerator = _Whole(_("Counted"), [InputRequired(_("Give how many were counted."))])
    denominator = _Whole(_("Out of"), [InputRequired(_("Give out of how many."))])
    window_start = day_field(_("First day"), InputRequired(_("Give the first day.")))
    window_end = day_field(_("Last day"), InputRequired(_("Give the last day.")))
    sampling = SelectField(
        _("How items were drawn"),
        choices=choices([(s.value, _(text)) for s, text in SAMPLINGS.items()]),
        default=Sampling.RANDOM.value,
    )
    strata = TextAreaField(_("Strata"), [Optional(), Length(max=5000)])
    label_source = SelectField(
        _("Who labelled them"),
        choices=choices([(s.value, _(text)) for s, text in LABEL_SOURCES.items()]),
    )
    source = StringField(_("Where the numbers come from"), [Optional(), Length(max=200)])

    def validate_strata(self, field: TextAreaField) -> None:
        """Refuse strata that cannot be read."""
        try:
            read_strata(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None

    @property
    def strata_read(self) -> tuple[Stratum, ...]:
        """Return the strata as typed."""
        return read_strata(self.strata.data or "")


class PasteForm(Form):
    """A block of rows from a spreadsheet."""

    rows = TextAreaField(_("Rows"), [InputRequired(_("Paste the rows.")), Length(max=2_000_000)])
    source = StringField(_("Where the numbers come from"), [Optional(), Length(max=200)])


class CertificationForm(Form):
    """Certified people of a queue."""

    policy_version_id = SelectField(
        _("Guideline version"), [InputRequired(_("Choose the version."))]
    )
    language_code = SelectField(_("Language"), [InputRequired(_("Choose the language."))])
    site_id = _pick(_("Site"))
    heads = _Whole(
        _("People"),
        [InputRequired(_("Say how many people.")), NumberRange(0, LARGEST, _WHOLE)],
    )
    certified_on = day_field(_("Certified on"), InputRequired(_("Give the day.")))
    expires_on = day_field(_("Expires on"), Optional())


class SiteForm(Form):
    """A place where people review."""

    code = StringField(_("Code"), [InputRequired(_("Give its code.")), Length(max=40)])
    name = StringField(_("Name"), [InputRequired(_("Name it.")), Length(max=120)])
    vendor = StringField(_("Vendor"), [Optional(), Length(max=120)])
    contract_hours = _Number(
        _("Contract hours a week"),
        [Optional(), NumberRange(0, 1_000_000, _("Use a number from 0 to 1,000,000."))],
        places=None,
    )
    notice_weeks = _count(_("Weeks of notice"))
    markets = Ticks(_("Markets its people may see"), [Optional()])
    shown = HiddenField()
