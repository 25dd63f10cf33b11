"""Parts of the format: decisions, what is watched after them, and what people attest again."""

from typing import Annotated, ClassVar

from pydantic import Field

from roadmap.exchange.workspace import forms
from roadmap.exchange.workspace.fields import (
    Count,
    Day,
    Email,
    Market,
    Moment,
    Number,
    Part,
    Positive,
    Text,
    Words,
)
from roadmap.readiness.decision_rules import DecisionKind, VoiceKind
from roadmap.readiness.verdict import Word

Sha256 = Annotated[str, Field(pattern=forms.SHA256)]


class VoicePart(Part):
    """Somebody named in a decision; who dissents says why in ``note``."""

    refs: ClassVar = {"person": ("person_id", "person")}

    person: Email
    kind: Annotated[VoiceKind, Field(strict=False)]
    note: Text = ""


class ConditionPart(Part):
    """What a conditional go asks for; ``item`` is the code of the checklist item it became."""

    refs: ClassVar = {"owner": ("owner_id", "person")}
    apart: ClassVar = frozenset({"item"})

    text: Words
    owner: Email
    due_on: Day
    item: Annotated[str, Field(min_length=1, max_length=60)]


class DecisionPart(Part):
    """A decision as it was recorded, with the digests and the seal of the history that froze it.

    An import keeps it as recorded elsewhere: it is shown, and lets nothing go live. Only added.
    """

    refs: ClassVar = {"recorded_by": ("recorded_by", "person")}
    apart: ClassVar = frozenset({"voices", "conditions"})

    phase_position: Positive
    kind: Annotated[DecisionKind, Field(strict=False)]
    statement: Words
    at: Moment
    recorded_by: Email
    expires_on: Day | None = None
    review_on: Day | None = None
    word: Annotated[Word, Field(strict=False)]
    rules_version: Annotated[str, Field(min_length=1, max_length=20)]
    facts_digest: Sha256
    evidence_digest: Sha256
    seal_seq: Count | None = None
    seal_hash: Sha256 | None = None
    voices: Annotated[list[VoicePart], Field(min_length=1)]
    conditions: list[ConditionPart] = []


class HypercarePart(Part):
    """Who watches a phase and how long; ``until`` is known once it is live."""

    refs: ClassVar = {"owner": ("owner_id", "person")}

    phase_position: Positive
    owner: Email | None = None
    until: Day | None = None
    days: Annotated[int, Field(ge=1, le=180)] = 14


class GuardReadingPart(Part):
    """One reading of a guard metric. Only added."""

    refs: ClassVar = {"recorded_by": ("recorded_by", "person")}

    value: Number
    observed_at: Moment
    recorded_at: Moment | None = None
    recorded_by: Email | None = None
    note: Annotated[str, Field(max_length=300)] = ""


class GuardPart(Part):
    """A metric watched in hypercare: breached above ``limit``, or below it if ``floor``."""

    refs: ClassVar = {"owner": ("owner_id", "person")}
    apart: ClassVar = frozenset({"readings"})

    phase_position: Positive
    name: Annotated[str, Field(min_length=1, max_length=160)]
    unit: Annotated[str, Field(max_length=40)] = ""
    limit: Number
    floor: bool = False
    max_age_hours: Annotated[float, Field(gt=0, le=744)] = 24.0
    owner: Email | None = None
    readings: list[GuardReadingPart] = []


class WeeklyWordPart(Part):
    """The owner said that the launch still holds; it counts for the week it was said in."""

    refs: ClassVar = {"person": ("person_id", "person")}

    person: Email
    at: Moment
    note: Text = ""


class AttestationPart(Part):
    """An answer that holds for a market and a surface until it lapses. Only added."""

    refs: ClassVar = {
        "market": ("market_code", "market"),
        "surface": ("surface_code", "surface"),
        "attested_by": ("attested_by", "person"),
    }

    item_code: Annotated[str, Field(min_length=1, max_length=60)]
    market: Market
    surface: Annotated[str, Field(pattern=forms.CODE)]
    attested_at: Moment
    attested_by: Email
    evidence: Words
    valid_until: Day
    withdrawn_at: Moment | None = None
