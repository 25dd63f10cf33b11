"""The lists of one record, such as the criteria of a requirement, each read in one statement.

`selectinload` builds its statements anew for every record; here they are built once. For many
records at a time it is the better way.
"""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, attributes


def load_parts(session: Session, record: Any, *lists: Any) -> None:
    """Load lists of a record, named by their attribute as in ``Requirement.criteria``.

    A list that is loaded already stays as it is.
    """
    for one in lists:
        if one.key in record.__dict__:
            continue
        found = session.scalars(_reading(one), {"owner": record.id}).all()
        attributes.set_committed_value(record, one.key, list(found))


@cache
def _reading(attribute: Any) -> Select[Any]:
    relation = attribute.property
    ((_own, foreign),) = relation.local_remote_pairs
    query = select(relation.mapper.class_).where(foreign == bindparam("owner"))
    return query.order_by(*relation.order_by) if relation.order_by else query
