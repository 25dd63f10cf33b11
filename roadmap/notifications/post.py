"""Hand a mail to the mail server over SMTP, and understand what it answers."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from config import MailServer
from roadmap.notifications.letters import one_line

TIMEOUT = 30.0
# Mail programs read List-Unsubscribe as it stands: it must not be broken up to fit a line. A line
# may have 998 characters.
_POLICY = SMTP.clone(max_line_length=900)
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class Refused(Exception):
    """The server will never take this mail; trying again is of no use."""


class NotNow(Exception):
    """The server cannot take this mail now, or cannot be reached; later it may."""


class Unreachable(NotNow):
    """There is no talking to the server, so no mail can be sent at all for now."""


@dataclass(frozen=True)
class Letter:
    """A mail as it goes out."""

    to_name: str
    to_address: str
    subject: str
    text: str
    html: str
    message_id: str
    at: datetime
    # Address that stops such mail when something posts to it, as RFC 8058 says.
    unsubscribe: str | None = None


def address_of(name: str, mailbox: str) -> Address:
    """Return an address as a header may carry it; raises Refused for one that cannot exist."""
    local, _at, domain = mailbox.rpartition("@")
    try:
        plain = domain.encode("idna").decode("ascii")
        if not local or not _DOMAIN.fullmatch(plain):
            raise ValueError("half an address")
        return Address(one_line(name), local, plain)
    except (ValueError, UnicodeError, IndexError) as error:
        raise Refused(f"{one_line(mailbox)} is no address mail can be sent to") from error


def message(letter: Letter, sender: str) -> EmailMessage:
    """Return the mail with its headers; no value can add a header or a recipient."""
    made = EmailMessage(policy=_POLICY)
    try:
        made["From"] = address_of(*_split(sender))
    except Refused as error:
        raise Unreachable(f"MAIL_FROM: {error}") from error
    made["To"] = address_of(letter.to_name, letter.to_address)
    made["Subject"] = one_line(letter.subject)
    made["Date"] = format_datetime(letter.at)
    made["Message-ID"] = letter.message_id
    # Keeps automatic answers from coming back.
    made["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        made["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    return made


def _split(sender: str) -> tuple[str, str]:
    name, mailbox = parseaddr(sender)
    return name or "Launch Roadmap", mailbox or sender


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Yield a connection, encrypted and signed in as the settings say; raises Unreachable."""
    try:
        client = _connect(server)
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(said(error)) from error
    try:
        yield client
    finally:
        # The mails are handed over; how the goodbye goes changes nothing.
        try:
            client.quit()
        except (OSError, smtplib.SMTPException):
            client.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    client: smtplib.SMTP
    if server.tls == "always":
        client = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=trust)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        if server.tls == "starttls":
            client.starttls(context=trust)
        if server.user:
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client


def hand_over(client: smtplib.SMTP, letter: Letter, sender: str) -> None:
    """Give one mail to the server; raises Refused, NotNow or Unreachable."""
    made = message(letter, sender)
    try:
        client.send_message(made)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _by_code(code, words) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Refused("the mail server cannot write to this address") from error
    except smtplib.SMTPServerDisconnected as error:
        raise Unreachable(said(error)) from error
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(said(error)) from error


def _by_code(code: int, words: bytes | str) -> Exception:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    shown = one_line(f"{code} {text}")
    return Refused(shown) if 500 <= code < 600 else NotNow(shown)


def said(error: BaseException) -> str:
    """Return an error in one line, as the outbox shows it."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return one_line(f"{error.smtp_code} {text}")
    return one_line(f"{type(error).__name__}: {error}")
