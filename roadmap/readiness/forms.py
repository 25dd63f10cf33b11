"""Forms of readiness: answers, promises, waivers, and the rows of a checklist template."""

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from roadmap.launches.forms import with_nobody
from roadmap.readiness.checklists import EVIDENCE_LENGTH, Answered
from roadmap.readiness.templates import ItemSpec
from roadmap.web.forms import Form, Ticks, choices, maybe_id
from roadmap.web.i18n import _
from roadmap.web.text import whole_number
from roadmap.wording import N_

ANSWER_CHOICES = (("yes", _("Yes")), ("no", _("No")), ("not_applicable", _("Does not apply")))


class AnswerForm(Form):
    """An answer with its evidence; none chosen takes the answer back."""

    answer = RadioField(
        _("Answer"),
        [Optional()],
        choices=choices([*ANSWER_CHOICES, ("", _("Not answered"))]),
        default="",
    )
    evidence = TextAreaField(_("Evidence: a link, or what you saw"), [Length(max=EVIDENCE_LENGTH)])
    valid_until = DateField(_("Holds until"), [Optional()])

    def answered(self) -> Answered:
        """Return the answer as the command takes it."""
        return Answered(
            answer=self.answer.data or None,
            evidence=self.evidence.data or "",
            valid_until=self.valid_until.data,
        )


class ManyForm(AnswerForm):
    """One answer, or one owner, for several items."""

    items = Ticks(_("Items"), coerce=int)
    owner_id = SelectField(_("Owner"), coerce=maybe_id)

    def offer(self, ids: Sequence[int], people: list[tuple[int, str]]) -> None:
        """Fill in what can be chosen."""
        self.items.choices = choices([(number, str(number)) for number in ids])
        self.owner_id.choices = with_nobody(people)


class PromiseForm(Form):
    """Who closes a gap and by when."""

    code = HiddenField()
    subject = HiddenField()
    owner_id = SelectField(_("Who closes it"), coerce=maybe_id)
    finish_on = DateField(_("By when"), [Optional()])


class WaiverForm(Form):
    """What an approver has to know."""

    code = HiddenField()
    subject = HiddenField()
    reason = TextAreaField(_("Why go without it"), [InputRequired(_("Say why.")), Length(max=4000)])
    risk_of_proceeding = TextAreaField(
        _("Risk of proceeding"), [InputRequired(_("Name the risk.")), Length(max=4000)]
    )
    risk_of_not = TextAreaField(
        _("Risk of not proceeding"), [InputRequired(_("Name the risk.")), Length(max=4000)]
    )
    compensating = TextAreaField(_("What makes up for it"), [Length(max=4000)])
    renews = HiddenField()
    risk = SelectField(_("How much is at risk"), coerce=lambda text: text or None)
    owner_id = SelectField(_("Who answers for it"), coerce=maybe_id)
    expires_on = DateField(_("Last day"), [InputRequired(_("Give its last day."))])


class DecideForm(Form):
    """A decision on a waiver."""

    decision = HiddenField()
    why = TextAreaField(_("Reason"), [Length(max=4000)])


class TemplateForm(Form):
    """A checklist template; `rows_typed` reads its rows, what is wrong with them stands here."""

    based_on = HiddenField()
    title = StringField(_("Title"), [InputRequired(_("Give a title.")), Length(max=200)])
    preview = BooleanField()
    code = HiddenField()
    text = HiddenField()
    severity = HiddenField()
    types = HiddenField()
    regions = HiddenField()
    max_tier = HiddenField()
    due_days = HiddenField()
    source = HiddenField()
    bound_to = HiddenField()


_ROW = (
    *("code", "text", "severity", "types", "regions", "max_tier", "due_days", "source"),
    "answered_by",
)
# What answers an item other than a person: a fact by its name, or standing attestations.
STANDING = "standing"
ANSWERED_BY = {
    "": N_("a person, per launch"),
    STANDING: N_("standing attestations of market and surface"),
    "kill_switch_rehearsed": N_("the registry: kill switches rehearsed"),
    "daily_cap_set": N_("the registry: daily caps set"),
    "fail_mode_stated": N_("the registry: fail modes stated"),
    "mechanism_owners_named": N_("the registry: owners of mechanisms named"),
}


def _words(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.replace(",", " ").split() if part)


def days_typed(values: MultiDict[str, str]) -> list[str]:
    """Return the days of the items that `rows_typed` returns, as they were typed."""
    columns = (values.getlist(f"item_{name}") for name in _ROW)
    rows = (dict(zip(_ROW, parts, strict=True)) for parts in zip(*columns, strict=False))
    return [row["due_days"] for row in rows if row["code"].strip() or row["text"].strip()]


def rows_typed(values: MultiDict[str, str]) -> list[ItemSpec]:
    """Return the items as typed; one without code and text is dropped."""
    columns = {name: values.getlist(f"item_{name}") for name in _ROW}
    checked = {code.strip() for code in values.getlist("item_check_source")}
    early = {code.strip() for code in values.getlist("item_before_commit")}
    rows = []
    for parts in zip(*columns.values(), strict=False):
        row = dict(zip(_ROW, (part.strip() for part in parts), strict=True))
        if not row["code"] and not row["text"]:
            continue
        days = whole_number(row["due_days"])
        rows.append(
            ItemSpec(
                code=row["code"],
                text=row["text"],
                severity=row["severity"],
                types=_words(row["types"]),
                regions=_words(row["regions"]),
                max_tier=whole_number(row["max_tier"]) or 0,
                due_days=-1 if days is None else days,
                source=row["source"],
                check_source=row["code"] in checked,
                bound_to=row["answered_by"] if row["answered_by"] not in ("", STANDING) else None,
                standing=row["answered_by"] == STANDING,
                before_commit=row["code"] in early,
            )
        )
    return rows


class KeepForm(Form):
    """Why a launch keeps its checklist."""

    reason = TextAreaField(_("Why it keeps its own"), [Length(max=2000)])


class AttestForm(Form):
    """A standing attestation."""

    item_code = SelectField(_("What is attested"))
    market_code = SelectField(_("Market"))
    surface_code = SelectField(_("Surface"))
    evidence = TextAreaField(
        _("Evidence: a link, or what you saw"),
        [InputRequired(_("Give evidence.")), Length(max=EVIDENCE_LENGTH)],
    )
    valid_until = DateField(_("Last day"), [InputRequired(_("Give its last day."))])


class WithdrawForm(Form):
    """Why an attestation no longer holds."""

    why = TextAreaField(_("Why it no longer holds"), [Length(max=2000)])
