"""What the demo's people decided and attest, done through the product like anybody would."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor, load_actor
from roadmap.accounts.models import Person
from roadmap.errors import NotFound
from roadmap.launches.kinds import PhaseState
from roadmap.launches.lifecycle import move_phase
from roadmap.launches.models import Launch
from roadmap.readiness.decision_answers import answer_decision
from roadmap.readiness.decision_models import Guard
from roadmap.readiness.decision_rules import AnswerKind, DecisionKind
from roadmap.readiness.decisions import Condition, Deciding, decide, decisions_of
from roadmap.readiness.hypercare import guards_of, read_guard, readings_of
from roadmap.readiness.standing import attest, attestations, standing_items

# The ramp that goes well, the launch the meeting turned down, and the one nobody could wait for.
RAMPING, REFUSED, AGAINST = 13, 1, 24
# What its guards read: the first beyond its limit, the second well within.
READ = {"Wrong removals a day": 31.0, "Sellers' complaints a day": 6.0}
FRESH = timedelta(days=7)
# Item, market, surface, and for how many days more: what launches there inherit.
ATTESTED = (
    ("trader_verification", "PT", "listing", 300),
    ("trader_verification", "ES", "listing", 190),
    ("local_terms", "PT", "listing", 12),
    ("notice_form", "DE", "live", 45),
)


def _person(session: Session, email: str) -> Actor:
    person_id = session.scalars(select(Person.id).where(Person.email == email)).one()
    actor = load_actor(session, person_id)
    if actor is None:
        raise NotFound(email)
    return actor


def hold_meetings(session: Session) -> None:
    """Record the demo's decisions, let one launch go against its verdict, and attest."""
    leader, legal = _person(session, "pm@example.org"), _person(session, "legal@example.org")
    expert = _person(session, "data.science@example.org")
    today = clock.today()
    decide(
        session,
        leader,
        session.get_one(Launch, RAMPING),
        Deciding(
            kind=DecisionKind.CONDITIONAL,
            statement="The first 10 % ran a week within its limits. All traffic follows.",
            deciders=(leader.id, legal.id),
            dissent=((expert.id, "The night shift has only one week of practice."),),
            conditions=(
                Condition(
                    text="Answer what sellers asked most in the first week.",
                    owner_id=leader.id,
                    due_on=today + timedelta(days=30),
                ),
            ),
        ),
    )
    decide(
        session,
        leader,
        session.get_one(Launch, REFUSED),
        Deciding(
            kind=DecisionKind.NO_GO,
            statement="Spanish is not proven, and no number of labels proves it at this precision.",
            deciders=(leader.id, expert.id),
        ),
    )
    _go_against(session, leader, legal)
    keep_true(session)


def _go_against(session: Session, leader: Actor, legal: Actor) -> None:
    launch, today = session.get_one(Launch, AGAINST), clock.today()
    finance = _person(session, "finance@example.org")
    decide(
        session,
        leader,
        launch,
        Deciding(
            kind=DecisionKind.EMERGENCY_GO,
            statement="The authority's order leaves one day. Buyers are told as soon as the list "
            "of orders is there.",
            deciders=(leader.id, legal.id),
            dissent=((finance.id, "Returns of untold buyers are not in the budget."),),
            expires_on=today + timedelta(days=14),
            review_on=today + timedelta(days=2),
        ),
    )
    taken = decisions_of(session, AGAINST)[0]
    answer_decision(session, legal, launch, taken, AnswerKind.CONFIRMED)
    move_phase(session, leader, launch, 1, PhaseState.LIVE)


def keep_true(session: Session) -> None:
    """Attest what nothing holds for any more, and read the guards of whoever reads none."""
    leader, legal = _person(session, "pm@example.org"), _person(session, "legal@example.org")
    today = clock.today()
    known = {item.code for item in standing_items(session)}
    held = {
        (row.item_code, row.market_code, row.surface_code)
        for row in attestations(session, today)
        if row.valid_until >= today
    }
    for code, market, surface, days in ATTESTED:
        if code in known and (code, market, surface) not in held:
            attest(
                session,
                legal,
                code,
                market,
                surface,
                evidence="Seen on the live pages, see the market's folder.",
                valid_until=today + timedelta(days=days),
            )
    launch, readings = session.get_one(Launch, AGAINST), readings_of(session, AGAINST)
    for guard in guards_of(session, AGAINST):
        newest = next(iter(readings.get(guard.id, ())), None)
        if guard.name in READ and (newest is None or newest.observed_at < clock.now() - FRESH):
            _read(session, leader, launch, guard)


def _read(session: Session, leader: Actor, launch: Launch, guard: Guard) -> None:
    now = clock.now()
    read_guard(session, leader, launch, guard, value=READ[guard.name], observed_at=now)
