"""A real mail server on this machine, the worker's jobs by name, and people who ask and decide."""

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from config import Config
from roadmap import jobs
from roadmap.db import Database
from roadmap.history.seal import seal
from roadmap.notifications import jobs as room_jobs
from tests.requirements.conftest import (  # noqa: F401  the same fixtures serve here
    Make,
    People,
    make,
    people,
)


@dataclass
class Post:
    """What the server took, and what it is told to answer: a code by recipient."""

    taken: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    at_data: str = "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address, "250 ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        if self.at_data.startswith("250"):
            said = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(said, EmailMessage)
            said["X-Reached"] = ", ".join(envelope.rcpt_tos)
            self.taken.append(said)
        return self.at_data

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails one address got."""
        return [one for one in self.taken if one["X-Reached"] == address]


def free_port() -> int:
    """Return a port nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def post() -> Post:
    """What the mail server took."""
    return Post()


@pytest.fixture
def mail_port(post: Post) -> Iterator[int]:
    """The port of a real SMTP server."""
    port = free_port()
    server = Controller(post, hostname="127.0.0.1", port=port)
    server.start()
    yield port
    server.stop()


@pytest.fixture
def mailing(app: Flask, config: Config, mail_port: int) -> Iterator[Config]:
    """The settings with mail set up, for the application too."""
    given = {
        "MAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "MAIL_FROM": "Launch Roadmap <roadmap@example.org>",
        "BASE_URL": "https://roadmap.example.org",
    }
    settings = app.extensions["roadmap_settings"]
    before = {name: getattr(settings, name) for name in given}
    for name, value in given.items():
        setattr(config, name, value)
        setattr(settings, name, value)
        app.config[name] = value
    yield config
    for name, value in before.items():
        setattr(settings, name, value)
        app.config[name] = value


Work = Callable[..., dict[str, Any]]


@pytest.fixture
def work(database: Database, config: Config) -> Work:
    """Return a runner of the worker's jobs: `work("follow")`, `work("digests")`, `work("send")`."""
    handlers = {
        "follow": room_jobs.follow_events,
        "digests": room_jobs.write_digests,
        "send": room_jobs.send_mails,
        "tidy": room_jobs.tidy,
    }

    def run(name: str) -> dict[str, Any]:
        if name == "follow":
            with database.writing() as session:
                seal(session, "only for tests")
        return handlers[name](jobs.Run(database, config, 0, {})) or {}

    return run
