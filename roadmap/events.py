"""Publish and subscribe inside one transaction.

Lower rooms publish plain events; higher rooms subscribe. Subscribers run at once, in the session of
the publisher, so that a launch and the checklist it brings are stored together or not at all.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

Subscriber: TypeAlias = Callable[[Session, Any], None]

_subscribers: dict[type, list[Subscriber]] = defaultdict(list)


def subscribe(kind: type, subscriber: Subscriber) -> None:
    """Call ``subscriber(session, event)`` for each event of the class; asking twice counts once."""
    if subscriber not in _subscribers[kind]:
        _subscribers[kind].append(subscriber)


def publish(session: Session, event: object) -> None:
    """Hand the event to the subscribers of its class, in the order they subscribed."""
    for subscriber in _subscribers[type(event)]:
        subscriber(session, event)
