"""Several launches on one evidence set, signed in one act: each is recorded by itself."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from roadmap import clock
from roadmap.errors import Invalid
from roadmap.launches.access import Asker, visible
from roadmap.launches.models import Launch
from roadmap.readiness.facts import LaunchFacts
from roadmap.readiness.gate_models import Gate, GateReview
from roadmap.readiness.gate_queries import OpenReview
from roadmap.readiness.gate_rules import Vote, asked_at
from roadmap.readiness.gate_service import approve
from roadmap.readiness.gather import gather
from roadmap.readiness.signed import evidence_set
from roadmap.readiness.verdict import evaluate
from roadmap.web.i18n import _

# Launches judged for one worklist, and signed in one act.
MOST = 40


@dataclass(frozen=True)
class Alike:
    """Open reviews of one gate and group whose launches rest on the same evidence."""

    gate: str
    group: str
    group_id: int
    digest: str
    rows: Sequence[tuple[int, str, str]]


def _digests(session: Session, ids: Collection[int], at: datetime) -> dict[int, str]:
    """Return the digest of what each launch's evidence is; those without any are left out."""
    facts: dict[int, LaunchFacts] = gather(session, list(ids), at)
    found = {}
    for launch_id, known in facts.items():
        digest = evidence_set(known, evaluate(known, at).reasons)
        if digest is not None:
            found[launch_id] = digest
    return found


def alike(session: Session, actor: Asker, found: Sequence[OpenReview], at: datetime) -> list[Alike]:
    """Return which open reviews can be signed in one act; nothing is judged if none could be."""
    groups: dict[tuple[int, int], list[OpenReview]] = defaultdict(list)
    for one in found:
        asked = asked_at(one.votes)
        own = {v.person_id for v in one.votes if v.group_id is None} | {one.launch.owner_id}
        if (
            one.gate.template_id is not None
            and not one.review.paused
            and asked is not None
            and asked.vote is Vote.REVIEW_REQUESTED
            and actor.id not in own
        ):
            groups[one.gate.template_id, one.group.id].append(one)
    several = {key: some[:MOST] for key, some in groups.items() if len(some) > 1}
    ids = {one.launch.id for some in several.values() for one in some}
    digests = _digests(session, sorted(ids)[:MOST], at) if ids else {}
    same: dict[tuple[int, int, str], list[OpenReview]] = defaultdict(list)
    for (template_id, group_id), some in several.items():
        for one in some:
            if one.launch.id in digests:
                same[template_id, group_id, digests[one.launch.id]].append(one)
    return [
        Alike(
            some[0].gate.name,
            some[0].group.name,
            group_id,
            digest,
            [(one.gate.id, one.launch.key, one.launch.title) for one in some],
        )
        for (_template, group_id, digest), some in same.items()
        if len(some) > 1
    ]


def sign_several(
    session: Session,
    actor: Asker,
    group_id: int,
    gate_ids: Collection[int],
    digest: str,
    note: str = "",
) -> int:
    """Approve the same gate of several launches, all or none; return how many.

    ``digest`` is that of the evidence the reviewer was shown: if any launch rests on something else
    by now, nothing is signed.
    """
    wanted = sorted(set(gate_ids))
    if not wanted:
        raise Invalid.at("gates", _("Tick at least one launch."))
    if len(wanted) > MOST:
        raise Invalid.at("gates", _("Sign at most 40 launches at once."))
    query = (
        select(Gate, Launch)
        .join(Launch, Launch.id == Gate.launch_id)
        .join(GateReview, (GateReview.gate_id == Gate.id) & (GateReview.group_id == group_id))
        .where(Gate.id.in_(wanted), GateReview.asked_at.is_not(None))
        .options(selectinload(Gate.reviews))
        .order_by(Gate.id)
    )
    rows = session.execute(visible(query, actor)).all()
    if len(rows) != len(wanted) or len({gate.template_id for gate, _launch in rows}) != 1:
        raise Invalid.at("gates", _("Some of these no longer wait for you. Reload the page."))
    now = clock.now()
    found = _digests(session, [launch.id for _gate, launch in rows], now)
    if any(found.get(launch.id) != digest for _gate, launch in rows):
        raise Invalid.at(
            "gates", _("Their evidence changed or is no longer the same. Reload the page.")
        )
    for gate, launch in rows:
        approve(session, actor, launch, gate, group_id, note)
    return len(rows)
