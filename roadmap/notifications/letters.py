"""Write mails: what they say and to whom; nothing is sent here."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import ROOT
from roadmap import clock
from roadmap.accounts.current import Actor, load_actor
from roadmap.history.seal import head
from roadmap.launches.access import visible_ids
from roadmap.notifications import tokens
from roadmap.notifications.models import Mail, Notice
from roadmap.notifications.rules import MailKind, MailState, Reason
from roadmap.notifications.telling import Group, Item, grouped
from roadmap.notifications.weekly import Day, Wanted, Weekly, report_for
from roadmap.web.i18n import _, ngettext
from roadmap.web.markdown import render
from roadmap.web.templating import day

# A mail that tells more is not read; the rest waits in the inbox.
MOST_ITEMS = 60
SUBJECT_LENGTH = 150
# Stands in a stored mail for a link whose token is only made while sending.
SECRET_LINK = "[[link]]"  # noqa: S105 - a place, not a secret


@dataclass(frozen=True)
class Post:
    """What writing mail needs of the settings."""

    base_url: str
    secret: str
    # When the weekly report is made.
    reports: Day

    @property
    def host(self) -> str:
        """Return the host that message ids name."""
        return urlsplit(self.base_url).hostname or "localhost"

    def address(self, path: str) -> str:
        """Return the whole address of a page."""
        return f"{self.base_url}{path}"

    def off(self, off: tokens.Off) -> str:
        """Return the address that switches something off without signing in."""
        return self.address(f"/off?token={tokens.sign(self.secret, off)}")


def post_of(settings: Any) -> Post:
    """Return what writing mail needs, from the settings."""
    base = settings.BASE_URL or f"http://{settings.HOST}:{settings.PORT}"
    reports = Day(settings.WEEKLY_DAY, settings.DIGEST_HOUR)
    return Post(base.rstrip("/"), settings.SECRET_KEY, reports)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(_=_, ngettext=ngettext)
    made.filters.update(markdown=render)
    return made


def written(template: str, /, **values: Any) -> tuple[str, str]:
    """Return a mail's (text, html) from the two templates of that name."""
    made = _templates()
    text = made.get_template(f"{template}.txt").render(**values)
    return text, made.get_template(f"{template}.html").render(**values)


@dataclass(frozen=True)
class Told:
    """An item of a mail: the notice in words, and the link that switches its reason off."""

    item: Item
    off: str
    off_label: str


@dataclass(frozen=True)
class Section:
    """What a mail tells of one record."""

    key: str
    title: str
    url: str
    told: Sequence[Told]


def off_of(person_id: int, item: Item) -> tuple[tokens.Off, str]:
    """Return what one click on an item of a mail switches off, and what the click is called."""
    if item.watch_id is not None:
        return tokens.Off(person_id, tokens.WATCH, str(item.watch_id)), _("stop watching")
    return (
        tokens.Off(person_id, tokens.REASON, item.reason.value),
        _("no mail for this reason"),
    )


def _sections(post: Post, actor: Actor, groups: Sequence[Group]) -> list[Section]:
    found = []
    for group in groups:
        told = []
        for item in group.items:
            off, label = off_of(actor.id, item)
            told.append(Told(item, post.off(off), label))
        record = group.record
        found.append(Section(record.key, record.title, post.address(record.path), told))
    return found


@dataclass(frozen=True)
class Composed:
    """A mail as it reads, with the notices it tells of and the launches its report names."""

    subject: str
    text: str
    html: str
    notices: list[int] = field(default_factory=list)
    launches: list[int] = field(default_factory=list)


def compose(
    session: Session,
    post: Post,
    person_id: int,
    notice_ids: Collection[int],
    kind: MailKind,
    report: Wanted | None = None,
) -> Composed | None:
    """Return a mail of notices and, where one is wanted, the weekly report; None for nothing.

    Only what the person may read at this moment is in it.
    """
    actor = load_actor(session, person_id)
    if actor is None:
        return None
    weekly = report_for(session, actor, post.base_url, report) if report is not None else None
    rows = session.scalars(
        select(Notice)
        .where(Notice.id.in_(sorted(notice_ids)), Notice.person_id == person_id)
        .order_by(Notice.id.desc())
    ).all()
    groups = grouped(session, actor, rows[:MOST_ITEMS])
    if not groups and weekly is None:
        return None
    told = [item.id for group in groups for item in group.items]
    number, digest = head(session)
    text, html = written(
        "notices",
        name=actor.name,
        kind=kind.value,
        weekly=weekly,
        weekly_off=post.off(tokens.Off(person_id, tokens.WEEKLY)),
        sections=_sections(post, actor, groups),
        more=len(rows) - len(told) if len(rows) > MOST_ITEMS else 0,
        inbox=post.address("/inbox"),
        preferences=post.address("/account/notifications"),
        off=post.off(tokens.Off(person_id, tokens.MAIL)),
        seal=(number, digest),
    )
    subject = _subject(kind, groups, len(told), weekly)
    named = sorted(weekly.launches) if weekly is not None else []
    return Composed(subject, text, html, sorted(told), named)


def _subject(
    kind: MailKind, groups: Sequence[Group], count: int, weekly: Weekly | None = None
) -> str:
    if weekly is not None:
        return one_line(_("%(day)s: %(what)s", day=day(clock.today()), what=weekly.headline))
    first = groups[0]
    if kind is MailKind.IMMEDIATE and count == 1:
        line = first.items[0].line
        reason = first.items[0].reason
        what = _("mentioned you") if reason is Reason.MENTION else line.what
        text = f"{first.record.key}: {line.who} {what} - {first.record.title}"
    elif len(groups) == 1:
        text = f"{first.record.key}: {first.record.title}"
    else:
        text = ngettext("%(num)s thing for you", "%(num)s things for you", count)
        text += ": " + ", ".join(group.record.key for group in groups[:6])
    if kind is MailKind.DIGEST:
        text = _("%(day)s: %(what)s", day=day(clock.today()), what=text)
    return one_line(text)


def one_line(text: str) -> str:
    """Return a text as a header may carry it: one line, no control characters, not too long."""
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return clean if len(clean) <= SUBJECT_LENGTH else clean[: SUBJECT_LENGTH - 1] + "…"


def new_mail(
    post: Post,
    person_id: int,
    kind: MailKind,
    parts: Composed,
    now: datetime,
    digest_day: date | None = None,
    report_week: date | None = None,
) -> Mail:
    """Return a mail that waits to be sent; its id is fixed now, so every attempt is the same."""
    return Mail(
        person_id=person_id,
        kind=kind,
        digest_day=digest_day,
        report_week=report_week,
        subject=parts.subject,
        text=parts.text,
        html=parts.html,
        notices=parts.notices,
        launches=parts.launches,
        message_id=f"<{secrets.token_hex(16)}@{post.host}>",
        state=MailState.WAITING,
        attempts=0,
        next_try_at=now,
        error="",
        created_at=now,
    )


def still_right(session: Session, post: Post, mail: Mail) -> bool:
    """Bring a waiting mail in line with what its reader may read now; False if nothing is left."""
    if mail.kind is MailKind.ACCOUNT:
        return load_actor(session, mail.person_id) is not None
    if mail.kind is MailKind.QUESTIONS:
        # Those written before mails named launches have them where others name notices.
        reader = load_actor(session, mail.person_id)
        named = frozenset([*mail.launches, *mail.notices])
        return reader is not None and visible_ids(session, reader, named) == named
    return _in_line(session, post, mail)


def _in_line(session: Session, post: Post, mail: Mail) -> bool:
    """Write a mail again if its reader may no longer read all of it; False if nothing is left."""
    reader = load_actor(session, mail.person_id)
    if reader is None:
        return False
    named = frozenset(mail.launches)
    whole = visible_ids(session, reader, named) == named
    told = _readable_notices(session, post, mail)
    if whole and told == sorted(mail.notices):
        return True
    report = None
    if mail.report_week is not None:
        report = post.reports.wanted(mail.report_week, reader.time_zone)
    fresh = compose(session, post, mail.person_id, mail.notices, mail.kind, report)
    if fresh is None:
        return False
    mail.subject, mail.text, mail.html = fresh.subject, fresh.text, fresh.html
    mail.notices, mail.launches = fresh.notices, fresh.launches
    return True


def _readable_notices(session: Session, post: Post, mail: Mail) -> list[int]:
    if not mail.notices:
        return []
    fresh = compose(session, post, mail.person_id, mail.notices, mail.kind)
    return fresh.notices if fresh is not None else []
