"""What every template can use: translation, dates in the reader's zone, numbers, bar."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from flask import Flask, current_app, g, render_template, request, url_for
from flask_login import current_user
from jinja2 import StrictUndefined
from markupsafe import Markup

from roadmap import clock, currencies
from roadmap.web import chips, i18n
from roadmap.web.compiling import Environment
from roadmap.web.icons import asset, forget, icon, sprite
from roadmap.web.menus import menu_options
from roadmap.web.panels import panels
from roadmap.wording import hours_text

LOCALE = "en_GB"


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def reader_zone() -> ZoneInfo:
    """Return the zone of who reads the page."""
    zone: ZoneInfo | None = g.get("reader_zone")
    if zone is None:
        name = getattr(current_user, "time_zone", None) or current_app.config["TIME_ZONE"]
        zone = g.reader_zone = _zone(name)
    return zone


def _local(value: datetime) -> datetime:
    return value.astimezone(reader_zone())


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


def days_of_page() -> Callable[[date | datetime | None], str]:
    """Return what writes days as `day` does, for the many of one page."""
    zone, year = reader_zone(), clock.today().year

    def write(value: date | datetime | None) -> str:
        if value is None:
            return ""
        if isinstance(value, datetime):
            value = value.astimezone(zone).date()
        return _day_text(value, year)

    return write


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


def money(hundredths: int | None, currency: str | None) -> str:
    """Return hundredths, of whatever currency, as ``€48,000.00``; nothing for None."""
    if hundredths is None:
        return ""
    return format_currency(hundredths / 100, currency or "EUR", locale=LOCALE)


def amount(minor: int | None, currency: str | None) -> str:
    """Return minor units of a currency as ``€48,000.00`` or ``¥48,000``; nothing for None."""
    if minor is None:
        return ""
    return format_currency(currencies.major(minor, currency), currency or "EUR", locale=LOCALE)


def with_query(**changes: Any) -> str:
    """Return this page's address with some query parameters changed; None takes one away."""
    values: dict[str, Any] = request.args.to_dict(flat=False)
    for name, value in changes.items():
        values.pop(name, None)
        if value is not None:
            values[name] = value
    here = quote(f"{request.script_root}{request.path}", safe="/!$&'()*+,;=:@")
    return f"{here}?{urlencode(values, doseq=True)}" if values else here


def address_before(endpoint: str, name: str) -> str:
    """Return the address of a record's page up to its key, for the rows of a list.

    ``{{ address_before("requirements.show", "key") }}REQ-12``: one address for the whole list
    where `url_for` in each row would cost as much as the rest of it.
    """
    return _address_before(endpoint, name, request.script_root)


@lru_cache(maxsize=256)
def _address_before(endpoint: str, name: str, _root: str) -> str:
    key: dict[str, Any] = {name: "0"}
    return url_for(endpoint, **key).removesuffix("0")


def address(endpoint: str, **values: Any) -> str:
    """Return what `url_for` returns; below the same mount point it is the same, and kept."""
    if endpoint.startswith(".") or not _PLAIN.issuperset(map(type, values.values())):
        return url_for(endpoint, **values)
    return _address(endpoint, tuple(values.items()), request.script_root)


# Values that have one text, and are equal only to those of their own type.
_PLAIN = {str, int}


@lru_cache(maxsize=8192)
def _address(endpoint: str, values: tuple[tuple[str, str | int], ...], _root: str) -> str:
    return url_for(endpoint, **dict(values))  # type: ignore[arg-type]


def draw(template: str, **values: Any) -> Markup:
    """Return a part of a page, as `render_template` does, with what is known of the page already.

    A page has some ten parts, and what every template sees would be gathered for each of them.
    """
    drawn = current_app.jinja_env.get_template(template).render({**_context(), **values})
    return Markup(drawn)  # noqa: S704 - the template escapes


def same_part(template: str, **values: Any) -> Markup:
    """Return a part of many pages that says the same wherever its plain values are the same.

    It is drawn once for these values; its template may ask for nothing else, such as the person.
    """
    return _same_part(template, tuple(values.items()), request.script_root, sprite())


@lru_cache(maxsize=512)
def _same_part(template: str, values: tuple[Any, ...], _root: str, _sprite: str) -> Markup:
    return Markup(render_template(template, **dict(values)))  # noqa: S704 - the template escapes


@lru_cache(maxsize=512)
def _addresses(endpoints: tuple[str, ...], _root: str) -> tuple[str, ...]:
    """Return the addresses of pages that take no values, built once for each mount point."""
    return tuple(url_for(endpoint) for endpoint in endpoints)


def _navigation(user: Any) -> list[tuple[str, str, bool]]:
    entries: list[tuple[int, str, str, str, str]] = current_app.extensions["roadmap_nav"]
    here = request.path
    urls = _addresses(tuple(entry[2] for entry in entries), request.script_root)
    shown = []
    for (_place, label, _endpoint, prefix, permission), url in zip(entries, urls, strict=True):
        if user.may(permission):
            current = here == prefix if prefix == "/" else here.startswith(prefix)
            shown.append((i18n.gettext(label), url, current))
    return shown


def _context() -> dict[str, Any]:
    """Return what every template sees; panels are templates of the same request."""
    if g.get("plain_page"):
        return {"current_user": current_user, "nav": [], "request_id": g.get("request_id", "")}
    if "context" not in g:
        # The person itself: a proxy would ask who it is for each word it says.
        user = current_user._get_current_object()  # noqa: SLF001 - its documented way
        g.context = {
            "current_user": user,
            "nav": _navigation(user) if user.is_authenticated else [],
            "request_id": g.get("request_id", ""),
        }
    context: dict[str, Any] = g.context
    return context


def init_app(app: Flask) -> None:
    """Make helpers and filters known to Jinja; an undefined name is an error, not empty text."""
    app.jinja_environment = Environment
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset,
        chips=chips,
        icon=icon,
        _=i18n.gettext,
        gettext=i18n.gettext,
        ngettext=i18n.ngettext,
        panels=panels,
        with_query=with_query,
        address_before=address_before,
        url_for=address,
        menu_options=menu_options,
        today=clock.today,
    )
    app.jinja_env.filters.update(
        day=day,
        hours=hours_text,
        moment=moment,
        number=number,
        percent=percent,
        money=money,
        amount=amount,
    )
    app.extensions.setdefault("roadmap_nav", [])
    app.context_processor(_context)
    app.teardown_appcontext(forget)


# Where the rooms stand in the bar, whatever order they open in; others come before the last.
_PLACES = {
    "/": 0,
    "/requirements": 1,
    "/triage": 2,
    "/prioritise": 3,
    "/roadmap": 4,
    "/launches": 5,
    "/reviews": 6,
    "/mechanisms": 7,
    "/capacity": 8,
    "/admin": 10,
}


def add_navigation(app: Flask, label: str, endpoint: str, prefix: str, permission: str) -> None:
    """Add an entry to the bar, shown to those who may use it."""
    entries = app.extensions.setdefault("roadmap_nav", [])
    entries.append((_PLACES.get(prefix, 9), label, endpoint, prefix, permission))
    entries.sort(key=lambda entry: entry[0])
