"""What every template can use: assets, translation, dates in the reader's zone, numbers, bar."""

import json
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from flask import Flask, current_app, g, request, url_for
from flask_login import current_user
from jinja2 import StrictUndefined
from markupsafe import Markup

from roadmap import clock
from roadmap.web import i18n
from roadmap.web.panels import panels

LOCALE = "en_GB"


@lru_cache(maxsize=8)
def _addresses(path: str, _stamp: float, root: str) -> dict[str, str]:
    """Return the address of each built asset below a mount point."""
    names: dict[str, str] = json.loads(Path(path).read_text())
    return {name: f"{root}/static/dist/{built}" for name, built in names.items()}


def asset(name: str) -> str:
    """Return the address of a built asset; its name carries its content, so caches may keep it."""
    # A page names the sprite dozens of times: the manifest is looked at once a request.
    if "assets" not in g:
        path = Path(current_app.static_folder or "") / "dist" / "manifest.json"
        if not path.exists():
            raise RuntimeError("The browser assets are not built: run `make assets`.")
        g.assets = _addresses(str(path), path.stat().st_mtime, request.script_root)
    addresses: dict[str, str] = g.assets
    return addresses[name]


def icon(name: str, size: int = 16, label: str | None = None) -> Markup:
    """Return one drawing from the sprite (static/img/icons.svg).

    Icons repeat the word beside them, so readers of the page do not hear them; give a label where
    there is no word.
    """
    return _icon(name, size, label, asset("icons.svg"))


@lru_cache(maxsize=512)
def _icon(name: str, size: int, label: str | None, sprite: str) -> Markup:
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else 'aria-hidden="true"'
    return Markup(
        '<svg class="ic" width="{0}" height="{0}" {1} focusable="false">'
        '<use href="{2}#{3}"></use></svg>'
    ).format(size, Markup(spoken), sprite, name)  # noqa: S704


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _local(value: datetime) -> datetime:
    if "reader_zone" not in g:
        name = getattr(current_user, "time_zone", None) or current_app.config["TIME_ZONE"]
        g.reader_zone = _zone(name)
    return value.astimezone(g.reader_zone)


@lru_cache(maxsize=4096)
def _day_text(value: date, year: int) -> str:
    pattern = "EEE d MMM" if value.year == year else "EEE d MMM y"
    return format_date(value, pattern, locale=LOCALE)


def day(value: date | datetime | None) -> str:
    """Return ``Tue 1 Dec``, with the year when it is not this one; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = _local(value).date()
    return _day_text(value, clock.today().year)


def moment(value: datetime | None) -> str:
    """Return ``Tue 24 Nov, 09:00`` in the reader's zone; nothing for None."""
    if value is None:
        return ""
    local = _local(value)
    return f"{day(local.date())}, {local:%H:%M}"


@lru_cache(maxsize=4096)
def number(value: float | None, digits: int = 0) -> str:
    """Return the number with thousands apart and at most ``digits`` decimals; nothing for None."""
    if value is None:
        return ""
    return format_decimal(round(value, digits), locale=LOCALE, decimal_quantization=False)


def percent(value: float | None, digits: int = 1) -> str:
    """Return a share as ``94.0 %``; nothing for None."""
    return "" if value is None else f"{value * 100:.{digits}f} %"


def money(minor: int | None, currency: str | None) -> str:
    """Return minor units as ``€48,000.00``; nothing for None."""
    if minor is None:
        return ""
    return format_currency(minor / 100, currency or "EUR", locale=LOCALE)


def with_query(**changes: Any) -> str:
    """Return this page's address with some query parameters changed; None takes one away."""
    values: dict[str, Any] = request.args.to_dict(flat=False)
    for name, value in changes.items():
        values.pop(name, None)
        if value is not None:
            values[name] = value
    return url_for(request.endpoint or "", **(request.view_args or {}), **values)


def _navigation() -> list[tuple[str, str, bool]]:
    entries: list[tuple[int, str, str, str, str]] = current_app.extensions["roadmap_nav"]
    here = request.path
    shown = []
    for _place, label, endpoint, prefix, permission in entries:
        if current_user.may(permission):
            current = here == prefix if prefix == "/" else here.startswith(prefix)
            shown.append((i18n.gettext(label), url_for(endpoint), current))
    return shown


def _context() -> dict[str, Any]:
    signed_in = not g.get("plain_page") and current_user.is_authenticated
    return {
        "current_user": current_user,
        "nav": _navigation() if signed_in else [],
        "request_id": g.get("request_id", ""),
    }


def init_app(app: Flask) -> None:
    """Make helpers and filters known to Jinja; an undefined name is an error, not empty text."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset,
        icon=icon,
        _=i18n.gettext,
        gettext=i18n.gettext,
        ngettext=i18n.ngettext,
        panels=panels,
        with_query=with_query,
        today=clock.today,
    )
    app.jinja_env.filters.update(
        day=day, moment=moment, number=number, percent=percent, money=money
    )
    app.extensions.setdefault("roadmap_nav", [])
    app.context_processor(_context)


# Where the rooms stand in the bar, whatever order they open in; others come before the last.
_PLACES = {
    "/": 0,
    "/requirements": 1,
    "/triage": 2,
    "/prioritise": 3,
    "/roadmap": 4,
    "/launches": 5,
    "/mechanisms": 6,
    "/admin": 9,
}


def add_navigation(app: Flask, label: str, endpoint: str, prefix: str, permission: str) -> None:
    """Add an entry to the bar, shown to those who may use it."""
    entries = app.extensions.setdefault("roadmap_nav", [])
    entries.append((_PLACES.get(prefix, 8), label, endpoint, prefix, permission))
    entries.sort(key=lambda entry: entry[0])
