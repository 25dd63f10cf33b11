"""Commands on support: one's own, and what a manager enters for a person or a team."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person, Team
from roadmap.accounts.queries import team_ids_of
from roadmap.errors import Invalid, NotFound
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.requirements import checks
from roadmap.requirements.events import RequirementChanged, SupportEntered
from roadmap.requirements.models import Requirement, RequirementSupport
from roadmap.requirements.rules import RequirementState, ScopeDimension
from roadmap.requirements.service import demand
from roadmap.taxonomy.queries import options
from roadmap.web.i18n import _

SOURCE_LENGTH = 500


def support(
    session: Session,
    actor: Actor,
    requirement: Requirement,
    reason: str = "",
    weekly_volume: int | None = None,
    market: str | None = None,
    team_id: int | None = None,
) -> RequirementSupport:
    """Support a requirement, or change what one said; each person counts once.

    ``weekly_volume`` is how many items a week it would save in ``market``. It counts for the
    actor's own team; somebody in several names one of them.
    """
    demand(actor, "requirement.support")
    _open(session, requirement)
    row = _own(session, requirement, actor.id)
    team = _own_team(actor, team_id, row)
    said = _checked(session, requirement, reason, weekly_volume, market, row, "support_")
    if row is None:
        row = RequirementSupport(
            requirement_id=requirement.id, person_id=actor.id, created_at=clock.now()
        )
        session.add(row)
    # Said here by the person: no longer another's word, and no merge takes it along again.
    row.entered_by_id, row.source, row.came_from_id = None, "", None
    _say(row, said, team)
    _tell(session, actor, requirement, "supported")
    return row


def _open(session: Session, requirement: Requirement) -> None:
    """Keep others from adding support meanwhile; refuse it on what was merged away."""
    session.execute(
        select(Requirement.id).where(Requirement.id == requirement.id).with_for_update()
    )
    if requirement.state == RequirementState.DUPLICATE:
        raise Invalid(
            _(
                "This was merged into REQ-%(number)s: support that one instead.",
                number=requirement.duplicate_of_id,
            )
        )


def _own(session: Session, requirement: Requirement, person_id: int) -> RequirementSupport | None:
    return session.scalar(
        select(RequirementSupport).where(
            RequirementSupport.requirement_id == requirement.id,
            RequirementSupport.person_id == person_id,
        )
    )


def _own_team(actor: Actor, team_id: int | None, row: RequirementSupport | None) -> int | None:
    """Return the team the actor speaks in: the one named, the one named before, the only one."""
    if team_id is not None:
        if team_id not in actor.team_ids and (row is None or row.team_id != team_id):
            raise Invalid.at("support_team", _("Choose one of your own teams."))
        return team_id
    if row is not None and row.team_id is not None:
        return row.team_id
    if len(actor.team_ids) > 1:
        raise Invalid.at("support_team", _("You are in several teams: choose for which you speak."))
    return next(iter(actor.team_ids), None)


def _checked(
    session: Session,
    requirement: Requirement,
    reason: Any,
    weekly_volume: Any,
    market: Any,
    row: RequirementSupport | None,
    prefix: str,
) -> dict[str, Any]:
    """Return the values as columns; Invalid names the fields, which begin with ``prefix``."""
    said: dict[str, Any] = {}
    for name, read, value in (
        ("reason", lambda given: checks.text(given, checks.REASON_LENGTH), reason),
        ("volume", checks.count, weekly_volume),
    ):
        try:
            said[name] = read(value)
        except Invalid as error:
            raise Invalid.at(prefix + name, error.message) from None
    known = {code for code, _name in options(session).markets}
    kept = {row.market} if row is not None else set()
    if market and market not in known | kept:
        raise Invalid.at(prefix + "market", _("There is no such market. Choose one of the list."))
    if said["volume"] is not None and not market:
        market = only_market(requirement)
        if market is None and known:
            raise Invalid.at(prefix + "market", _("Name the market these items are in."))
    return {"reason": said["reason"], "weekly_volume": said["volume"], "market": market or None}


def only_market(requirement: Requirement) -> str | None:
    """Return the market a requirement is about if it names one alone; its scope must be loaded."""
    codes = [row.code for row in requirement.scope if row.dimension == ScopeDimension.MARKET]
    return codes[0] if len(codes) == 1 else None


def _say(row: RequirementSupport, said: dict[str, Any], team_id: int | None) -> None:
    row.team_id = team_id
    for name, value in said.items():
        setattr(row, name, value)


def withdraw(session: Session, actor: Actor, requirement: Requirement) -> None:
    """Take one's support back, also where somebody else had entered it."""
    demand(actor, "requirement.support")
    row = _own(session, requirement, actor.id)
    if row is None:
        raise Invalid(_("You do not support this one."))
    session.delete(row)
    _tell(session, actor, requirement, "support_withdrawn")


def enter(
    session: Session,
    actor: Actor,
    requirement: Requirement,
    *,
    source: str,
    person_id: int | None = None,
    team_id: int | None = None,
    reason: str = "",
    weekly_volume: int | None = None,
    market: str | None = None,
) -> RequirementSupport:
    """Enter support somebody gave elsewhere, for a person or for a team without one.

    ``source`` says where: a meeting, a mail, a thread. A person counts for their own team. Each
    person and each team counts once: who is in already is refused.
    """
    demand(actor, "requirement.triage")
    _open(session, requirement)
    source = _source(source)
    if person_id is None:
        team_id = _whole_team(session, requirement, team_id)
    else:
        team_id = _others_team(session, actor, requirement, person_id, team_id)
    said = _checked(session, requirement, reason, weekly_volume, market, None, "")
    row = RequirementSupport(
        requirement_id=requirement.id,
        person_id=person_id,
        entered_by_id=actor.id,
        source=source,
        created_at=clock.now(),
    )
    session.add(row)
    _say(row, said, team_id)
    _tell(session, actor, requirement, "support_entered", why=source)
    publish(
        session,
        SupportEntered(requirement.id, row.id, person_id, team_id, actor.id, source),
    )
    return row


def _source(value: Any) -> str:
    ask = _("Say where this was said, as in: ops review 12 Nov.")
    try:
        return checks.text(value, SOURCE_LENGTH, shortest=3, ask=ask, one_line=True)
    except Invalid as error:
        raise Invalid.at("source", error.message) from None


def _whole_team(session: Session, requirement: Requirement, team_id: int | None) -> int:
    """Return the team that stands as a whole, or refuse it."""
    team = session.get(Team, team_id) if team_id is not None else None
    if team is None or not team.active:
        raise Invalid.at("team", _("Name a person or choose a team."))
    there = session.scalar(
        select(RequirementSupport.id).where(
            RequirementSupport.requirement_id == requirement.id,
            RequirementSupport.person_id.is_(None),
            RequirementSupport.team_id == team.id,
        )
    )
    if there is not None:
        raise Invalid.at("team", _("%(team)s stands behind this already.", team=team.name))
    return team.id


def _others_team(
    session: Session,
    actor: Actor,
    requirement: Requirement,
    person_id: int,
    team_id: int | None,
) -> int | None:
    """Return the team a named person counts for, or refuse the person or the team."""
    person = session.get(Person, person_id)
    if person is None or not person.active:
        raise Invalid.at("person", _("Nobody of this address can sign in here."))
    if person.id == actor.id:
        raise Invalid.at("person", _("This is you: support it yourself."))
    if person.id == requirement.requester_id:
        raise Invalid.at("person", _("%(name)s asked for this.", name=person.name))
    if _own(session, requirement, person.id) is not None:
        raise Invalid.at("person", _("%(name)s supports this already.", name=person.name))
    theirs = team_ids_of(session, person.id)
    if team_id is None:
        if len(theirs) > 1:
            sentence = _("%(name)s is in several teams: choose one.", name=person.name)
            raise Invalid.at("team", sentence)
        return next(iter(theirs), None)
    if team_id not in theirs:
        raise Invalid.at("team", _("%(name)s is not in this team.", name=person.name))
    return team_id


def remove_entered(
    session: Session, actor: Actor, requirement: Requirement, support_id: int
) -> None:
    """Take back support that a manager entered for somebody else."""
    demand(actor, "requirement.triage")
    row = session.get(RequirementSupport, support_id)
    if row is None or row.requirement_id != requirement.id or row.entered_by_id is None:
        raise NotFound(_("Nobody entered such support here."))
    session.delete(row)
    _tell(session, actor, requirement, "support_removed")


def _tell(
    session: Session, actor: Actor, requirement: Requirement, what: str, why: str | None = None
) -> None:
    requirement.updated_at = clock.now()
    record(session, actor.id, requirement, f"requirement.{what}", why=why)
    publish(session, RequirementChanged(requirement.id))
