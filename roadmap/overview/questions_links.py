"""Where each question to an owner is answered: one short address a field, and the form it leads to.

Mail carries the short address. It is looked up when it is opened, so that it finds the row there is
by then, and it keeps the part of the page through signing in, which an address after # would not.
"""

import re
import zlib
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Forbidden, NotFound
from roadmap.keys import parse_key
from roadmap.launches.access import get_launch
from roadmap.launches.models import Forecast, Launch, LaunchMechanism, LaunchTarget
from roadmap.mechanisms.kinds import HUMAN_KINDS
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import get_mechanism
from roadmap.readiness.questions import Ask, Field
from roadmap.web.i18n import _

# What is answered in a form of the launch: only who may edit it can.
_OF_LAUNCH = frozenset(
    {
        *(Field.SCOPE, Field.DATE, Field.MECHANISMS, Field.TARGETS, Field.CHECKLIST),
        *(Field.FORECAST, Field.TRAINING),
    }
)
# Where the form is the same whatever is there already, and its first field.
_FORMS = {
    Field.SCOPE: "/launches/{record}/scope#markets",
    Field.DATE: "/launches/{record}/phases#starts_on",
    Field.MECHANISMS: "/launches/{record}/mechanisms/new#mechanism",
    Field.CHECKLIST: "/launches/{record}/checklist#main",
    Field.CHECKLIST_ITEM: "/launches/{record}/checklist/{part}#answer",
    Field.TRAINING: "/launches/{record}/training/new#heads",
    Field.GATE: "/launches/{record}/gates/{part}#answer",
    Field.REVIEW: "/launches/{record}/gates/{part}#main",
    Field.EVIDENCE: "/mechanisms/{record}/evidence/new#numerator",
    Field.GUIDELINE: "/admin/policies#main",
    Field.CRITERIA: "/requirements/{record}#criteria",
}

# A key, or the code of a policy area.
_RECORD = re.compile(r"[A-Za-z0-9_-]{1,60}")


def short(one: Ask) -> str:
    """Return the address of a question as mail carries it."""
    part = f"?{urlencode({'part': one.part})}" if one.part else ""
    return f"/answer/{one.field.value}/{one.record}{part}"


def place_of(session: Session, field: str, record: str, part: str) -> str:
    """Return the page and field where a question is answered; raises NotFound for no question."""
    if field not in set(Field) or not _RECORD.fullmatch(record):
        raise NotFound(_("There is no such question."))
    kind = Field(field)
    if kind in _FORMS:
        if ("{part}" in _FORMS[kind]) != (part.isascii() and part.isdecimal()):
            raise NotFound(_("There is no such question."))
        return _FORMS[kind].format(record=record, part=part)
    if kind is Field.QUEUE:
        return _queue(session, record)
    number = parse_key(record, Launch.key_prefix)
    if kind is Field.FORECAST:
        found = session.scalar(
            select(Forecast.id).where(Forecast.launch_id == number).order_by(Forecast.id).limit(1)
        )
        return f"/launches/{record}/forecasts/{found or 'new'}#likely"
    if kind is Field.TARGETS:
        return _target(session, number, record)
    if kind is Field.GUARDS:
        return _guard(record, part)
    return f"/launches/{record}#gap-{anchor_of(part)}"


def anchor_of(part: str) -> str:
    """Return what names the row of an answer in a launch's room; the part is code:subject."""
    code, _colon, subject = part.partition(":")
    return f"{zlib.crc32(f'{code} {subject}'.encode()):08x}"


def _guard(record: str, part: str) -> str:
    what, _colon, number = part.partition(":")
    if what == "guard" and number.isdecimal():
        return f"/launches/{record}/guards/{number}#value"
    if what == "guards" and number.isdecimal():
        return f"/launches/{record}/hypercare/{number}/guards#name"
    return f"/launches/{record}/hypercare#main"


def _queue(session: Session, record: str) -> str:
    number = parse_key(record, Mechanism.key_prefix)
    kind = session.scalar(select(Mechanism.kind).where(Mechanism.id == number))
    if kind in HUMAN_KINDS:
        return f"/mechanisms/{record}/staffing/plan#handling_seconds"
    return f"/mechanisms/{record}/edit#main"


def _target(session: Session, number: int, record: str) -> str:
    """Return the form of the first mechanism without a target, else where the mechanisms are."""
    without = (
        select(LaunchMechanism.id)
        .outerjoin(LaunchTarget, LaunchTarget.launch_mechanism_id == LaunchMechanism.id)
        .where(LaunchMechanism.launch_id == number, LaunchTarget.id.is_(None))
        .order_by(LaunchMechanism.id)
        .limit(1)
    )
    found = session.scalar(without)
    if found is None:
        return f"/launches/{record}/mechanisms/new#mechanism"
    return f"/launches/{record}/mechanisms/{found}/target#metric"


def why_closed(session: Session, person: Actor, one: Ask) -> str:
    """Return why a person could not answer what they would be asked; empty if they can."""
    if one.field is Field.GUIDELINE and not person.may("admin.taxonomy"):
        return _("An admin enters guidelines: ask one of them.")
    try:
        if one.field in _OF_LAUNCH:
            get_launch(session, person, one.record, "edit")
        elif one.field is Field.EVIDENCE:
            get_mechanism(session, person, one.record, "evidence")
        elif one.field is Field.QUEUE:
            get_mechanism(session, person, one.record, "edit")
    except (Forbidden, NotFound):
        return _("May not fill this in: ask who owns %(record)s.", record=one.record)
    return ""
