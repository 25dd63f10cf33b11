"""What may be decided on which verdict, by whom: pure rules of the go/no-go meeting."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from roadmap.readiness.verdict import Word
from roadmap.wording import N_


class DecisionKind(StrEnum):
    """What a meeting can decide."""

    GO = "go"
    CONDITIONAL = "conditional"
    NO_GO = "no_go"
    EMERGENCY_GO = "emergency_go"


class VoiceKind(StrEnum):
    """In which part somebody is named in a decision."""

    DECIDER = "decider"
    DISSENT = "dissent"


class AnswerKind(StrEnum):
    """What somebody named in a decision says to it afterwards."""

    CONFIRMED = "confirmed"
    CONTESTED = "contested"


# Words on which a phase may go live in the usual way; LIVE_OK lets a ramp go on.
GOES = frozenset({Word.READY, Word.CONDITIONAL, Word.LIVE_OK})
# Decisions that let a phase go live.
LETS_GO = frozenset({DecisionKind.GO, DecisionKind.CONDITIONAL, DecisionKind.EMERGENCY_GO})


def problem(
    kind: DecisionKind,
    word: Word,
    *,
    deciders: Collection[int],
    dissent: Collection[int],
    conditions: int,
    today: date,
    expires_on: date | None,
    review_on: date | None,
) -> tuple[str, str] | None:
    """Return (field, sentence) of what stands against a decision; None if it may be recorded."""
    if not deciders:
        return "deciders", N_("Name who decides.")
    if set(deciders) & set(dissent):
        return "dissent", N_("Nobody can both decide and dissent.")
    if kind in (DecisionKind.GO, DecisionKind.CONDITIONAL) and word not in GOES:
        return "kind", N_(
            "The verdict does not allow a go. Close the gaps, decide no-go, or take an emergency "
            "go with two names, a reason and an end."
        )
    if kind is DecisionKind.CONDITIONAL and conditions == 0:
        return "conditions", N_("A conditional go needs at least one condition with an owner.")
    if kind is not DecisionKind.CONDITIONAL and conditions:
        return "conditions", N_("Only a conditional go has conditions.")
    if kind is DecisionKind.EMERGENCY_GO:
        return _emergency(word, len(set(deciders)), today, expires_on, review_on)
    return None


def _emergency(
    word: Word, deciders: int, today: date, expires_on: date | None, review_on: date | None
) -> tuple[str, str] | None:
    if word in GOES:
        return "kind", N_("The verdict allows a go: no emergency is needed.")
    if deciders < 2:
        return "deciders", N_("An emergency go needs two named people.")
    if expires_on is None or expires_on < today:
        return "expires_on", N_("Say until which day the emergency go holds, from today on.")
    if review_on is None or not today <= review_on <= expires_on:
        return "review_on", N_("Choose the day of the review, from today up to its last day.")
    return None


def against_verdict(kind: DecisionKind, word: Word) -> bool:
    """Tell whether a launch let go by this decision reads LAUNCHED AGAINST VERDICT for ever."""
    return kind in LETS_GO and word not in GOES


# ---- what the people named in it say afterwards ----


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody named in a decision: in which part, and their newest word to it, if any."""

    person_id: int
    kind: VoiceKind
    answer: AnswerKind | None = None


def voices(
    named: Iterable[tuple[int, VoiceKind]],
    answers: Iterable[tuple[int, AnswerKind]],
    recorded_by: int,
) -> tuple[Voice, ...]:
    """Return the people named in a decision, each with their newest word.

    ``answers`` are in the order given. Who recorded the decision and named themselves has confirmed
    by recording; they may contest later like everybody. Words of people not named count nothing.
    """
    newest: dict[int, AnswerKind] = {recorded_by: AnswerKind.CONFIRMED}
    newest.update(answers)
    return tuple(Voice(person, kind, newest.get(person)) for person, kind in named)


def still_carried(kind: DecisionKind, said: Iterable[Voice]) -> bool:
    """Tell whether enough of the people named as deciders stand by it for it to let a phase go.

    Who says nothing stands by it. A go needs one, an emergency go the two it was recorded with.
    """
    standing = sum(
        1
        for voice in said
        if voice.kind is VoiceKind.DECIDER and voice.answer is not AnswerKind.CONTESTED
    )
    return standing >= (2 if kind is DecisionKind.EMERGENCY_GO else 1)
