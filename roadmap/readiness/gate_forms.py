"""Forms of gates: review groups, gate templates, and what is said on a gate."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from roadmap import clock
from roadmap.launches.forms import with_nobody
from roadmap.launches.wording import TYPES
from roadmap.readiness.gate_groups import GroupInput
from roadmap.readiness.gate_models import Gate, GateTemplate, ReviewGroup
from roadmap.readiness.gate_rules import GateRule
from roadmap.readiness.gate_service import NOTE_LENGTH
from roadmap.readiness.gate_templates import TemplateInput
from roadmap.readiness.gate_words import RULES
from roadmap.readiness.signed import PARTS
from roadmap.web.forms import Form, Ticks, choices, maybe_id
from roadmap.web.i18n import _

_OPTIONAL = "(optional)"


# ---- review groups ----


class GroupForm(Form):
    """What a review group is called, when it works, how long it takes."""

    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=120)])
    time_zone = SelectField(_("Time zone"))
    market_code = SelectField(_("Holidays of"))
    respond_days = IntegerField(
        _("Working days until the first word"), [InputRequired(_("Give a number of days."))]
    )
    resolve_days = IntegerField(
        _("Working days until the decision"), [InputRequired(_("Give a number of days."))]
    )
    active = BooleanField(_("Reviews launches"))

    def offer(self, markets: Sequence[tuple[str, str]]) -> None:
        """Fill in what can be chosen."""
        self.time_zone.choices = choices((zone, zone) for zone in clock.time_zones())
        self.market_code.choices = choices([("", _("Weekends only")), *markets])

    def start(self, group: ReviewGroup | None) -> None:
        """Show a stored group, or what a new one starts with."""
        kept: Any = group if group is not None else GroupInput(name="")
        for name in ("name", "time_zone", "respond_days", "resolve_days", "active"):
            self[name].data = getattr(kept, name)
        self.market_code.data = kept.market_code or ""

    def said(self) -> GroupInput:
        """Return the group as the command takes it."""
        return GroupInput(
            name=self.name.data or "",
            time_zone=self.time_zone.data or "",
            market_code=self.market_code.data or None,
            respond_days=self.respond_days.data or 0,
            resolve_days=self.resolve_days.data or 0,
            active=self.active.data,
        )


class MemberForm(Form):
    """A person to be in a group."""

    person_id = SelectField(_("Person"), coerce=maybe_id)
    lead = BooleanField(_("Hears of what is overdue, as a lead"))

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Fill in who can be chosen."""
        self.person_id.choices = with_nobody(list(people))


class TurnForm(Form):
    """Whose week it is."""

    week = DateField(_("A day of the week"), [InputRequired(_("Choose a day."))])
    turn_person_id = SelectField(_("Takes what comes in"), coerce=maybe_id)

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Fill in who can be chosen."""
        self.turn_person_id.choices = with_nobody(list(people))


# ---- templates ----


class GateTemplateForm(Form):
    """A gate: who signs what, and which launches get it."""

    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=120)])
    groups = Ticks(_("Review groups"), coerce=int)
    rule = RadioField(
        _("It is signed by"), choices=choices((r.value, _(w)) for r, w in RULES.items())
    )
    needed = IntegerField(_("That number"), [Optional()])
    signs = Ticks(
        _("Facts it signs: a change of one makes the signature stale"),
        choices=choices((code, _(words)) for code, words in PARTS.items()),
    )
    types = Ticks(
        _("Launch types, none ticked for all"),
        choices=choices((code, f"{code}, {_(words)}") for code, words in TYPES.items()),
    )
    regions = StringField(_("Regions or markets, empty for everywhere"), [Length(max=500)])
    max_tier = SelectField(
        _("Lightest tier that gets it"),
        coerce=int,
        choices=choices(
            [(1, _("1, the heaviest alone")), (2, "2"), (3, _("3, every launch"))],
        ),
    )
    due_days = IntegerField(
        _("Due, working days before the phase"), [InputRequired(_("Give a number of days."))]
    )
    self_certify = BooleanField(_("The owner may certify it alone; one in five is looked at later"))
    questions = TextAreaField(_("Questions to the owner, one a line"), [Length(max=6000)])
    active = BooleanField(_("New launches get it"))

    def offer(self, groups: Sequence[ReviewGroup]) -> None:
        """Fill in what can be chosen."""
        self.groups.choices = choices((group.id, group.name) for group in groups)

    def start(self, row: GateTemplate | None) -> None:
        """Show a stored template, or what a new one starts with."""
        kept: Any = row
        if row is None:
            kept = TemplateInput(
                name="", rule=GateRule.ONE_OF, signs=("scope", "mechanisms", "evidence", "policy")
            )
        for name in ("name", "needed", "max_tier", "due_days", "self_certify", "active"):
            self[name].data = getattr(kept, name)
        self.rule.data = kept.rule.value
        for name in ("groups", "signs", "types"):
            self[name].data = list(getattr(kept, name))
        self.regions.data = " ".join(kept.regions)
        self.questions.data = "\n".join(
            one["text"] + (f" {_OPTIONAL}" if one.get("optional") else "") for one in kept.questions
        )

    def said(self, known: Sequence[dict[str, Any]] = ()) -> TemplateInput:
        """Return the template as the command takes it; known questions keep their codes."""
        return TemplateInput(
            name=self.name.data or "",
            rule=GateRule(self.rule.data),
            needed=self.needed.data or 0,
            groups=self.groups.data or [],
            signs=self.signs.data or [],
            types=self.types.data or [],
            regions=(self.regions.data or "").replace(",", " ").split(),
            max_tier=self.max_tier.data,
            due_days=self.due_days.data if self.due_days.data is not None else -1,
            self_certify=self.self_certify.data,
            questions=read_questions(self.questions.data or "", known),
            active=self.active.data,
        )


def read_questions(text: str, known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one question a line; a line that ends in "(optional)" may stay unanswered."""
    codes = {one["text"]: one["code"] for one in known}
    taken = set(codes.values())
    found: dict[str, dict[str, Any]] = {}
    for line in text.splitlines():
        words = line.strip()
        optional = words.endswith(_OPTIONAL)
        words = words.removesuffix(_OPTIONAL).strip()
        if not words or words in found:
            continue
        code = codes.get(words)
        if code is None:
            number = 1
            while f"q{number}" in taken:
                number += 1
            code = f"q{number}"
            taken.add(code)
        found[words] = {"code": code, "text": words, **({"optional": True} if optional else {})}
    return list(found.values())


# ---- what is said on a gate ----


class SayForm(Form):
    """A word on a gate, with its reason; `for_gate` adds the survey."""

    note = TextAreaField(_("Why, or what else to say"), [Length(max=NOTE_LENGTH)])

    @classmethod
    def for_gate(cls, gate: Gate) -> type["SayForm"]:
        """Return the form with a field for each question of the gate's survey."""
        fields = {
            f"answer_{question['code']}": TextAreaField(question["text"], [Length(max=NOTE_LENGTH)])
            for question in gate.questions
        }
        return type("SurveyForm", (cls,), fields)

    def start(self, answers: Mapping[str, str]) -> None:
        """Show the answers given so far."""
        for code, text in answers.items():
            if f"answer_{code}" in self:
                self[f"answer_{code}"].data = text

    @property
    def survey(self) -> list[Any]:
        """Return the fields of the questions."""
        return [field for field in self if field.name.startswith("answer_")]

    def answers(self) -> dict[str, str]:
        """Return what was answered, by the code of the question."""
        return {f.name.removeprefix("answer_"): f.data or "" for f in self.survey}
