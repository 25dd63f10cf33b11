"""The checklist every launch of the reference organisation has, and its answers."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from benchmarks.bulk import Loader
from benchmarks.organisation.ground import Ground
from roadmap.readiness.models import ChecklistItem, ChecklistTemplate, TemplateItem

__all__ = ["ChecklistItem", "items_of", "load_template"]

_ITEMS = (
    "Policy text is published where sellers read it",
    "Buyers can report an item in two steps",
    "Every removal names its reason in the seller's language",
    "Removal reasons are exported with the new category",
    "Appeals reach a person who was not involved",
    "Notices of trusted flaggers come first",
    "Repeat offenders are suspended by rule",
    "Threats to life reach the desk at any hour",
    "Sellers are verified before the first sale",
    "Listings carry the labels the category needs",
    "Buyers of recalled goods are told",
    "The risk assessment is written and signed",
    "Figures by language are collected from day one",
    "The guideline is translated and rehearsed",
    "The switch-off was rehearsed this quarter",
    "The forecast holds nights and peaks",
    "Handling time was measured in a pilot",
    "Alerts are set for every linked mechanism",
    "The budget is approved",
    "Sellers have been told in time",
)
_SEVERITIES = ("blocker", "blocker", "approvable", "info")


def load_template(loader: Loader) -> None:
    """Write the template the items were copied from."""
    table: Any = ChecklistTemplate.__table__
    template = loader.next_id(table)
    loader.add(
        ChecklistTemplate,
        [{"id": template, "code": "bench", "version": 1, "title": "Before a launch"}],
    )
    items: Any = TemplateItem.__table__
    first = loader.next_id(items)
    loader.add(
        TemplateItem,
        (
            {
                "id": first + place,
                "template_id": template,
                "position": place + 1,
                "code": f"bench-{place + 1}",
                "text": text,
                "severity": _SEVERITIES[place % len(_SEVERITIES)],
            }
            for place, text in enumerate(_ITEMS)
        ),
    )


def items_of(
    launch: int, ground: Ground, draw: Random, answered: float
) -> Iterator[dict[str, Any]]:
    """Yield the items of a launch; ``answered`` is the share that has an answer."""
    now = ground.sizes.now
    for place, text in enumerate(_ITEMS):
        done = draw.random() < answered
        yield {
            "launch_id": launch,
            "position": place + 1,
            "code": f"bench-{place + 1}",
            "text": text,
            "severity": _SEVERITIES[place % len(_SEVERITIES)],
            "owner_id": ground.person(draw),
            "answer": ("no" if draw.random() < 0.03 else "yes") if done else None,
            "evidence": "https://wiki.example/evidence" if done else "",
            "answered_at": now - timedelta(days=draw.randint(1, 60)) if done else None,
            "answered_by": ground.person(draw) if done else None,
            "valid_until": ground.sizes.monday + timedelta(days=draw.randint(30, 400))
            if done
            else None,
        }
