"""The `roadmap` command."""

import sys

import click

import roadmap.models_all  # noqa: F401  relationships name tables of other rooms
from roadmap.console import Commands, Problem, open_current, open_database, settings
from roadmap.db import Database
from roadmap.migrate import upgrade


@click.group(cls=Commands)
def main() -> None:
    """Keep the launch roadmap: requirements, mechanisms, launches and their readiness."""


@main.command()
def init() -> None:
    """Create the database or bring it to the newest schema; nothing is lost."""
    database = open_database(settings())
    upgrade(database)
    from roadmap.setup import ensure_built_in

    with database.writing() as session:
        ensure_built_in(session)
    click.echo("The database is ready. Next: `roadmap admin create`.")


@main.command()
@click.option("--demo/--no-demo", default=True, help="Load demo data into a new database.")
def run(demo: bool) -> None:
    """Prepare the database, then run the web server and the worker until Ctrl-C."""
    from roadmap.server import check_port, supervise
    from roadmap.setup import prepare

    config = settings()
    try:
        check_port(config.HOST, config.PORT)
    except OSError as error:
        raise Problem(str(error)) from None
    database = open_database(config)
    lines = prepare(database, demo=demo, host=config.HOST)
    database.dispose()
    address = config.BASE_URL or f"http://{config.HOST}:{config.PORT}"
    click.echo(f"\nLaunch Roadmap is at {address}")
    for line in lines:
        click.echo(line)
    click.echo("Ctrl-C stops it.\n")
    sys.exit(supervise())


@main.command()
def serve() -> None:
    """Run the web server alone."""
    from roadmap.server import serve_web

    config = settings()
    try:
        serve_web(config)
    except OSError as error:
        raise Problem(f"Port {config.PORT} cannot be used ({error.strerror}): set PORT.") from None


@main.command()
def worker() -> None:
    """Run the worker alone: sealing, re-evaluation, imports."""
    from roadmap.server import serve_worker

    serve_worker(settings())


@main.command()
def verify() -> None:
    """Prove that nothing was altered behind the application's back."""
    from roadmap.application import create_app
    from roadmap.history.jobs import head_path
    from roadmap.history.seal import verify as find_faults

    config = settings()
    create_app(config)
    database = open_database(config)
    with database.reading() as session:
        faults = list(find_faults(session, config.HISTORY_KEY, head_path(config)))
    for fault in faults:
        click.echo(f"{fault.record}: {fault.message}")
    if faults:
        raise Problem(f"{len(faults)} faults found.")
    click.echo("The history is whole: every record is what its last event says.")


def _open_rooms() -> Database:
    """Return the database with every room listening, so that commands do what pages do."""
    from roadmap.application import create_app

    config = settings()
    open_current(config).dispose()
    opened: Database = create_app(config).extensions["roadmap_db"]
    return opened


def _add_rooms() -> None:
    """Add the commands of the rooms."""
    from roadmap.accounts.commands import admin, list_jobs
    from roadmap.exchange.commands_import import import_commands
    from roadmap.exchange.commands_workspace import demo_commands, workspace_commands
    from roadmap.mechanisms.commands import evidence_commands
    from roadmap.notifications.commands import mail
    from roadmap.readiness.commands import evaluate_command

    for command in (
        admin,
        list_jobs,
        evaluate_command,
        mail,
        evidence_commands(_open_rooms),
        import_commands(_open_rooms),
        workspace_commands(_open_rooms),
        demo_commands(_open_rooms),
    ):
        main.add_command(command)


_add_rooms()


if __name__ == "__main__":
    main()
