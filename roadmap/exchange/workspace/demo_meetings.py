"""What the demo's people decided, watch and attest, done through the product like anybody would."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor, load_actor
from roadmap.accounts.models import Person
from roadmap.errors import NotFound
from roadmap.launches.models import Launch
from roadmap.launches.telling import tell
from roadmap.readiness.decision_rules import DecisionKind
from roadmap.readiness.decisions import Condition, Deciding, decide
from roadmap.readiness.going_live import watch
from roadmap.readiness.hypercare import GuardSpec, add_guard, read_guard
from roadmap.readiness.standing import attest, standing_items

# The ramp that goes well, and the launch the meeting turned down.
RAMPING, REFUSED = 13, 1
# A reading of the demo holds for a month: nobody reads its meters.
FRESH_HOURS = 24.0 * 31
# Where the product's Portuguese launches inherit what holds for the market.
ATTESTED = ("trader_verification", "PT", "listing")


def _person(session: Session, email: str) -> Actor:
    person_id = session.scalars(select(Person.id).where(Person.email == email)).one()
    actor = load_actor(session, person_id)
    if actor is None:
        raise NotFound(email)
    return actor


def hold_meetings(session: Session) -> None:
    """Record the demo's decisions, watch its live ramp and attest for one market."""
    leader, legal = _person(session, "pm@example.org"), _person(session, "legal@example.org")
    expert = _person(session, "data.science@example.org")
    _watch(session, leader)
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
    code, market, surface = ATTESTED
    if code in {item.code for item in standing_items(session)}:
        attest(
            session,
            legal,
            code,
            market,
            surface,
            evidence="Seller register checked against the trade register.",
            valid_until=today + timedelta(days=300),
        )


def _watch(session: Session, leader: Actor) -> None:
    launch = session.get_one(Launch, RAMPING)
    watch(session, launch.id, 1)
    tell(session, leader, launch, "hypercare.set")
    for name, unit, limit, value in (
        ("Appeals a day", "appeals", 400.0, 212.0),
        ("Sellers' complaints a day", "complaints", 60.0, 37.0),
    ):
        spec = GuardSpec(
            name=name, unit=unit, limit=limit, max_age_hours=FRESH_HOURS, owner_id=leader.id
        )
        guard = add_guard(session, leader, launch, 1, spec)
        for days in (2, 1):
            observed = clock.now() - timedelta(days=days)
            shown = value + 20 * days
            read_guard(session, leader, launch, guard, value=shown, observed_at=observed)
