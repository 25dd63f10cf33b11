"""Mails with a link to set a password.

The link's token is not stored: it follows from the mail's id and the secret key, so that it can be
made again for every attempt while the database only ever holds its digest.
"""

import base64
import hashlib
import hmac
from datetime import datetime

from sqlalchemy.orm import Session

from roadmap.accounts import links
from roadmap.accounts.models import Person
from roadmap.notifications.letters import SECRET_LINK, Composed, Post, new_mail, written
from roadmap.notifications.models import Mail
from roadmap.notifications.rules import MailKind
from roadmap.web.i18n import _


def _token(post: Post, mail: Mail) -> str:
    digest = hmac.new(post.secret.encode(), f"account {mail.message_id}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")


def write_link(session: Session, post: Post, person: Person, hours: int, now: datetime) -> Mail:
    """Write the mail that invites a person or lets them choose a new password.

    Its link replaces every earlier one.
    """
    invited = person.password_hash is None
    subject = _("Your invitation to Launch Roadmap") if invited else _("Choose a new password")
    text, html = written(
        "account", name=person.name, invited=invited, hours=hours, link=SECRET_LINK
    )
    mail = new_mail(post, person.id, MailKind.ACCOUNT, Composed(subject, text, html), now)
    session.add(mail)
    links.issue(session, person, hours, token=_token(post, mail))
    return mail


def opened(post: Post, mail: Mail) -> tuple[str, str]:
    """Return the mail's (text, html) with its link in place."""
    link = links.address(post.base_url, _token(post, mail))
    return mail.text.replace(SECRET_LINK, link), mail.html.replace(SECRET_LINK, link)
