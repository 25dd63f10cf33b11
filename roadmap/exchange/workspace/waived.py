"""Write and store waivers: each known by what it waives, who asked and when."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import inspect

from roadmap import clock
from roadmap.exchange.workspace.mapping import columns, in_order, plain, write
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.parts_launches import WaiverPart
from roadmap.exchange.workspace.problems import Problem
from roadmap.exchange.workspace.subjects import Handles
from roadmap.exchange.workspace.subjects import stored as stored_subject
from roadmap.exchange.workspace.subjects import written as written_subject
from roadmap.exchange.workspace.sync import Loading, sync_parts
from roadmap.readiness.models import Waiver
from roadmap.readiness.waivers import LONGEST
from roadmap.web.i18n import _

MAY = "waiver.approve"
# The same person may ask again for the same thing: each request is a waiver of its own.
IDENTITY = ("check_code", "subject", "requested_by", "requested_at")


# ---- writing ----


def of_launch(waivers: list[Waiver], handles: Handles, names: Names) -> list[dict[str, Any]]:
    """Return the waivers of one launch; a renewal names when the older one was asked for."""
    asked = {row.id: row.requested_at for row in waivers}
    return in_order(
        (
            write(
                WaiverPart,
                row,
                names,
                subject=written_subject(row.subject, handles, names.policy_label),
                renews=plain(asked.get(row.renews_id)) if row.renews_id is not None else None,
            )
            for row in waivers
        ),
        "check_code",
        "subject",
        "requested_at",
    )


# ---- what does not fit ----


def problems(path: str, waivers: list[WaiverPart]) -> Iterator[Problem]:
    """Yield what does not fit in the waivers of one launch: what nobody could be granted here."""
    now = clock.now()
    for place, one in enumerate(waivers):
        at = f"{path}.waivers[{place}]"
        yield from _approval(at, one)
        for name in ("requested_at", "approved_at", "refused_at", "withdrawn_at"):
            moment = getattr(one, name)
            if moment is not None and moment > now:
                yield Problem(f"{at}.{name}", _("has not happened yet"))
        if one.expires_on > one.requested_at.date() + LONGEST:
            yield Problem(f"{at}.expires_on", _("is more than a year after it was asked for"))
        yield from _renewal(at, one, waivers)


def _approval(at: str, one: WaiverPart) -> Iterator[Problem]:
    if one.approved_by is not None and one.approved_by == one.requested_by:
        yield Problem(f"{at}.approved_by", _("is who asked for it: another person approves"))
    if (one.approved_by is None) != (one.approved_at is None):
        yield Problem(f"{at}.approved_at", _("approved_by and approved_at go together"))
    if one.approved_at is not None and one.approved_at < one.requested_at:
        yield Problem(f"{at}.approved_at", _("lies before it was asked for"))


def _renewal(at: str, one: WaiverPart, waivers: list[WaiverPart]) -> Iterator[Problem]:
    if one.renews is None:
        return
    older = _named(one, waivers)
    if len(older) != 1:
        yield Problem(
            f"{at}.renews",
            _("no waiver of this check and subject was asked for then")
            if not older
            else _("more than one waiver of this check and subject was asked for then"),
        )
    elif older[0].approved_at is None:
        yield Problem(f"{at}.renews", _("only an approved waiver is renewed"))
    elif one.expires_on <= older[0].expires_on:
        yield Problem(f"{at}.expires_on", _("a renewal ends later than what it goes on from"))


def _named(one: WaiverPart, waivers: list[WaiverPart]) -> list[WaiverPart]:
    return [
        other
        for other in waivers
        if (other.check_code, other.subject, other.requested_at)
        == (one.check_code, one.subject, one.renews)
    ]


# ---- storing ----


def load_launch(
    loading: Loading,
    waivers: list[WaiverPart],
    launch_id: int,
    handles: Handles,
    stored: list[Waiver],
) -> None:
    """Make the waivers of a launch those of the file.

    An approval by somebody who may not approve here is a claim: shown, never counted.
    """
    wanted = [
        {
            "launch_id": launch_id,
            **columns(one, loading.names),
            "subject": stored_subject(one.subject, handles),
        }
        for one in waivers
    ]
    _let_go(loading, stored, wanted)
    rows = sync_parts(loading, Waiver, stored, wanted, IDENTITY)
    for row in rows:
        approval: Any = inspect(row).attrs.approved_by
        if row.id is None or approval.history.has_changes():
            row.claimed = row.approved_by is not None and not loading.may(row.approved_by, MAY)
    loading.session.flush()
    by_request: dict[tuple[str, str, datetime], Waiver] = {
        (row.check_code, row.subject, row.requested_at): row for row in rows
    }
    for row, one in zip(rows, waivers, strict=True):
        older = by_request[row.check_code, row.subject, one.renews] if one.renews else None
        number = older.id if older is not None else None
        if row.renews_id != number:
            row.renews_id = number


def _let_go(loading: Loading, stored: list[Waiver], wanted: list[dict[str, Any]]) -> None:
    """Cut what goes on from a waiver that the file no longer has, so that it can be removed."""
    kept = {tuple(one[name] for name in IDENTITY) for one in wanted}
    gone = {row.id for row in stored if tuple(getattr(row, n) for n in IDENTITY) not in kept}
    cut = [row for row in stored if row.renews_id in gone or (row.id in gone and row.renews_id)]
    for row in cut:
        row.renews_id = None
    if cut:
        loading.session.flush()
