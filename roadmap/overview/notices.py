"""Events of launches in words for the inbox and for mail: as the launch room tells them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.queries import names_of
from roadmap.history.queries import FeedEntry
from roadmap.launches.access import visible
from roadmap.launches.models import Launch
from roadmap.mechanisms.models import Mechanism
from roadmap.notifications.telling import MOST_CHANGES, Line
from roadmap.overview.speech import Speech
from roadmap.overview.tellings import launches_in, mechanisms_in, people_in, told


def tell_launches(session: Session, actor: Actor, some: Sequence[FeedEntry]) -> Mapping[int, Line]:
    """Return events of launches in words, three statements; hidden launches are not named."""
    launches = session.execute(
        visible(select(Launch.id, Launch.title).where(Launch.id.in_(launches_in(some))), actor)
    )
    mechanisms = session.execute(
        select(Mechanism.id, Mechanism.name).where(Mechanism.id.in_(mechanisms_in(some)))
    )
    speech = Speech(
        launches={row.id: row.title for row in launches},
        mechanisms={f"{Mechanism.key_prefix}-{row.id}": row.name for row in mechanisms},
        people=names_of(session, people_in(some)),
    )
    found = {}
    for entry in some:
        line = told(entry, speech)
        changes = [(one.label, one.before, one.after) for one in line.changes[:MOST_CHANGES]]
        found[entry.id] = Line("history", line.who, line.what, changes, why=entry.why)
    return found
