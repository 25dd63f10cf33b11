"""The demo organisation: load it into a new database, date it anew, name its sign-ins."""

import ipaddress

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts import passwords
from roadmap.accounts.models import Person
from roadmap.accounts.permissions import ROLES
from roadmap.errors import Conflict, NotFound
from roadmap.exchange.workspace.demo_calendar import move_campaigns
from roadmap.exchange.workspace.demo_meetings import hold_meetings, keep_true
from roadmap.exchange.workspace.demo_ranking import freeze, then_and_since
from roadmap.exchange.workspace.demo_sheet import import_demo_sheet, with_claims
from roadmap.exchange.workspace.load import Imported, import_workspace
from roadmap.exchange.workspace.shipped_files import DEMO
from roadmap.launches.models import Launch
from roadmap.mechanisms.control_service import look_at
from roadmap.mechanisms.models import Mechanism
from roadmap.readiness.service import evaluate_launches
from roadmap.web.i18n import _

# Known to everybody who reads this file: given to demo people only, and only on loopback.
PASSWORD = "roadmap-demo"  # noqa: S105
LEADER = "pm@example.org"
SHOWN = (
    "pm@example.org",
    "partner@example.org",
    "data.science@example.org",
    "legal@example.org",
    "leadership@example.org",
    "admin@example.org",
)


def is_empty(session: Session) -> bool:
    """Return whether nobody and nothing is in the database yet."""
    people = session.scalar(select(func.count()).select_from(Person))
    launches = session.scalar(select(func.count()).select_from(Launch))
    return not people and not launches


def load_demo(session: Session) -> Imported:
    """Store the demo organisation in an empty database, dated from today, and judge it."""
    if not is_empty(session):
        raise Conflict(_("There is data in this database: the demo goes into a new one."))
    then, since = then_and_since(DEMO.read_bytes())
    imported = import_workspace(session, then, DEMO.name, clock.today())
    freeze(session, LEADER)
    hold_meetings(session)
    import_demo_sheet(session)
    import_workspace(session, with_claims(session, since), DEMO.name, clock.today())
    _judge(session)
    return imported


def refresh_demo(session: Session) -> Imported:
    """Date the demo organisation from today; its records keep their keys and lose other edits."""
    if session.scalar(select(Person.id).where(Person.email == LEADER)) is None:
        raise NotFound(_("The demo is not in this database: load it with `roadmap demo load`."))
    import_demo_sheet(session)
    file = with_claims(session, DEMO.read_bytes())
    move_campaigns(session, file, clock.today())
    imported = import_workspace(session, file, DEMO.name, clock.today())
    keep_true(session)
    _judge(session)
    return imported


def _judge(session: Session) -> None:
    look_at(session, session.scalars(select(Mechanism.id)).all())
    evaluate_launches(session, session.scalars(select(Launch.id)).all())


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address; a name other than localhost may not."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def open_sign_ins(session: Session) -> None:
    """Let the demo people in with the demo password; only for a server on loopback."""
    digest = passwords.hash_password(PASSWORD)
    for person in session.scalars(select(Person)):
        if person.password_hash is None:
            person.password_hash = digest
    session.flush()


def sign_in_lines(session: Session) -> list[str]:
    """Return how to sign in as demo people; empty if they cannot with the demo password."""
    people = {
        person.email: person
        for person in session.scalars(select(Person).where(Person.email.in_(SHOWN), Person.active))
    }
    leader = people.get(LEADER)
    if leader is None or leader.password_hash is None:
        return []
    if not passwords.matches(PASSWORD, leader.password_hash):
        return []
    lines = [_("Illustrative demo data. Sign in with the password %(word)s as", word=PASSWORD)]
    for email in SHOWN:
        person = people.get(email)
        if person is not None:
            roles = ", ".join(ROLES[role][0].lower() for role in person.roles if role in ROLES)
            lines.append(f"  {email}  ({person.name}, {roles})")
    return lines
