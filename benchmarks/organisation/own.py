"""The eight fields admins defined on requirements, and a value of each for every requirement."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from benchmarks.bulk import Loader
from benchmarks.organisation import words
from benchmarks.organisation.ground import Ground, draw_for
from roadmap.accounts.models import Person
from roadmap.lists.kinds import Choice, FieldKind, Own, Value
from roadmap.lists.models import CustomField
from roadmap.lists.own_values import columns_of
from roadmap.requirements.models import RequirementFieldValue

Row = dict[str, Any]
_K = FieldKind


def _choices(*labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(label.lower(), label) for label in labels)


FIELDS = (
    Own(1, "budget", "Budget", _K.NUMBER),
    Own(2, "tickets", "Tickets a month", _K.NUMBER),
    Own(3, "programme", "Programme", _K.TEXT),
    Own(4, "ticket", "Ticket", _K.TEXT),
    Own(5, "phase", "Phase", _K.CHOICE, choices=_choices("Idea", "Study", "Pilot", "Rollout")),
    Own(6, "risk", "Risk", _K.CHOICE, choices=_choices("Low", "Medium", "High")),
    Own(7, "review", "Review on", _K.DATE),
    Own(8, "sponsor", "Sponsor", _K.PERSON),
)


def _value(own: Own, draw: Random, ground: Ground, number: int) -> Value:
    match own.kind:
        case FieldKind.NUMBER:
            return float(draw.randint(1, 100_000))
        case FieldKind.DATE:
            return ground.sizes.monday + timedelta(days=draw.randint(-300, 700))
        case FieldKind.CHOICE:
            return draw.choice(own.choices).code
        case FieldKind.PERSON:
            return ground.person(draw)
        case _:
            return f"{words.thing(draw)} {number}"


def _values(loader: Loader, ground: Ground) -> Iterator[Row]:
    draw = draw_for("own", ground.sizes)
    found = loader.connection.execute(select(Person.id, Person.name))
    names = {row.id: row.name for row in found}
    key = 0
    for number in range(1, ground.sizes.requirements + 1):
        for own in FIELDS:
            key += 1
            value = _value(own, draw, ground, number)
            name = names[int(str(value))] if own.kind is FieldKind.PERSON else ""
            about = {"id": key, "requirement_id": number, "field_id": own.id}
            yield about | columns_of(own, value, name)


def load(loader: Loader, ground: Ground) -> None:
    """Write the fields and their values."""
    loader.add(
        CustomField,
        (
            {
                "id": own.id,
                "record_type_of": "requirement",
                "code": own.code,
                "label": own.label,
                "kind": own.kind,
                "choices": [
                    {"code": one.code, "label": one.label, "active": one.active}
                    for one in own.choices
                ],
                "position": own.id,
                "created_at": ground.sizes.now,
            }
            for own in FIELDS
        ),
    )
    loader.add(RequirementFieldValue, _values(loader, ground))
