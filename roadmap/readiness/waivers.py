"""Commands on waivers: asked for by one person, approved by another, expiring by themselves."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Conflict, Forbidden, Invalid, NotFound
from roadmap.launches.access import Asker, get_launch, may_edit, may_read
from roadmap.launches.checks import require_open, require_person
from roadmap.launches.models import Launch
from roadmap.launches.telling import tell
from roadmap.readiness.answers import Answer
from roadmap.readiness.models import Waiver
from roadmap.readiness.queries import can_be_waived, full_verdict
from roadmap.web.i18n import _
from roadmap.wording import N_

RISKS = {"low": N_("low"), "medium": N_("medium"), "high": N_("high")}
# A waiver bridges a gap; what needs longer is a decision, not an exception.
LONGEST = timedelta(days=365)
TEXT_LENGTH = 4000


@dataclass(frozen=True, kw_only=True)
class WaiverRequest:
    """What a waiver is asked for with; ``code`` and ``subject`` name the failing answer."""

    code: str
    subject: str
    reason: str
    risk_of_proceeding: str
    risk_of_not: str
    expires_on: date
    owner_id: int
    compensating: str = ""
    risk: str | None = None
    renews_id: int | None = None


def failing_answer(session: Session, launch: Launch, code: str, subject: str) -> Answer:
    """Return the failing approvable answer of the present verdict, or say why there is none."""
    verdict = full_verdict(session, launch.id)
    answers = verdict.reasons if verdict is not None else ()
    named = [a for a in answers if str(a.code) == code and a.subject == subject]
    if not named:
        raise Invalid.at("subject", _("The present verdict has no such answer. Reload the page."))
    waivable = next((a for a in named if can_be_waived(a)), None)
    if waivable is None:
        raise Invalid.at(
            "subject",
            _("Only a failing approvable check can be waived: never a blocker, unknown or stale."),
        )
    return waivable


def _check_texts(request: WaiverRequest) -> None:
    for name in ("reason", "risk_of_proceeding", "risk_of_not"):
        if not getattr(request, name).strip():
            raise Invalid.at(name, _("Fill this in: the approver decides on it."))
    for name in ("reason", "risk_of_proceeding", "risk_of_not", "compensating"):
        if len(getattr(request, name)) > TEXT_LENGTH:
            raise Invalid.at(name, _("Shorten this to 4,000 characters."))
    if request.risk is not None and request.risk not in RISKS:
        raise Invalid.at("risk", _("Choose low, medium or high."))
    today = clock.today()
    if not today <= request.expires_on <= today + LONGEST:
        raise Invalid.at("expires_on", _("Choose a last day from today to a year ahead."))


def request_waiver(
    session: Session, actor: Asker, launch: Launch, request: WaiverRequest
) -> Waiver:
    """Ask for an exception to one failing approvable answer of the launch's present verdict."""
    require_open(launch)
    if not may_edit(actor, launch):
        raise Forbidden(_("Only the launch's owner or a program manager may ask for a waiver."))
    _check_texts(request)
    require_person(session, request.owner_id, "owner_id")
    if not may_read(session, launch, request.owner_id):
        raise Invalid.at(
            "owner_id", _("This launch is confidential. Add the person to its readers first.")
        )
    failing_answer(session, launch, request.code, request.subject)
    _check_renewal(session, launch, request)
    waiting = select(Waiver.id).where(
        Waiver.launch_id == launch.id,
        Waiver.check_code == request.code,
        Waiver.subject == request.subject,
        or_(Waiver.approved_at.is_(None), Waiver.claimed),
        Waiver.refused_at.is_(None),
        Waiver.withdrawn_at.is_(None),
    )
    if session.scalar(waiting.limit(1)) is not None:
        raise Invalid.at("subject", _("A waiver for this waits for approval already."))
    waiver = Waiver(
        launch_id=launch.id,
        check_code=request.code,
        subject=request.subject,
        reason=request.reason.strip(),
        risk_of_proceeding=request.risk_of_proceeding.strip(),
        risk_of_not=request.risk_of_not.strip(),
        compensating=request.compensating.strip(),
        owner_id=request.owner_id,
        requested_by=actor.id,
        requested_at=clock.now(),
        expires_on=request.expires_on,
        risk=request.risk,
        renews_id=request.renews_id,
    )
    session.add(waiver)
    renews = request.renews_id is not None
    tell(session, actor, launch, "waiver.renewed" if renews else "waiver.requested")
    return waiver


def _check_renewal(session: Session, launch: Launch, request: WaiverRequest) -> None:
    """Refuse to renew what is not an approved waiver of the same answer, or would end earlier."""
    if request.renews_id is None:
        return
    old = renewable(session, launch, request.renews_id)
    if old is None or (old.check_code, old.subject) != (request.code, request.subject):
        raise Invalid.at("subject", _("Only an approved waiver of this check can be renewed."))
    if request.expires_on <= old.expires_on:
        raise Invalid.at("expires_on", _("A renewal ends later than the waiver it goes on from."))


def get_waiver(session: Session, actor: Asker | None, waiver_id: int) -> tuple[Launch, Waiver]:
    """Load a waiver with its launch; one of a launch the actor may not know of is not found."""
    waiver = session.get(Waiver, waiver_id)
    if waiver is None:
        raise NotFound(_("There is no such waiver."))
    return get_launch(session, actor, waiver.launch_id), waiver


def _may_decide(actor: Asker, waiver: Waiver) -> None:
    if not actor.may("waiver.approve"):
        raise Forbidden(_("Only approvers may decide on waivers."))
    if actor.id == waiver.requested_by:
        raise Forbidden(_("You asked for this waiver; somebody else has to decide on it."))
    approved = waiver.approved_at is not None and not waiver.claimed
    if approved or waiver.refused_at or waiver.withdrawn_at:
        raise Conflict(_("This waiver was decided or withdrawn meanwhile."))


def approve_waiver(session: Session, actor: Asker, launch: Launch, waiver: Waiver) -> None:
    """Approve a waiver of somebody else; it counts from now to its last day."""
    _may_decide(actor, waiver)
    if waiver.expires_on < clock.today():
        raise Invalid(_("Its last day has passed. Ask for a new waiver."))
    failing_answer(session, launch, waiver.check_code, waiver.subject)
    waiver.approved_by, waiver.approved_at, waiver.claimed = actor.id, clock.now(), False
    tell(session, actor, launch, "waiver.approved")


def refuse_waiver(session: Session, actor: Asker, launch: Launch, waiver: Waiver, why: str) -> None:
    """Refuse a waiver with a reason the requester can read."""
    _may_decide(actor, waiver)
    if not why.strip():
        raise Invalid.at("why", _("Say why: the requester reads it."))
    waiver.refused_at = clock.now()
    tell(session, actor, launch, "waiver.refused", why.strip())


def withdraw_waiver(session: Session, actor: Asker, launch: Launch, waiver: Waiver) -> None:
    """Take a waiver back, whether only asked for or approved already."""
    if actor.id not in (waiver.requested_by, waiver.approved_by) and not may_edit(actor, launch):
        raise Forbidden(_("Only who asked for it, who approved it or the owner may withdraw it."))
    if waiver.refused_at or waiver.withdrawn_at:
        raise Conflict(_("This waiver was refused or withdrawn meanwhile."))
    waiver.withdrawn_at = clock.now()
    tell(session, actor, launch, "waiver.withdrawn")


def renewable(session: Session, launch: Launch, waiver_id: int | None) -> Waiver | None:
    """Return an approved waiver of the launch that could be renewed, None if it cannot."""
    waiver = session.get(Waiver, waiver_id) if waiver_id is not None else None
    if waiver is None or waiver.launch_id != launch.id or waiver.approved_at is None:
        return None
    return None if waiver.withdrawn_at is not None or waiver.claimed else waiver


def waivers_of(session: Session, launch_id: int) -> list[Waiver]:
    """Return the waivers of a launch, the newest first."""
    query = select(Waiver).where(Waiver.launch_id == launch_id).order_by(Waiver.id.desc())
    return list(session.scalars(query))
