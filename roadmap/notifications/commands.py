"""The command that tries the mail settings."""

import secrets
from typing import Any

import click

from config import mail_server
from roadmap import clock
from roadmap.console import Problem, settings
from roadmap.notifications.letters import post_of
from roadmap.notifications.post import Letter, NotNow, Refused, connected, hand_over
from roadmap.web.i18n import _


@click.group()
def mail() -> None:
    """Try the mail settings."""


@mail.command("test")
@click.argument("address")
def send_test(address: str) -> None:
    """Send a test mail to ADDRESS now and say what the mail server answered."""
    config: Any = settings()
    server = mail_server(config.MAIL_URL)
    if server is None:
        raise Problem("No mail server is set: give MAIL_URL and MAIL_FROM.")
    words = _("Mail works: this was sent by the command roadmap mail test.")
    letter = Letter(
        to_name="",
        to_address=address,
        subject=_("Mail of Launch Roadmap works"),
        text=words + "\n",
        html=f"<p>{words}</p>",
        message_id=f"<{secrets.token_hex(16)}@{post_of(config).host}>",
        at=clock.now(),
    )
    try:
        with connected(server) as client:
            hand_over(client, letter, config.MAIL_FROM)
    except (Refused, NotNow) as error:
        raise Problem(f"{server.host}:{server.port} did not take it: {error}") from None
    click.echo(f"{server.host}:{server.port} took it. Look into the mailbox of {address}.")
