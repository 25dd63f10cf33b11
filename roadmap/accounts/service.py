"""Commands on people: invite, edit, deactivate, hand over, one's own account and passwords."""

from collections.abc import Iterable
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts import attempts, handover, links, passwords
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.accounts.permissions import ROLES
from roadmap.accounts.sign_in import normal_email
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.history.service import record
from roadmap.web.i18n import _


@dataclass(frozen=True)
class PersonInput:
    """What an admin says about a person; teams by id, the lead flag of kept teams stays."""

    email: str
    name: str
    roles: tuple[str, ...]
    team_ids: frozenset[int] = frozenset()
    active: bool = True


def _require_admin(actor: Actor | None) -> None:
    if actor is not None and not actor.may("admin.people"):
        raise Forbidden(_("Only an admin may change people."))


def _id(actor: Actor | None) -> int | None:
    return actor.id if actor is not None else None


def get_person(session: Session, person_id: int, *, lock: bool = False) -> Person:
    """Return the person, or say that there is none; ``lock`` holds the row until the end."""
    query = select(Person).where(Person.id == person_id)
    person = session.scalar(query.with_for_update() if lock else query)
    if person is None:
        raise NotFound(_("There is no such person."))
    return person


def _checked_email(session: Session, email: str, own_id: int | None) -> str:
    try:
        checked = validate_email(normal_email(email), check_deliverability=False).normalized
    except EmailNotValidError:
        raise Invalid.at("email", _("Give an e-mail address such as ana@example.org.")) from None
    checked = checked.lower()
    if len(checked) > 254:
        raise Invalid.at("email", _("Use at most %(count)d characters.", count=254))
    taken = session.scalar(select(Person.id).where(Person.email == checked))
    if taken is not None and taken != own_id:
        raise Invalid.at("email", _("Somebody has this address already: open that person instead."))
    return checked


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid.at("name", _("Give a name."))
    if len(name) > 120:
        raise Invalid.at("name", _("Use at most %(count)d characters.", count=120))
    return name


def _checked_roles(roles: Iterable[str]) -> list[str]:
    chosen = set(roles)
    if unknown := sorted(chosen - set(ROLES)):
        raise Invalid.at("roles", _("There is no role %(role)s.", role=unknown[0]))
    if not chosen:
        raise Invalid.at("roles", _("Choose at least one role."))
    return [role for role in ROLES if role in chosen]


def checked_time_zone(name: str) -> str:
    """Return the name of a known time zone, or refuse it."""
    if name not in clock.time_zones():
        raise Invalid.at("time_zone", _("Choose a time zone such as Europe/Dublin."))
    return name


def create_person(
    session: Session, actor: Actor | None, said: PersonInput, link_hours: int
) -> tuple[Person, str]:
    """Store a person and return them with the token of their invitation."""
    _require_admin(actor)
    person = Person(
        email=_checked_email(session, said.email, None),
        name=_checked_name(said.name),
        roles=_checked_roles(said.roles),
        created_at=clock.now(),
    )
    session.add(person)
    record(session, _id(actor), person, "person.created")
    _put_in_teams(session, actor, person, said.team_ids)
    return person, make_link(session, actor, person, link_hours)


def make_link(session: Session, actor: Actor | None, person: Person, hours: int) -> str:
    """Return the token of a new link to set a password; the history tells that it was made."""
    _require_admin(actor)
    if not person.active:
        raise Invalid(_("This person is deactivated: reactivate them first."))
    token = links.issue(session, person, hours)
    why = _("A link to set a password, good for %(hours)d hours.", hours=hours)
    record(session, _id(actor), person, "person.link_made", why=why)
    return token


def edit_person(session: Session, actor: Actor | None, person_id: int, said: PersonInput) -> Person:
    """Change a person; new roles or deactivation end all their sessions."""
    _require_admin(actor)
    person = get_person(session, person_id, lock=True)
    roles = _checked_roles(said.roles)
    if not said.active or "admin" not in roles:
        _keep_an_admin(session, person)
    if set(roles) != set(person.roles) or (person.active and not said.active):
        person.session_epoch += 1
    person.email = _checked_email(session, said.email, person.id)
    person.name = _checked_name(said.name)
    if roles != person.roles:
        person.roles = roles
    person.active = said.active
    if not said.active:
        links.end_links(session, person.id)
    record(session, _id(actor), person, "person.edited")
    _put_in_teams(session, actor, person, said.team_ids)
    return person


def _keep_an_admin(session: Session, person: Person) -> None:
    """Refuse to take away the last active admin; the rows are locked so that two cannot race."""
    admins = session.scalars(
        select(Person.id)
        .where(Person.active, cast(Person.roles, String).contains('"admin"'))
        .order_by(Person.id)
        .with_for_update()
    ).all()
    if list(admins) == [person.id]:
        raise Invalid.at(
            "roles",
            _("This is the last active admin. Give somebody else the admin role first."),
        )


def _put_in_teams(
    session: Session, actor: Actor | None, person: Person, team_ids: frozenset[int]
) -> None:
    """Make these the person's teams; each changed team is told."""
    memberships = {
        member.team_id: member
        for member in session.scalars(
            select(TeamMember).where(TeamMember.person_id == person.id)
        ).all()
    }
    changed = set(memberships) ^ team_ids
    teams = session.scalars(select(Team).where(Team.id.in_(changed)).order_by(Team.id)).all()
    if {team.id for team in teams} != changed:
        raise Invalid.at("teams", _("One of the chosen teams does not exist any more."))
    for team in teams:
        if team.id in memberships:
            session.delete(memberships[team.id])
        else:
            session.add(TeamMember(team_id=team.id, person_id=person.id))
        record(session, _id(actor), team, "team.members_changed")


def hand_over(
    session: Session, actor: Actor | None, from_id: int, to_id: int, why: str = ""
) -> list[handover.Held]:
    """Give all a leaver holds to another person and deactivate the leaver, in one transaction."""
    _require_admin(actor)
    leaver = get_person(session, from_id, lock=True)
    if from_id == to_id:
        raise Invalid.at("to", _("Choose somebody other than the leaver."))
    receiver = session.get(Person, to_id)
    if receiver is None or not receiver.active:
        raise Invalid.at("to", _("Choose an active person."))
    if leaver.active:
        _keep_an_admin(session, leaver)
    passed = handover.pass_on(session, _id(actor), from_id, to_id)
    leaver.active = False
    leaver.session_epoch += 1
    links.end_links(session, leaver.id)
    reason = why.strip() or _("Handed over to %(name)s.", name=receiver.name)
    record(session, _id(actor), leaver, "person.handed_over", why=reason)
    return passed


def set_password_by_link(session: Session, token: str, password: str) -> Person:
    """Set the password a link was made for; the link, all others and all sessions end."""
    link, person = links.find_link(session, token)
    passwords.check_new(password, person.email, person.name)
    link.used_at = clock.now()
    session.flush()
    links.end_links(session, person.id)
    _store_password(session, person, password)
    record(session, person.id, person, "person.password_set", why=_("Set by a one-time link."))
    return person


def change_password(session: Session, actor: Actor, current: str, new: str) -> Person:
    """Change one's own password; all sessions end, the caller begins a new one."""
    person = get_person(session, actor.id, lock=True)
    if not passwords.matches(current, person.password_hash):
        raise Invalid.at("current_password", _("This is not your present password."))
    passwords.check_new(new, person.email, person.name, field="new_password")
    links.end_links(session, person.id)
    _store_password(session, person, new)
    record(session, person.id, person, "person.password_set", why=_("Changed by the person."))
    return person


def _store_password(session: Session, person: Person, password: str) -> None:
    person.password_hash = passwords.hash_password(password)
    person.session_epoch += 1
    attempts.clear(session, attempts.account_subject(person.email))


def edit_profile(session: Session, actor: Actor, name: str, time_zone: str) -> Person:
    """Change one's own name and time zone."""
    person = get_person(session, actor.id, lock=True)
    person.name = _checked_name(name)
    person.time_zone = checked_time_zone(time_zone)
    record(session, actor.id, person, "person.edited")
    return person


def end_sessions(session: Session, actor: Actor | None, person_id: int) -> Person:
    """Sign a person out everywhere: their own wish, or an admin's."""
    if actor is not None and actor.id != person_id:
        _require_admin(actor)
    person = get_person(session, person_id, lock=True)
    person.session_epoch += 1
    record(session, _id(actor), person, "person.signed_out", why=_("Signed out everywhere."))
    return person
