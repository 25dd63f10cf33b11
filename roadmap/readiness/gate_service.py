"""Commands on the gates of a launch: ask, take, vote, withdraw, assign. Votes are only appended."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import actor_from, actor_query
from roadmap.accounts.models import Person
from roadmap.errors import Conflict, Forbidden, Invalid, NotFound
from roadmap.launches.access import Asker, may_edit, visible_ids
from roadmap.launches.checks import require_open
from roadmap.launches.models import Launch
from roadmap.launches.telling import tell
from roadmap.mechanisms.citing import cite, cited_ids
from roadmap.readiness.gate_clock import awaited_since
from roadmap.readiness.gate_models import Gate, GateReview, GateVote
from roadmap.readiness.gate_queries import GateState, open_reviews, state_of, turn_of
from roadmap.readiness.gate_rota import choose, is_spot_checked
from roadmap.readiness.gate_rules import ASKING, SIGNED, Vote, asked_at, certified
from roadmap.readiness.gather import gather
from roadmap.readiness.signed import Parts, parts, to_sign
from roadmap.readiness.verdict import evaluate
from roadmap.web.i18n import _

NOTE_LENGTH = 4000
# Votes that sign: they keep what they rest on, and nobody may give them on their own launch.
SIGNING = frozenset({Vote.APPROVED, Vote.NOT_APPLICABLE})
_ACTIONS = {
    Vote.REVIEW_REQUESTED: "gate.requested",
    Vote.NA_REQUESTED: "gate.na_requested",
    Vote.IN_REVIEW: "gate.taken",
    Vote.NEEDS_WORK: "gate.needs_work",
    Vote.APPROVED: "gate.approved",
    Vote.DENIED: "gate.denied",
    Vote.NOT_APPLICABLE: "gate.not_applicable",
    Vote.WITHDRAWN: "gate.withdrawn",
}


# ---- what the owner says ----


def request_review(
    session: Session,
    actor: Asker,
    launch: Launch,
    gate: Gate,
    answers: Mapping[str, str],
    note: str = "",
) -> GateVote:
    """Ask the groups of a gate for their review; the survey's answers are kept with the request.

    Asking again gives the ball back to groups that wanted work done, and does not unsign anything.
    """
    _must_speak_for(actor, launch)
    _must_have_groups(gate)
    _keep_answers(gate, answers)
    return _append(
        session, actor, launch, gate, Vote.REVIEW_REQUESTED, note=note, signed=_survey(gate)
    )


def request_na(session: Session, actor: Asker, launch: Launch, gate: Gate, note: str) -> GateVote:
    """Ask the groups to agree that a gate does not apply; only they can say so."""
    _must_speak_for(actor, launch)
    _must_have_groups(gate)
    _must_say(note, _("Say why the gate does not apply: the reviewers decide on it."))
    return _append(session, actor, launch, gate, Vote.NA_REQUESTED, note=note)


def certify(
    session: Session,
    actor: Asker,
    launch: Launch,
    gate: Gate,
    answers: Mapping[str, str],
    note: str = "",
) -> GateVote:
    """Sign a gate as the launch's owner, where its template allows; some are looked at later."""
    require_open(launch)
    if not gate.self_certify:
        raise Forbidden(_("This gate is signed by its review groups, not by the owner."))
    if actor.id != launch.owner_id:
        raise Forbidden(_("Only the launch's owner may certify this gate."))
    _keep_answers(gate, answers)
    at = clock.now()
    return _append(
        session,
        actor,
        launch,
        gate,
        Vote.APPROVED,
        note=note,
        signed={**signable(session, launch, gate, at), **_survey(gate)},
        spot_check=is_spot_checked(gate.id, actor.id, at),
        at=at,
        action="gate.certified",
    )


# ---- what the groups say ----


def take(session: Session, actor: Asker, launch: Launch, gate: Gate, group_id: int) -> GateVote:
    """Say that one looks at it: it is in review, and one's own."""
    _as_reviewer(session, actor, launch, gate, group_id)
    _review(gate, group_id).assignee_id = actor.id
    return _append(session, actor, launch, gate, Vote.IN_REVIEW, group_id)


def want_work(
    session: Session, actor: Asker, launch: Launch, gate: Gate, group_id: int, note: str
) -> GateVote:
    """Give the ball back to the owner with what is to be done; the clocks pause."""
    _as_reviewer(session, actor, launch, gate, group_id)
    _must_say(note, _("Say what is to be done: the owner reads it."))
    return _append(session, actor, launch, gate, Vote.NEEDS_WORK, group_id, note)


def approve(
    session: Session, actor: Asker, launch: Launch, gate: Gate, group_id: int, note: str = ""
) -> GateVote:
    """Sign for a group; the vote keeps the facts it rests on, judged now."""
    _as_reviewer(session, actor, launch, gate, group_id, signing=True)
    signed = signable(session, launch, gate, clock.now())
    return _append(session, actor, launch, gate, Vote.APPROVED, group_id, note, signed=signed)


def grant_na(
    session: Session, actor: Asker, launch: Launch, gate: Gate, group_id: int, note: str
) -> GateVote:
    """Agree for a group that the gate does not apply, on the facts as they are now."""
    _as_reviewer(session, actor, launch, gate, group_id, signing=True)
    _must_say(note, _("Say why the gate does not apply."))
    signed = signable(session, launch, gate, clock.now())
    vote = Vote.NOT_APPLICABLE
    return _append(session, actor, launch, gate, vote, group_id, note, signed=signed)


def deny(
    session: Session, actor: Asker, launch: Launch, gate: Gate, group_id: int, note: str
) -> GateVote:
    """Refuse for a group; it stands, whatever others say, until oneself withdraws it."""
    _as_reviewer(session, actor, launch, gate, group_id)
    _must_say(note, _("Say why: the owner has to know what would change your mind."))
    return _append(session, actor, launch, gate, Vote.DENIED, group_id, note)


def withdraw(
    session: Session,
    actor: Asker,
    launch: Launch,
    gate: Gate,
    group_id: int | None,
    note: str = "",
) -> GateVote:
    """Take one's own word back; without a group, the owner's request or certificate.

    Who has left the group may still withdraw a denial: nobody else can.
    """
    require_open(launch)
    state = state_of(session, gate)
    if group_id is None:
        _must_speak_for(actor, launch)
        standing = asked_at(state.votes) is not None or certified(state.votes) is not None
    else:
        own = [v for v in state.votes if v.group_id == group_id and v.person_id == actor.id]
        standing = bool(own) and own[-1].vote is not Vote.WITHDRAWN
    if not standing:
        raise Conflict(_("There is nothing of yours to withdraw. Reload the page."))
    return _append(session, actor, launch, gate, Vote.WITHDRAWN, group_id, note)


def assign(
    session: Session, actor: Asker, launch: Launch, gate: Gate, group_id: int, person_id: int
) -> None:
    """Give a review to a member of its group; members and program managers may."""
    require_open(launch)
    state = state_of(session, gate)
    review = _review(gate, group_id)
    members = state.members.get(group_id, ())
    if actor.id not in members and not actor.may("launch.edit_any"):
        raise Forbidden(_("Only members of the group or a program manager may assign it."))
    if person_id not in members:
        raise Invalid.at("person_id", _("Choose a member of the group."))
    if person_id not in able(session, launch, state, [person_id]):
        raise Invalid.at(
            "person_id",
            _("They own or asked for this launch, or may not read it: choose somebody else."),
        )
    review.assignee_id = person_id
    tell(session, actor, launch, "gate.assigned")


# ---- what a signature rests on ----


def signable(session: Session, launch: Launch, gate: Gate, at: datetime) -> Parts:
    """Return the parts of the facts a gate signs, judged now; the rows they rest on are kept."""
    session.flush()
    facts = gather(session, [launch.id], at)[launch.id]
    reasons = evaluate(facts, at).reasons
    cite(session, (number for answer in reasons for number in cited_ids(answer.evidence)))
    return to_sign(parts(facts, reasons), gate.signs)


# ---- who may ----


def _must_speak_for(actor: Asker, launch: Launch) -> None:
    require_open(launch)
    if not may_edit(actor, launch):
        raise Forbidden(
            _("Only the owner, the owning team or a program manager may ask for a review.")
        )


def _must_have_groups(gate: Gate) -> None:
    if not gate.reviews:
        raise Invalid(_("No group reviews this gate. An admin names one in its template."))


def _must_say(note: str, sentence: str) -> None:
    if not note.strip():
        raise Invalid.at("note", sentence)


def spoke_for_owner(launch: Launch, state: GateState) -> frozenset[int]:
    """Return who may not sign as a reviewer: the owner, and who asked or certified for them."""
    asked = {v.person_id for v in state.votes if v.group_id is None}
    return frozenset(asked | ({launch.owner_id} if launch.owner_id is not None else set()))


def _as_reviewer(
    session: Session,
    actor: Asker,
    launch: Launch,
    gate: Gate,
    group_id: int,
    *,
    signing: bool = False,
) -> None:
    """Refuse who may not speak for the group; four eyes where they sign."""
    require_open(launch)
    _review(gate, group_id)
    state = state_of(session, gate)
    if actor.id not in state.members.get(group_id, ()):
        raise Forbidden(_("Only members of this review group may say this."))
    if signing and actor.id in spoke_for_owner(launch, state):
        raise Forbidden(_("You own this launch or asked for this review: somebody else signs it."))
    if asked_at(state.votes) is None and certified(state.votes) is None:
        raise Conflict(_("Nobody asks for this review at the moment. Reload the page."))


def _review(gate: Gate, group_id: int) -> GateReview:
    for review in gate.reviews:
        if review.group_id == group_id:
            return review
    raise NotFound(_("This group does not review this gate."))


# ---- the survey ----


def _keep_answers(gate: Gate, answers: Mapping[str, str]) -> None:
    """Store the survey's answers; one that is required and missing is refused."""
    kept: dict[str, Any] = {}
    for question in gate.questions:
        code = question["code"]
        text = (answers.get(code) or "").strip()
        if not text and not question.get("optional"):
            raise Invalid.at(f"answer_{code}", _("Answer this: the reviewers start from it."))
        if len(text) > NOTE_LENGTH:
            raise Invalid.at(f"answer_{code}", _("Shorten this to 4,000 characters."))
        if text:
            kept[code] = text
    if gate.answers != kept:
        gate.answers = kept


def _survey(gate: Gate) -> Parts:
    """Return the answers as the request keeps them, by the words of the question."""
    words = {question["code"]: question["text"] for question in gate.questions}
    told = {words[code]: text for code, text in gate.answers.items() if code in words}
    return {"survey": told} if told else {}


# ---- appending ----


def _append(
    session: Session,
    actor: Asker,
    launch: Launch,
    gate: Gate,
    vote: Vote,
    group_id: int | None = None,
    note: str = "",
    *,
    signed: Parts | None = None,
    spot_check: bool = False,
    at: datetime | None = None,
    action: str | None = None,
) -> GateVote:
    if len(note) > NOTE_LENGTH:
        raise Invalid.at("note", _("Shorten this to 4,000 characters."))
    row = GateVote(
        launch_id=launch.id,
        gate_id=gate.id,
        group_id=group_id,
        person_id=actor.id,
        vote=vote,
        at=at or clock.now(),
        note=note.strip(),
        signed=signed or {},
        spot_check=spot_check,
    )
    session.add(row)
    session.flush()
    settled = settle(session, gate)
    if vote in ASKING:
        _hand_out(session, launch, gate, settled)
    tell(session, actor, launch, action or _ACTIONS[vote], note.strip() or None)
    return row


def settle(session: Session, gate: Gate) -> GateState:
    """Bring up to date what follows from a gate's votes: which groups are awaited, since when.

    A group whose word is no longer needed is not awaited: the gate was signed since it was asked.
    """
    state = state_of(session, gate)
    standing = state.standing
    signed_at = None
    if standing.standing in SIGNED:
        carrying = set(standing.votes)
        signed_at = max(v.at for v in state.votes if v.id in carrying)
    for review in gate.reviews:
        since, paused = awaited_since(state.votes, review.group_id)
        asked = asked_at(state.votes)
        if since is not None and signed_at is not None and asked and asked.at <= signed_at:
            since, paused = None, False
        if review.asked_at != since or review.paused != paused:
            review.asked_at, review.paused = since, paused
    session.flush()
    return state


def _hand_out(session: Session, launch: Launch, gate: Gate, state: GateState) -> None:
    """Give each awaited review that nobody able has to whose week it is, or the least loaded."""
    today = clock.today()
    for review in gate.reviews:
        # Once for each request: this one may be reminded of again.
        review.reminded_at = review.escalated_at = None
        if review.asked_at is None:
            continue
        members = state.members.get(review.group_id, ())
        fit = able(session, launch, state, members)
        if review.assignee_id in fit:
            continue
        turn = turn_of(session, review.group_id, today)
        review.assignee_id = choose(fit, turn, open_reviews(session, fit))
    session.flush()


def able(
    session: Session, launch: Launch, state: GateState, people: Collection[int]
) -> frozenset[int]:
    """Return which people may read the launch and sign it; being in a group opens nothing."""
    others = frozenset(people) - spoke_for_owner(launch, state)
    if not launch.confidential or not others:
        return others
    rows: dict[int, list[Any]] = {}
    for row in session.execute(actor_query().where(Person.id.in_(sorted(others)))):
        rows.setdefault(row.id, []).append(row)
    readers = {number: actor_from(found) for number, found in rows.items()}
    return frozenset(
        number
        for number, person in readers.items()
        if person is not None and visible_ids(session, person, [launch.id])
    )
