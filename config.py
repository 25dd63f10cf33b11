"""Every setting of the application, read once from the environment.

Each attribute has a comment and a safe default; ``docs/settings.md`` is tested against this class.
"""

import os
import secrets
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import available_timezones

ROOT = Path(__file__).resolve().parent


class ConfigError(Exception):
    """A setting that cannot be used; the message says which, why and how to mend it."""


def _instance() -> Path:
    return Path(os.environ.get("INSTANCE_DIR") or ROOT / "instance")


def _kept_secret(name: str) -> str:
    """Return the secret of the environment, else one made once and kept in the instance folder."""
    given = os.environ.get(name)
    if given:
        return given
    path = _instance() / f"{name.lower()}.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL: of two processes starting together one makes the secret and both read it.
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_hex(32))
    return path.read_text().strip()


def _text(name: str, default: str) -> str:
    return os.environ.get(name) or default


def _number(name: str, default: int, low: int, high: int) -> int:
    raw = os.environ.get(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ConfigError(f"{name} is {raw!r}: give a whole number.") from None
    if not low <= value <= high:
        raise ConfigError(f"{name} is {value}: give a number from {low} to {high}.")
    return value


def _switch(name: str, default: bool) -> bool:
    raw = os.environ.get(name)
    if not raw:
        return default
    if raw.lower() in {"1", "true", "yes", "on"}:
        return True
    if raw.lower() in {"0", "false", "no", "off"}:
        return False
    raise ConfigError(f"{name} is {raw!r}: give true or false.")


def _choice(name: str, default: str, *allowed: str) -> str:
    raw = (os.environ.get(name) or default).lower()
    if raw not in allowed:
        raise ConfigError(f"{name} is {raw!r}: give {', '.join(allowed[:-1])} or {allowed[-1]}.")
    return raw


@cache
def _time_zones() -> set[str]:
    # A walk through a folder of files.
    return available_timezones()


def _zone(name: str, default: str) -> str:
    raw = os.environ.get(name) or default
    if raw not in _time_zones():
        raise ConfigError(f"{name} is {raw!r}: give a time zone such as Europe/Dublin.")
    return raw


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over; ``tls`` is starttls, always (from the first byte) or none."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_MAIL_EXAMPLE = "give smtp://user:password@mail.example.org:587?tls=starttls."


def mail_server(url: str) -> MailServer | None:
    """Return the mail server a MAIL_URL names, None for none; raises ConfigError."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(f"MAIL_URL cannot be read: {_MAIL_EXAMPLE}") from None
    if parts.scheme not in {"smtp", "smtps"} or not host or parts.path not in {"", "/"}:
        raise ConfigError(f"MAIL_URL is no address of a mail server: {_MAIL_EXAMPLE}")
    here = host in {"localhost", "127.0.0.1", "::1"}
    usual = "always" if parts.scheme == "smtps" else "none" if here else "starttls"
    tls = parse_qs(parts.query).get("tls", [usual])[0]
    if tls not in {"starttls", "always", "none"} or (parts.scheme == "smtps" and tls != "always"):
        raise ConfigError("MAIL_URL has an unknown tls: give tls=starttls, tls=always or tls=none.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if tls == "none" and password and not here:
        raise ConfigError("MAIL_URL would send a password in the clear: give tls=starttls.")
    return MailServer(host, port or (465 if tls == "always" else 587), tls, user, password)


def _mail_url() -> str:
    raw = os.environ.get("MAIL_URL") or ""
    mail_server(raw)
    return raw


def _mail_from() -> str:
    raw = " ".join((os.environ.get("MAIL_FROM") or "").split())
    if not raw and os.environ.get("MAIL_URL"):
        raise ConfigError("MAIL_FROM is missing: give the address mail comes from.")
    if raw and "@" not in raw:
        raise ConfigError(f"MAIL_FROM is {raw!r}: give an address as in roadmap@example.org.")
    return raw


def _database_url() -> str:
    raw = os.environ.get("DATABASE_URL") or f"sqlite:///{_instance() / 'roadmap.db'}"
    # Hosting platforms hand out the scheme without a driver; only psycopg 3 is installed.
    for scheme in ("postgres://", "postgresql://"):
        if raw.startswith(scheme):
            return "postgresql+psycopg://" + raw[len(scheme) :]
    return raw


@dataclass
class Config:
    """Settings of one running application."""

    # Where the database is: sqlite:///path or postgresql://user:password@host/name.
    DATABASE_URL: str = field(default_factory=_database_url)
    # Folder for the SQLite file, kept secrets and uploads; never inside the web root.
    INSTANCE_DIR: str = field(default_factory=lambda: str(_instance()))
    # Signs sessions and form tokens. Made once and kept under INSTANCE_DIR when not given.
    SECRET_KEY: str = field(default_factory=lambda: _kept_secret("SECRET_KEY"))
    # Chains the history seal; must live outside the database. Made and kept when not given.
    HISTORY_KEY: str = field(default_factory=lambda: _kept_secret("HISTORY_KEY"))
    # Address and port the web server listens on.
    HOST: str = field(default_factory=lambda: _text("HOST", "127.0.0.1"))
    PORT: int = field(default_factory=lambda: _number("PORT", 8000, 1, 65535))
    # The address people type, used in mail and printed links.
    BASE_URL: str = field(default_factory=lambda: _text("BASE_URL", ""))
    # Send cookies over HTTPS only. Turn on wherever the product is served over HTTPS.
    SECURE_COOKIES: bool = field(default_factory=lambda: _switch("SECURE_COOKIES", False))
    # Number of reverse proxies whose X-Forwarded headers are believed; 0 believes none.
    TRUSTED_PROXIES: int = field(default_factory=lambda: _number("TRUSTED_PROXIES", 0, 0, 5))
    # Hours a sign-in lasts without use.
    SESSION_HOURS: int = field(default_factory=lambda: _number("SESSION_HOURS", 72, 1, 2160))
    # Hours an invitation or reset link can be used.
    LINK_HOURS: int = field(default_factory=lambda: _number("LINK_HOURS", 72, 1, 720))
    # Failed sign-ins allowed for one address or one account within fifteen minutes.
    SIGN_IN_ATTEMPTS: int = field(default_factory=lambda: _number("SIGN_IN_ATTEMPTS", 10, 1, 1000))
    # Largest request body in bytes.
    MAX_CONTENT_LENGTH: int = field(
        default_factory=lambda: _number("MAX_CONTENT_LENGTH", 20_000_000, 1_000, 1_000_000_000)
    )
    # Largest file kept with a requirement, in bytes.
    FILE_MAX_BYTES: int = field(
        default_factory=lambda: _number("FILE_MAX_BYTES", 10_000_000, 1_000, 1_000_000_000)
    )
    # How many files one requirement may have.
    FILES_PER_REQUIREMENT: int = field(
        default_factory=lambda: _number("FILES_PER_REQUIREMENT", 10, 0, 100)
    )
    # Zone for people who have not chosen one, as in Europe/Dublin.
    TIME_ZONE: str = field(default_factory=lambda: _zone("TIME_ZONE", "UTC"))
    # Mail server as smtp://user:password@host:587?tls=starttls; empty sends no mail.
    MAIL_URL: str = field(default_factory=_mail_url, repr=False)
    # Address mail comes from, as in roadmap@example.org; needed with MAIL_URL.
    MAIL_FROM: str = field(default_factory=_mail_from)
    # Hour of a person's day at which the daily mail is written, in their time zone.
    DIGEST_HOUR: int = field(default_factory=lambda: _number("DIGEST_HOUR", 8, 0, 23))
    # Day of the week on which the weekly report rides in the mail of the day.
    WEEKLY_DAY: str = field(default_factory=lambda: _choice("WEEKLY_DAY", "monday", *_WEEKDAYS))
    # Working days within which triage means to decide; what waited longer shows as overdue.
    TRIAGE_DAYS: int = field(default_factory=lambda: _number("TRIAGE_DAYS", 5, 1, 60))
    # Days for which measurement rows are kept one by one; older ones are added up where nothing
    # rests on them.
    EVIDENCE_DAILY_DAYS: int = field(
        default_factory=lambda: _number("EVIDENCE_DAILY_DAYS", 400, 90, 36_500)
    )
    # What old measurement rows are added up to: week or month.
    EVIDENCE_PERIOD: str = field(
        default_factory=lambda: _choice("EVIDENCE_PERIOD", "week", "week", "month")
    )
    # Threads of the web server.
    THREADS: int = field(default_factory=lambda: _number("THREADS", 4, 1, 64))
    # Seconds the worker may lag before /readyz answers 503.
    WORKER_LAG_SECONDS: int = field(
        default_factory=lambda: _number("WORKER_LAG_SECONDS", 120, 5, 86_400)
    )
    # Lowest level written to the log: debug, info, warning or error.
    LOG_LEVEL: str = field(
        default_factory=lambda: _choice("LOG_LEVEL", "info", "debug", "info", "warning", "error")
    )
    # Log lines as json or as plain text.
    LOG_FORMAT: str = field(default_factory=lambda: _choice("LOG_FORMAT", "plain", "json", "plain"))

    def flask_settings(self) -> dict[str, object]:
        """Return the mapping that Flask reads, session cookie rules included."""
        settings: dict[str, object] = {item.name: getattr(self, item.name) for item in fields(self)}
        settings.update(
            SESSION_COOKIE_NAME="roadmap_session",
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_COOKIE_SECURE=self.SECURE_COOKIES,
            PERMANENT_SESSION_LIFETIME=self.SESSION_HOURS * 3600,
            # One page may be open all day; the session, not the token, limits how long it may post.
            WTF_CSRF_TIME_LIMIT=None,
        )
        return settings
