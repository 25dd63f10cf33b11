"""Decisions recorded elsewhere in words: shown as told, with the digests of their history."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from roadmap.launches.access import Asker
from roadmap.overview.queries import speech_for
from roadmap.readiness.decision_forms import KINDS
from roadmap.readiness.decision_rules import VoiceKind
from roadmap.readiness.elsewhere import elsewhere_of
from roadmap.readiness.elsewhere_models import ElsewhereDecision
from roadmap.web.i18n import _


@dataclass(frozen=True)
class ElsewhereLine:
    """One decision as another roadmap told it."""

    decision: ElsewhereDecision
    kind: str
    recorded_by: str
    deciders: tuple[str, ...]
    dissent: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str, date], ...]


def elsewhere_lines(session: Session, actor: Asker, launch_id: int) -> list[ElsewhereLine]:
    """Return what was decided elsewhere on a launch in words, the newest first."""
    found = elsewhere_of(session, launch_id)
    if not found:
        return []
    people = {one.recorded_by for one in found}
    people |= {voice["person"] for one in found for voice in one.voices}
    people |= {condition["owner"] for one in found for condition in one.conditions}
    speech = speech_for(session, actor, [], people=sorted(people))

    def name(person_id: int) -> str:
        return speech.person(person_id) or ""

    return [
        ElsewhereLine(
            decision=one,
            kind=_(KINDS[one.kind]),
            recorded_by=name(one.recorded_by),
            deciders=tuple(
                name(voice["person"])
                for voice in one.voices
                if voice["kind"] == VoiceKind.DECIDER.value
            ),
            dissent=tuple(
                (name(voice["person"]), voice["note"])
                for voice in one.voices
                if voice["kind"] == VoiceKind.DISSENT.value
            ),
            conditions=tuple(
                (c["text"], name(c["owner"]), date.fromisoformat(c["due_on"]))
                for c in one.conditions
            ),
        )
        for one in found
    ]
