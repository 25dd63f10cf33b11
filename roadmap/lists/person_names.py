"""Lists sort people by name: keep that true when somebody is renamed."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.history.models import HistoryEvent
from roadmap.lists.own_values import sortable
from roadmap.lists.registry import owners


def renamed(session: Session, event: HistoryEvent) -> None:
    """Give values that name a person the name they sort by now, one statement a kind of record."""
    if event.record_type != "person" or event.action == "person.created":
        return
    if "name" not in event.changes:
        return
    name = session.scalar(select(Person.name).where(Person.id == event.record_id)) or ""
    for owner in owners():
        table = owner.table.model
        session.execute(
            update(table)
            .where(table.person_id == event.record_id)
            .values(sort_text=sortable(name))
            .execution_options(synchronize_session=False)
        )
