"""Write and store review groups, gate templates, and the gates of launches with their votes."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from roadmap import clock
from roadmap.exchange.workspace import parts_gates as parts
from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.fit_lists import repeats
from roadmap.exchange.workspace.mapping import columns, in_order, plain, without_defaults, write
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.problems import Problem
from roadmap.exchange.workspace.reading import Reading
from roadmap.exchange.workspace.subjects import Handles
from roadmap.exchange.workspace.subjects import stored as stored_subject
from roadmap.exchange.workspace.subjects import written as written_subject
from roadmap.exchange.workspace.sync import Loading, existing, stored_parts, sync_parts, upsert
from roadmap.readiness.gate_models import (
    Gate,
    GateReview,
    GateTemplate,
    GateVote,
    ReviewGroup,
    ReviewMember,
    ReviewTurn,
)
from roadmap.readiness.gate_rota import monday_of
from roadmap.readiness.gate_service import settle
from roadmap.readiness.signed import PARTS
from roadmap.web.i18n import _

Items = list[dict[str, Any]]
# Tables whose rows belong to a launch.
LAUNCH_TABLES = (Gate, GateReview, GateVote)


# ---- writing ----


def sections(session: Session, names: Names) -> dict[str, Items]:
    """Return the groups and templates as a workspace file has them."""
    loaded = select(ReviewGroup).options(
        selectinload(ReviewGroup.members), selectinload(ReviewGroup.turns)
    )
    groups = [
        write(
            parts.ReviewGroupPart,
            row,
            names,
            members=in_order(_rows(parts.ReviewMemberPart, row.members, names), "person"),
            turns=in_order(_rows(parts.ReviewTurnPart, row.turns, names), "week"),
        )
        for row in session.scalars(loaded)
    ]
    templates = [
        write(
            parts.GateTemplatePart,
            row,
            names,
            groups=sorted(names.key_of("review_group", number) for number in row.groups),
            questions=_questions(row.questions),
        )
        for row in session.scalars(select(GateTemplate))
    ]
    return {
        "review_groups": in_order(groups, "code"),
        "gate_templates": in_order(templates, "position", "code"),
    }


def _rows(kind: type[Part], rows: list[Any], names: Names) -> Items:
    return [write(kind, row, names) for row in rows]


def _questions(rows: list[Any]) -> Items:
    return [without_defaults(parts.QuestionPart, {"optional": False, **row}) for row in rows]


def of_launch(rows: Mapping[Any, list[Any]], handles: Handles, names: Names) -> Items:
    """Return the gates of one launch with their groups and votes, in order."""
    return [
        write(
            parts.GatePart,
            gate,
            names,
            questions=_questions(gate.questions),
            groups=in_order(
                _rows(
                    parts.GateReviewPart,
                    [r for r in rows[GateReview] if r.gate_id == gate.id],
                    names,
                ),
                "group",
            ),
            votes=[
                write(parts.GateVotePart, vote, names, signed=_written(vote.signed, handles, names))
                for vote in sorted(rows[GateVote], key=lambda v: (v.at, v.id))
                if vote.gate_id == gate.id
            ],
        )
        for gate in sorted(rows[Gate], key=lambda gate: (gate.position, gate.id))
    ]


def _written(signed: dict[str, Any], handles: Handles, names: Names) -> dict[str, Any]:
    """Return what a vote rests on, its facts named by what holds in any database."""
    named = {
        part: {
            written_subject(key, handles, names.policy_label) if part in PARTS else key: value
            for key, value in values.items()
        }
        for part, values in signed.items()
    }
    found: dict[str, Any] = plain(named)
    return found


# ---- what does not fit ----


def problems(reading: Reading) -> Iterator[Problem]:
    """Yield what does not fit in groups and templates."""
    for place, group in reading.parts.get("review_groups", []):
        path = f"review_groups[{place}]"
        yield from repeats(f"{path}.members", (m.person for m in group.members))
        yield from repeats(f"{path}.turns", (monday_of(t.week) for t in group.turns))
        if group.time_zone not in clock.time_zones():
            yield Problem(f"{path}.time_zone", _("is no time zone, as in Europe/Berlin"))
        if group.resolve_days < group.respond_days:
            yield Problem(f"{path}.resolve_days", _("is below respond_days"))
    for place, template in reading.parts.get("gate_templates", []):
        yield from repeats(f"gate_templates[{place}].groups", template.groups)


def launch_problems(path: str, gates: list[parts.GatePart], handles: Handles) -> Iterator[Problem]:
    """Yield what does not fit in the gates of one launch."""
    yield from repeats(f"{path}.gates", (gate.code for gate in gates))
    for place, gate in enumerate(gates):
        at = f"{path}.gates[{place}]"
        yield from repeats(f"{at}.groups", (one.group for one in gate.groups))
        for number, vote in enumerate(gate.votes):
            for part in set(vote.signed) & set(PARTS):
                for key in vote.signed[part]:
                    try:
                        stored_subject(key, handles)
                    except ValueError as error:
                        yield Problem(f"{at}.votes[{number}].signed.{part}", str(error))


# ---- storing ----


def load_lists(loading: Loading, reading: Reading) -> None:
    """Store groups and templates; people and markets must be stored already."""
    groups = [one for _place, one in reading.parts.get("review_groups", [])]
    if groups:
        _groups(loading, groups)
    templates = [one for _place, one in reading.parts.get("gate_templates", [])]
    if not templates:
        return
    names = loading.names
    codes = [part.code for part in templates]
    found = {row.code: row for row in existing(loading.session, GateTemplate.code, codes)}
    ids = {
        part.code: {
            "groups": sorted(names.column_value("review_group", code) for code in part.groups),
            "questions": _asked(part.questions),
        }
        for part in templates
    }
    rows = upsert(
        loading, GateTemplate, templates, found, lambda part: part.code, lambda p: ids[p.code]
    )
    for row in rows:
        for name, value in ids[row.code].items():
            if getattr(row, name) != value:
                setattr(row, name, value)
    names.forget_rows("gate_template")


def _asked(questions: list[parts.QuestionPart]) -> Items:
    return [
        {"code": one.code, "text": one.text, **({"optional": True} if one.optional else {})}
        for one in questions
    ]


def _groups(loading: Loading, groups: list[parts.ReviewGroupPart]) -> None:
    session, names = loading.session, loading.names
    codes = [part.code for part in groups]
    found = {row.code: row for row in existing(session, ReviewGroup.code, codes)}
    rows = upsert(loading, ReviewGroup, groups, found, lambda part: part.code)
    names.forget_rows("review_group")
    members = stored_parts(session, ReviewMember.group_id, [row.id for row in rows])
    turns = stored_parts(session, ReviewTurn.group_id, [row.id for row in rows])
    for row, part in zip(rows, groups, strict=True):
        wanted = [{"group_id": row.id, **columns(one, names)} for one in part.members]
        sync_parts(loading, ReviewMember, members[row.id], wanted, ("person_id",))
        weeks = [
            {"group_id": row.id, **columns(one, names), "week": monday_of(one.week)}
            for one in part.turns
        ]
        sync_parts(loading, ReviewTurn, turns[row.id], weeks, ("week",))
    session.flush()


def load_launch(
    loading: Loading,
    gates: list[parts.GatePart],
    launch_id: int,
    handles: Handles,
    stored: Mapping[Any, Mapping[int, list[Any]]],
) -> None:
    """Store the gates of a launch; votes are only added, and a gate with votes stays."""
    session, names = loading.session, loading.names
    votes: dict[int, list[GateVote]] = {}
    for vote in stored[GateVote][launch_id]:
        votes.setdefault(vote.gate_id, []).append(vote)
    wanted = [
        {
            "launch_id": launch_id,
            "position": position,
            **columns(part, names),
            "questions": _asked(part.questions),
        }
        for position, part in enumerate(gates, start=1)
    ]
    codes = {part.code for part in gates}
    kept = [g for g in stored[Gate][launch_id] if g.code in codes or g.id not in votes]
    rows = sync_parts(loading, Gate, kept, wanted, ("code",))
    session.flush()
    reviews = stored[GateReview][launch_id]
    for row, part in zip(rows, gates, strict=True):
        own = [review for review in reviews if review.gate_id == row.id]
        groups = [
            {"launch_id": launch_id, "gate_id": row.id, **columns(one, names)}
            for one in part.groups
        ]
        sync_parts(loading, GateReview, own, groups, ("group_id",), {"paused": False})
        _add_votes(loading, row, part, votes.get(row.id, []), handles)
    session.flush()
    for row in rows:
        session.refresh(row, ["reviews"])
        settle(session, row)


def _add_votes(
    loading: Loading, gate: Gate, part: parts.GatePart, known: list[GateVote], handles: Handles
) -> None:
    there = {(v.group_id, v.person_id, v.vote, v.at) for v in known}
    for one in part.votes:
        values = columns(one, loading.names)
        key = (values["group_id"], values["person_id"], one.vote, one.at)
        if key in there:
            continue
        there.add(key)
        signed = {
            name: {stored_subject(k, handles) if name in PARTS else k: v for k, v in rows.items()}
            for name, rows in one.signed.items()
        }
        row = GateVote(launch_id=gate.launch_id, gate_id=gate.id, **values, signed=signed)
        loading.session.add(row)
        # In the order of the file: of two at one moment the later line is the later word.
        loading.session.flush()
