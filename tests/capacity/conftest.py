"""A queue and a classifier of Charlie's, and a launch of Alice's that leans on both."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from roadmap import clock
from roadmap.launches.kinds import LaunchType
from roadmap.launches.links import LinkSpec, put_link
from roadmap.launches.models import Forecast, Launch
from roadmap.launches.scope import ForecastSpec, put_forecast
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.mechanisms.kinds import LinkRole
from roadmap.mechanisms.models import Mechanism, Site
from roadmap.mechanisms.people import add_site
from tests.mechanisms.conftest import House, house  # noqa: F401  a fixture
from tests.worlds import kept

TODAY = clock.today()
MONDAY = TODAY - timedelta(days=TODAY.weekday())
DAY = timedelta(days=1)


@dataclass
class Floor:
    """The records the tests of capacity start from."""

    house: House
    queue: Mechanism
    classifier: Mechanism
    launch: Launch
    forecast: Forecast
    site: Site


@pytest.fixture
@kept
def floor(session, house):  # noqa: F811  the fixture above
    queue, classifier = house.queue(session), house.classifier(session)
    site = add_site(session, None, "lisbon", {"name": "Lisbon"}, ["DE"])
    launch = create_launch(
        session,
        house.bob,
        NewLaunch(
            title="German streams",
            type=LaunchType.SURFACE,
            owner_id=house.bob.id,
            markets=["DE"],
            surfaces=["live"],
            starts_on=TODAY + 30 * DAY,
        ),
    )
    session.flush()
    for key, role in ((queue.key, LinkRole.REVIEW), (classifier.key, LinkRole.DETECT)):
        put_link(session, house.bob, launch, LinkSpec(mechanism=key, role=role))
    forecast = put_forecast(session, house.bob, launch, ForecastSpec(likely=7000, prevalence=0.03))
    session.commit()
    return Floor(house, queue, classifier, launch, forecast, site)
