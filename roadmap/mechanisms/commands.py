"""The commands ``roadmap evidence ...``."""

from collections.abc import Callable

import click

from roadmap.console import Problem, settings
from roadmap.db import Database
from roadmap.mechanisms.retention import roll_up
from roadmap.mechanisms.rollup import Unit


def evidence_commands(open_rooms: Callable[[], Database]) -> click.Group:
    """Return ``roadmap evidence``; ``open_rooms`` gives the database with rooms listening."""

    @click.group("evidence")
    def evidence() -> None:
        """Keep the measurements of mechanisms."""

    @evidence.command("roll-up")
    @click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
    def roll_up_command(dry_run: bool) -> None:
        """Add measurement rows up that are old and that nothing rests on."""
        config = settings()
        database = open_rooms()
        try:
            done = roll_up(
                database, config.EVIDENCE_DAILY_DAYS, Unit(config.EVIDENCE_PERIOD), dry_run=dry_run
            )
        finally:
            database.dispose()
        verb = "would become" if dry_run else "became"
        click.echo(f"Windows before {done.cutoff}: {done.rows} rows {verb} {done.sums} sums.")
        if done.altered:
            numbers = ", ".join(str(one) for one in done.altered)
            raise Problem(
                f"Rows of batches {numbers} are not what the history says and stay. "
                "Run `roadmap verify`."
            )

    return evidence
