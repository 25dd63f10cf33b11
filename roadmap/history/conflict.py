"""Two people edit one record: different fields both succeed, the same field loses nothing."""

import json
from collections.abc import Mapping
from typing import Any

from roadmap.errors import Conflict, Invalid
from roadmap.history.digest import plain
from roadmap.web.i18n import _


def as_shown(values: Mapping[str, Any]) -> str:
    """Return the text a form carries in its hidden field `shown`: what each input began with."""
    return json.dumps({name: plain(value) for name, value in values.items()}, sort_keys=True)


def read_shown(text: str | None) -> dict[str, Any]:
    """Return the values a form began with; a damaged text is refused, none at all is empty."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Invalid(_("This form is damaged. Reload the page and type it again."))
    return found


def changed_fields(
    record: Any, submitted: Mapping[str, Any], shown: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the fields to store: those the person changed from what the form showed.

    `shown` holds plain values as `as_shown` wrote them; None compares with the record alone. Raises
    Conflict with field -> (mine, theirs) where somebody else meanwhile stored another value.
    """
    wanted: dict[str, Any] = {}
    both: dict[str, tuple[str, str]] = {}
    for name, value in submitted.items():
        now, mine = plain(getattr(record, name)), plain(value)
        before = shown.get(name, now) if shown is not None else now
        if mine in (before, now):
            continue
        if now == before:
            wanted[name] = value
        else:
            both[name] = (_words(mine), _words(now))
    if both:
        raise Conflict(
            _("Somebody else changed this meanwhile. Compare both versions, then send it again."),
            both,
        )
    return wanted


def _words(value: Any) -> str:
    return "" if value is None else str(value)
