"""A small organisation to launch things in: taxonomy, guidelines, mechanisms with evidence."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.capacity.models import BaseLoad, QueuePlan, QueueThroughput
from roadmap.db import Base
from roadmap.history.capture import Recorded
from roadmap.history.service import record, record_batch
from roadmap.keys import next_number
from roadmap.launches.rules import TierQuestions
from roadmap.mechanisms.kinds import (
    HUMAN_KINDS,
    FailMode,
    LabelSource,
    MechanismKind,
    Metric,
    Sampling,
    Stage,
)
from roadmap.mechanisms.models import (
    Certification,
    Configuration,
    CoverageCell,
    Measurement,
    MeasurementBatch,
    Mechanism,
)
from roadmap.requirements.models import AcceptanceCriterion, Requirement
from roadmap.requirements.rules import RequirementKind, RequirementState
from roadmap.taxonomy.models import (
    Language,
    Market,
    PolicyArea,
    PolicyLanguage,
    PolicyMarket,
    PolicyVersion,
    Region,
    Surface,
)
from roadmap.taxonomy.scope import parse_pattern
from tests.cast import Cast

FAR = date(2099, 12, 31)
NEW_MARKET = TierQuestions(
    new_market=True,
    new_surface=False,
    automatic_action=False,
    new_policy=False,
    minors_or_safety=False,
    load_over_5_percent=False,
)


def days_ago(count: int) -> date:
    return clock.today() - timedelta(days=count)


def in_days(count: int) -> date:
    return clock.today() + timedelta(days=count)


def make_words(session: Session) -> None:
    """Store regions, markets, languages, surfaces and two policy areas."""
    rows: list[Recorded] = [
        Region(code="EU", name="European Union"),
        Region(code="NA", name="North America"),
    ]
    session.add_all(rows)
    session.flush()
    more: list[Recorded] = [
        Market(code="DE", name="Germany", region_code="EU"),
        Market(code="ES", name="Spain", region_code="EU"),
        Market(code="FR", name="France", region_code="EU"),
        Market(code="US", name="United States", region_code="NA"),
        *(
            Language(code=code, name=name)
            for code, name in (("de", "German"), ("es", "Spanish"), ("fr", "French"), ("en", "E"))
        ),
        Surface(code="live", name="LIVE"),
        Surface(code="listing", name="Listing"),
        PolicyArea(code="weapons", name="Weapons", dsa_category="VIOLENCE"),
        PolicyArea(
            code="counterfeit",
            name="Counterfeit",
            dsa_category="INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        ),
    ]
    session.add_all(more)
    session.flush()
    for row in (*rows, *more):
        record(session, None, row, "word.added")


def make_guideline(
    session: Session, area: str, *languages: str, version: str = "v3", owner_id: int | None = None
) -> PolicyVersion:
    """Store a guideline version in force everywhere, published in some languages."""
    row = PolicyVersion(policy_area_code=area, version=version, owner_id=owner_id)
    row.markets = [PolicyMarket(market_code=None, effective_on=days_ago(100))]
    row.languages = [PolicyLanguage(language_code=c, published_on=days_ago(90)) for c in languages]
    session.add(row)
    record(session, None, row, "policy.added")
    return row


def make_mechanism(
    session: Session,
    kind: MechanismKind,
    *coverage: str,
    owner_id: int | None = None,
    **more: object,
) -> Mechanism:
    """Store a mechanism at enforce with a running configuration."""
    values: dict[str, object] = {
        "name": f"{kind.value} of everything",
        "stage": Stage.ENFORCE,
        "fail_mode": FailMode.CLOSED,
        "created_at": clock.now(),
        "owner_id": owner_id,
    }
    row = Mechanism(id=next_number(session, "MEC"), kind=kind, **(values | more))
    session.add(row)
    session.flush()
    for text in coverage or ("*/*/*/*",):
        pattern = parse_pattern(text)
        session.add(
            CoverageCell(
                mechanism_id=row.id,
                market_code=pattern.market,
                language_code=pattern.language,
                surface_code=pattern.surface,
                policy_area_code=pattern.policy_area,
            )
        )
    session.add(
        Configuration(
            mechanism_id=row.id,
            label="v12",
            parameters={"threshold": 0.8},
            digest=f"d12-{row.id}",
            is_current=True,
            created_at=clock.now(),
        )
    )
    if kind in HUMAN_KINDS:
        session.add_all(roomy(row.id))
    record(session, None, row, "mechanism.added")
    return row


def roomy(mechanism_id: int) -> list[Base]:
    """Return capacity that no launch of these tests fills."""
    return [
        QueuePlan(mechanism_id=mechanism_id, handling_seconds=60.0, sla_hours=24.0),
        QueueThroughput(mechanism_id=mechanism_id, week=days_ago(7), per_day=1_000_000.0),
        BaseLoad(mechanism_id=mechanism_id, weekly=0.0, measured_until=days_ago(2)),
    ]


def measure(
    session: Session,
    mechanism: Mechanism,
    scope: str,
    numerator: int,
    denominator: int,
    *,
    metric: Metric = Metric.PRECISION,
    age: int = 2,
    policy_version_id: int | None = None,
    configuration_id: int | None = None,
) -> Measurement:
    """Store one measurement of the running configuration."""
    batch = MeasurementBatch(source="test", recorded_at=clock.now())
    session.add(batch)
    session.flush()
    pattern = parse_pattern(scope)
    row = Measurement(
        batch_id=batch.id,
        mechanism_id=mechanism.id,
        configuration_id=configuration_id or running(session, mechanism),
        policy_version_id=policy_version_id,
        market_code=pattern.market,
        language_code=pattern.language,
        surface_code=pattern.surface,
        policy_area_code=pattern.policy_area,
        metric=metric,
        numerator=numerator,
        denominator=denominator,
        window_start=days_ago(age + 7),
        window_end=days_ago(age),
        sampling=Sampling.RANDOM,
        label_source=LabelSource.HUMAN,
        observed_at=clock.now(),
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    record_batch(session, None, Measurement, batch, batch.id, "measurements.recorded")
    return row


def running(session: Session, mechanism: Mechanism) -> int:
    """Return the id of the running configuration."""
    from sqlalchemy import select

    query = select(Configuration.id).where(
        Configuration.mechanism_id == mechanism.id, Configuration.is_current
    )
    return session.scalars(query).one()


def make_requirement(session: Session, *, accepted: bool) -> Requirement:
    """Store a requirement with one acceptance criterion."""
    row = Requirement(
        id=next_number(session, "REQ"),
        title="Show the seller's address",
        problem="Buyers cannot see who sells.",
        kind=RequirementKind.TOOL,
        state=RequirementState.ACCEPTED,
        state_changed_at=clock.now(),
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    row.criteria = [
        AcceptanceCriterion(
            position=1, text="It is shown.", accepted_at=clock.now() if accepted else None
        )
    ]
    session.add(row)
    record(session, None, row, "requirement.submitted")
    return row


@dataclass
class World:
    """What a Spanish launch leans on, all proven."""

    classifier: Mechanism
    queue: Mechanism
    appeals: Mechanism
    guidelines: list[PolicyVersion]


def make_world(session: Session, cast: Cast) -> World:
    """Store an organisation in which a Spanish LIVE launch has everything it needs."""
    make_words(session)
    owner = cast.charlie.id
    guidelines = [
        make_guideline(session, area, "es", "en", owner_id=owner)
        for area in ("counterfeit", "weapons")
    ]
    queue = make_mechanism(
        session,
        MechanismKind.REVIEW_QUEUE,
        owner_id=owner,
        staffed_until=FAR,
        receives_all=True,
    )
    appeals = make_mechanism(
        session, MechanismKind.APPEALS_QUEUE, owner_id=owner, staffed_until=FAR
    )
    classifier = make_mechanism(
        session, MechanismKind.CLASSIFIER, owner_id=owner, routes_to_id=queue.id
    )
    for version in guidelines:
        area = version.policy_area_code
        measure(session, classifier, f"*/es/*/{area}", 960, 1000)
        measure(
            session,
            queue,
            f"*/es/*/{area}",
            980,
            1000,
            metric=Metric.QA_ACCURACY,
            policy_version_id=version.id,
        )
        session.add(
            Certification(
                mechanism_id=queue.id,
                policy_version_id=version.id,
                language_code="es",
                heads=20,
                certified_on=days_ago(30),
            )
        )
        record(session, None, queue, "certification.added")
    return World(classifier, queue, appeals, guidelines)
