"""`roadmap evaluate`: the verdict of one launch or of all, for people and for programs."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.console import Problem, open_current, settings
from roadmap.errors import NotFound
from roadmap.keys import parse_key
from roadmap.launches.models import Launch, Phase
from roadmap.readiness.fresh import READ_CHUNK, chunks
from roadmap.readiness.gather import gather
from roadmap.readiness.rendering import Reason, Renderer, read_moment, verdict_json
from roadmap.readiness.sentences import headline
from roadmap.readiness.verdict import Verdict, evaluate


def verdict_text(verdict: Verdict, reasons: list[Reason]) -> Iterator[str]:
    """Yield a verdict line by line as people read it."""
    phase = f", phase {verdict.phase}" if verdict.phase is not None else ""
    yield (
        f"LCH-{verdict.launch_id}{phase}: {verdict.word.value} ({headline(verdict)}), "
        f"{verdict.outlook.value}, {verdict.answered} of {verdict.needed} answered"
    )
    for reason in reasons:
        yield f"  {reason.code} {reason.status}: {reason.message}"
        by = f", by {reason.required_by.isoformat()}" if reason.required_by else ""
        who = f" ({reason.owner or 'no owner'}{by})"
        if reason.fix is not None:
            yield f"    fix: {reason.fix}{who}"


def _require_known(session: Session, number: int, key: str, phase: int | None) -> None:
    if session.scalar(select(Launch.id).where(Launch.id == number)) is None:
        raise NotFound(f"There is no launch {key}: `roadmap evaluate --all` lists them.")
    if phase is None:
        return
    query = select(Phase.id).where(Phase.launch_id == number, Phase.position == phase)
    if session.scalar(query) is None:
        raise NotFound(f"{key} has no phase {phase}.")


def verdicts(
    session: Session, ids: list[int], at: datetime, phase: int | None
) -> Iterator[tuple[Verdict, list[Reason]]]:
    """Yield each launch's fresh verdict with what does not pass, as the system sees it."""
    for chunk in chunks(ids, READ_CHUNK):
        facts = gather(session, chunk, at, every_phase=phase is not None)
        fresh = [evaluate(known, at, phase) for _launch_id, known in sorted(facts.items())]
        waiting = {v.launch_id: [a for a in v.reasons if not a.passes] for v in fresh}
        renderer = Renderer(session, None, [a for answers in waiting.values() for a in answers])
        for verdict in fresh:
            yield verdict, [renderer.reason(answer) for answer in waiting[verdict.launch_id]]


@click.command("evaluate")
@click.argument("key", required=False)
@click.option("--all", "every", is_flag=True, help="Every launch.")
@click.option("--phase", type=click.IntRange(min=1), help="The phase by its place, 1 is the first.")
@click.option("--at", "when", help="As known at this time, as in 2026-12-01T09:00+01:00.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="For programs; one list with --all. `reasons` are the answers that do not pass.",
)
def evaluate_command(
    key: str | None, every: bool, phase: int | None, when: str | None, as_json: bool
) -> None:
    """Say whether a launch is ready, why not, and the smallest thing that would change that."""
    if every == (key is not None) or (every and phase is not None):
        raise Problem("Name one launch, as in `roadmap evaluate LCH-1`, or --all.")
    at = read_moment(when)
    database = open_current(settings())
    try:
        with database.reading() as session:
            if every:
                ids = list(session.scalars(select(Launch.id)))
            else:
                ids = [parse_key(key or "", Launch.key_prefix)]
                _require_known(session, ids[0], f"LCH-{ids[0]}", phase)
            _print(verdicts(session, ids, at, phase), every, as_json)
    except NotFound as error:
        raise Problem(error.message) from None
    finally:
        database.dispose()


def _print(found: Iterator[tuple[Verdict, list[Reason]]], every: bool, as_json: bool) -> None:
    if as_json:
        rows = [verdict_json(verdict, reasons) for verdict, reasons in found]
        shown: Any = rows if every else rows[0]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for verdict, reasons in found:
        for line in verdict_text(verdict, reasons):
            click.echo(line)
