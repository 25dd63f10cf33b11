"""Write and store decisions: what this history froze is written, what another froze stays apart.

An imported decision is stored as recorded elsewhere. It is never mixed with those whose evidence
and seal this history can prove, and it lets nothing go live.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.exchange.workspace import parts_decisions as parts
from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.fit_lists import repeats
from roadmap.exchange.workspace.mapping import columns, in_order, plain, without_defaults, write
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.parts_launches import LaunchPart
from roadmap.exchange.workspace.problems import Problem, shown
from roadmap.exchange.workspace.sync import Loading, stored_parts
from roadmap.launches.checks import say
from roadmap.readiness.decision_models import Decision, DecisionCondition, DecisionVoice
from roadmap.readiness.decision_rules import DecisionKind, VoiceKind, problem
from roadmap.readiness.elsewhere_models import ElsewhereDecision
from roadmap.readiness.models import ChecklistItem
from roadmap.web.i18n import _
from roadmap.wording import Sentence

Items = list[dict[str, Any]]
Rows = Mapping[Any, Mapping[int, list[Any]]]
# Tables whose rows belong to a launch.
LAUNCH_TABLES = (Decision, DecisionVoice, DecisionCondition, ElsewhereDecision)
_KEY = ("phase_position", "at", "evidence_digest")


# ---- writing ----


def of_launch(rows: Mapping[Any, list[Any]], names: Names) -> Items:
    """Return every decision on one launch, those recorded here and elsewhere alike."""
    codes = {item.id: item.code for item in rows[ChecklistItem]}
    own = [_own(one, rows, codes, names) for one in rows[Decision]]
    brought = [_brought(one, names) for one in rows[ElsewhereDecision]]
    return in_order([*own, *brought], "at", "phase_position")


def _own(
    row: Decision, rows: Mapping[Any, list[Any]], codes: Mapping[int, str], names: Names
) -> dict[str, Any]:
    voices = [
        write(parts.VoicePart, one, names)
        for one in rows[DecisionVoice]
        if one.decision_id == row.id
    ]
    conditions = [
        write(parts.ConditionPart, one, names, item=codes[one.checklist_item_id])
        for one in rows[DecisionCondition]
        if one.decision_id == row.id
    ]
    return _written(row, names, voices, conditions)


def _brought(row: ElsewhereDecision, names: Names) -> dict[str, Any]:
    voices = [
        without_defaults(parts.VoicePart, {**one, "person": names.key_of("person", one["person"])})
        for one in row.voices
    ]
    conditions = [
        without_defaults(
            parts.ConditionPart, {**one, "owner": names.key_of("person", one["owner"])}
        )
        for one in row.conditions
    ]
    return _written(row, names, voices, conditions)


def _written(row: Any, names: Names, voices: Items, conditions: Items) -> dict[str, Any]:
    return write(
        parts.DecisionPart,
        row,
        names,
        voices=in_order(voices, "kind", "person"),
        conditions=in_order(conditions, "item"),
    )


# ---- what does not fit ----


def problems(
    session: Session, entries: list[tuple[int, LaunchPart]], names: Names
) -> Iterator[Problem]:
    """Yield what does not fit in the decisions of the file: what no meeting here could record."""
    deciding = {int(one.key.partition("-")[2]): one for _place, one in entries if one.decisions}
    known = _known(session, deciding, names)
    for place, launch in entries:
        at = f"launches[{place}].decisions"
        yield from repeats(at, (_key(one) for one in launch.decisions))
        stored = known.get(launch.key, {})
        for number, one in enumerate(launch.decisions):
            yield from _one(f"{at}[{number}]", one, {item.code for item in launch.checklist})
            there = stored.get(_key(one))
            if there is not None and there != _plain(one):
                yield Problem(
                    f"{at}[{number}]",
                    _("says otherwise than the decision stored here, which is never changed"),
                )


def _one(path: str, one: parts.DecisionPart, items: Collection[str]) -> Iterator[Problem]:
    if one.at > clock.now():
        yield Problem(f"{path}.at", _("has not happened yet"))
    if (one.seal_seq is None) != (one.seal_hash is None):
        yield Problem(f"{path}.seal_hash", _("seal_seq and seal_hash go together"))
    yield from repeats(f"{path}.voices", (voice.person for voice in one.voices))
    people = {person: n for n, person in enumerate(sorted({v.person for v in one.voices}))}

    def named(kind: VoiceKind) -> list[int]:
        return [people[voice.person] for voice in one.voices if voice.kind is kind]

    refused = problem(
        one.kind,
        one.word,
        deciders=named(VoiceKind.DECIDER),
        dissent=named(VoiceKind.DISSENT),
        conditions=len(one.conditions),
        today=one.at.date(),
        expires_on=one.expires_on,
        review_on=one.review_on,
    )
    if refused is not None:
        field = {"deciders": "voices", "dissent": "voices"}.get(refused[0], refused[0])
        yield Problem(f"{path}.{field}", say(Sentence(refused[1])))
    if one.kind is not DecisionKind.EMERGENCY_GO and (one.expires_on or one.review_on):
        yield Problem(f"{path}.expires_on", _("only an emergency go ends by itself"))
    for number, voice in enumerate(one.voices):
        if voice.kind is VoiceKind.DISSENT and not voice.note.strip():
            yield Problem(f"{path}.voices[{number}].note", _("is empty: write a few words"))
    for number, condition in enumerate(one.conditions):
        if condition.item not in items:
            yield Problem(
                f"{path}.conditions[{number}].item",
                _("%(code)s is no item of this checklist", code=shown(condition.item)),
            )


def _key(one: parts.DecisionPart) -> tuple[int, datetime, str]:
    return one.phase_position, one.at, one.evidence_digest


def _known(
    session: Session, launches: Mapping[int, LaunchPart], names: Names
) -> dict[str, dict[Any, dict[str, Any]]]:
    """Return what is stored of these launches as the file would have it, by launch and decision."""
    if not launches:
        return {}
    tables = (*LAUNCH_TABLES, ChecklistItem)
    rows = {table: stored_parts(session, table.launch_id, launches) for table in tables}
    found: dict[str, dict[Any, dict[str, Any]]] = defaultdict(dict)
    for number, part in launches.items():
        for item in of_launch({table: rows[table][number] for table in tables}, names):
            read = parts.DecisionPart.model_validate_json(json.dumps(item))
            found[part.key][_key(read)] = item
    return found


def _plain(one: parts.DecisionPart) -> dict[str, Any]:
    """Return a decision of the file in the form an export gives it."""

    def fields(part: Part, **apart: Any) -> dict[str, Any]:
        values = {name: plain(getattr(part, name)) for name in type(part).model_fields}
        return without_defaults(type(part), {**values, **apart})

    return fields(
        one,
        voices=in_order((fields(voice) for voice in one.voices), "kind", "person"),
        conditions=in_order((fields(condition) for condition in one.conditions), "item"),
    )


# ---- storing ----


def load_launch(
    loading: Loading, decisions: list[parts.DecisionPart], launch_id: int, stored: Rows
) -> None:
    """Store what is not known yet as recorded elsewhere; nothing stored is changed or removed."""
    names = loading.names
    known = {
        tuple(getattr(row, name) for name in _KEY)
        for table in (Decision, ElsewhereDecision)
        for row in stored[table][launch_id]
    }
    for one in decisions:
        if _key(one) in known:
            continue
        loading.session.add(
            ElsewhereDecision(
                launch_id=launch_id,
                **columns(one, names),
                voices=[
                    {
                        "person": names.column_value("person", voice.person),
                        "kind": voice.kind.value,
                        "note": voice.note,
                    }
                    for voice in one.voices
                ],
                conditions=[
                    {
                        "text": condition.text,
                        "owner": names.column_value("person", condition.owner),
                        "due_on": condition.due_on.isoformat(),
                        "item": condition.item,
                    }
                    for condition in one.conditions
                ],
            )
        )
        # In the order of the file.
        loading.session.flush()
