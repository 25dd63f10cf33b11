"""Commands of the shell: make an admin, make a link, look at the jobs."""

import sys

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from roadmap import jobs
from roadmap.accounts import links, passwords, service
from roadmap.accounts.models import Person
from roadmap.accounts.sign_in import normal_email
from roadmap.console import open_current, settings
from roadmap.db import Database
from roadmap.errors import Invalid, NotFound


def _base(config: Config) -> str:
    return config.BASE_URL or f"http://{config.HOST}:{config.PORT}"


def create_admin(
    database: Database, config: Config, email: str, name: str, password: str | None
) -> str:
    """Store an admin and return what to tell: ready to sign in, or the invitation link."""
    with database.writing() as session:
        said = service.PersonInput(email, name, ("admin",))
        person, token = service.create_person(session, None, said, config.LINK_HOURS)
        if password is not None:
            service.set_password_by_link(session, token, password)
            return f"{person.name} can sign in as {person.email} at {_base(config)}"
        return _link_lines(config, person, token)


def make_link(database: Database, config: Config, email: str) -> str:
    """Return a new link for the person with this address, with a sentence."""
    with database.writing() as session:
        person = _by_email(session, email)
        return _link_lines(
            config, person, service.make_link(session, None, person, config.LINK_HOURS)
        )


def _by_email(session: Session, email: str) -> Person:
    person = session.scalar(select(Person).where(Person.email == normal_email(email)))
    if person is None:
        raise NotFound(f"Nobody has the address {email}: check it, or see the list of people.")
    return person


def _link_lines(config: Config, person: Person, token: str) -> str:
    return (
        f"With this link {person.name} sets a password; it works once, for "
        f"{config.LINK_HOURS} hours:\n{links.address(_base(config), token)}"
    )


def read_password(*, from_stdin: bool) -> str | None:
    """Return the password from standard input or a hidden prompt; None when none was typed."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise Invalid("Standard input held no password: give it as the first line.")
        return password
    if not sys.stdin.isatty():
        return None
    typed: str = click.prompt(
        "Password (empty: print a link to set one)",
        hide_input=True,
        confirmation_prompt="The same again",
        default="",
        show_default=False,
    )
    if typed and len(typed) < passwords.MIN_LENGTH:
        raise Invalid(f"Use at least {passwords.MIN_LENGTH} characters.")
    return typed or None


def job_lines(database: Database) -> list[str]:
    """Return one line for each of the newest jobs, failed ones first."""
    with database.reading() as session:
        found = jobs.newest(session)
        return [_job_line(job) for job in found] or ["There are no jobs."]


def _job_line(job: jobs.Job) -> str:
    steps = f" {job.done_steps}/{job.total_steps}" if job.total_steps else ""
    detail = (job.error or "").strip() if job.state in {"failed", "queued"} else job.message
    line = f"{job.id:>6}  {job.state:<8}{steps}  {job.kind}  attempts {job.attempts}  {detail}"
    return line.replace("\n", " ").rstrip()


@click.group()
def admin() -> None:
    """Make the first admin, or a link for somebody who cannot get in."""


@admin.command("create")
@click.option("--email", required=True, help="What the admin signs in with.")
@click.option("--name", required=True, help="What the admin is called.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def admin_create(email: str, name: str, password_stdin: bool) -> None:
    """Store an admin; without a password print the link to set one."""
    config = settings()
    database = open_current(config)
    password = read_password(from_stdin=password_stdin)
    click.echo(create_admin(database, config, email, name, password))


@admin.command("link")
@click.argument("email")
def admin_link(email: str) -> None:
    """Print a one-time link with which a person sets a new password."""
    config = settings()
    click.echo(make_link(open_current(config), config, email))


@click.command("jobs")
def list_jobs() -> None:
    """List the worker's newest jobs, failed ones first."""
    for line in job_lines(open_current(settings())):
        click.echo(line)
