"""Past events, so that feeds have something to show; they prove nothing and are not sealed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.bulk import Loader
from benchmarks.organisation.ground import Ground, draw_for
from roadmap.history.models import HistoryEvent

_EACH = (
    ("requirement", ("requirement.submitted", "requirement.accepted", "requirement.edited")),
    ("launch", ("launch.created", "launch.edited", "launch.linked", "launch.edited") * 3),
    ("mechanism", ("mechanism.registered", "mechanism.edited", "mechanism.stage_moved") * 2),
)


def load(loader: Loader, ground: Ground) -> None:
    """Write the events of requirements, launches and mechanisms."""
    table: Any = HistoryEvent.__table__
    loader.add(HistoryEvent, _events(ground, loader.next_id(table)))


def _events(ground: Ground, first: int) -> Iterator[dict[str, Any]]:
    draw, sizes, key = draw_for("events", ground.sizes), ground.sizes, first
    counts = {
        "requirement": sizes.requirements,
        "launch": sizes.launches,
        "mechanism": sizes.mechanisms,
    }
    for kind, actions in _EACH:
        for step, action in enumerate(actions):
            for number in range(1, counts[kind] + 1):
                yield {
                    "id": key,
                    "at": sizes.now - timedelta(days=100 - 7 * step),
                    "actor_id": ground.person(draw),
                    "record_type": kind,
                    "record_id": number,
                    "action": action,
                    "changes": {"title": ["Before", "After"], "state": [None, "accepted"]},
                    "rows": [],
                }
                key += 1
