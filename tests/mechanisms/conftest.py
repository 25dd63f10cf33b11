"""A small organisation to register mechanisms in: Charlie owns them, Bob may edit any."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.mechanisms.configurations import add_configuration
from roadmap.mechanisms.kinds import LabelSource, MechanismKind, Metric, Sampling, Stage
from roadmap.mechanisms.measurement_checks import NewMeasurement
from roadmap.mechanisms.models import Configuration, Mechanism
from roadmap.mechanisms.service import register_mechanism
from roadmap.taxonomy.models import PolicyVersion
from roadmap.taxonomy.policies import add_policy_version
from roadmap.taxonomy.queries import WordKind
from roadmap.taxonomy.scope import ScopePattern
from roadmap.taxonomy.service import add_word
from tests.cast import Cast, actor
from tests.worlds import kept


@dataclass
class House:
    """What the tests start from."""

    cast: Cast
    charlie: Actor
    bob: Actor
    alice: Actor
    victor: Actor
    version: PolicyVersion

    def classifier(self, session: Session, **values) -> Mechanism:
        """Return a classifier of Charlie's that enforces configuration v12."""
        stage = values.pop("stage", Stage.ENFORCE)
        given = {"name": "Weapons classifier", **values}
        found = register_mechanism(
            session, self.charlie, MechanismKind.CLASSIFIER, given, stage=stage
        )
        add_configuration(session, self.charlie, found, "v12", {"threshold": 0.8})
        return found

    def queue(self, session: Session, **values) -> Mechanism:
        """Return a review queue of Charlie's that runs."""
        given = {"name": "German live review", "receives_all": True, **values}
        return register_mechanism(
            session, self.charlie, MechanismKind.REVIEW_QUEUE, given, stage=Stage.ENFORCE
        )


def row_of(mechanism: Mechanism, configuration: Configuration | None = None, **values):
    """Return a precision row of the last week over de/weapons."""
    today = clock.today()
    given = {
        "mechanism_id": mechanism.id,
        "configuration_id": configuration.id if configuration is not None else None,
        "metric": Metric.PRECISION,
        "numerator": 285,
        "denominator": 300,
        "window_start": today - timedelta(days=8),
        "window_end": today - timedelta(days=1),
        "sampling": Sampling.RANDOM,
        "label_source": LabelSource.HUMAN,
        "scope": ScopePattern(None, "de", None, "weapons"),
    }
    return NewMeasurement(**{**given, **values})


@pytest.fixture
@kept
def house(session: Session, cast: Cast) -> House:
    for code in ("DE", "FR", "ES"):
        add_word(session, None, WordKind.MARKET, code)
    for code in ("de", "en", "es"):
        add_word(session, None, WordKind.LANGUAGE, code)
    add_word(session, None, WordKind.SURFACE, "live", "Live")
    add_word(session, None, WordKind.SURFACE, "listing", "Listing")
    for code, name in (("weapons", "Weapons"), ("counterfeit", "Counterfeit")):
        add_word(session, None, WordKind.POLICY_AREA, code, name, dsa_category="VIOLENCE")
    version = add_policy_version(
        session, None, "weapons", "v2", effective_on=date(2026, 1, 1), languages=["de"]
    )
    return House(
        cast,
        actor(cast.charlie, cast.ops),
        actor(cast.bob, cast.program),
        actor(cast.alice, cast.ops),
        actor(cast.victor),
        version,
    )
