"""``make bench``: load the reference organisation, time every page and command, print tables."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import commands, report, timing
from benchmarks.browser import Failed
from benchmarks.organisation.sizes import Sizes, this_monday
from benchmarks.pages import pages
from benchmarks.reference import BACKENDS, Reference
from config import Config
from roadmap import clock
from roadmap.db import Database


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench BENCH=...", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is 100,000 requirements")
    parser.add_argument("--backend", choices=(*BACKENDS, "both"), default="both")
    parser.add_argument("--requests", type=int, default=60, help="timed requests of each page")
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--folder", type=Path, help="where the databases are kept")
    parser.add_argument("--json", type=Path, help="write the numbers to this file as well")
    parser.add_argument("--skip-commands", action="store_true", help="time the pages only")
    return parser.parse_args(given)


def say(line: str) -> None:
    """Print at once, also into a pipe."""
    print(line, flush=True)


def measured(
    reference: Reference, wanted: argparse.Namespace, folder: Path
) -> tuple[list[timing.Timing], list[commands.Command]]:
    """Return what the pages and the commands take on one database."""
    # First, so that no page shows a verdict that is being computed.
    done = [commands.refresh(reference)]
    database = Database(reference.url)
    with database.reading() as session:
        chosen = [
            page
            for page in pages(session, wanted.scale)
            if wanted.only.casefold() in page.name.casefold()
        ]
    database.dispose()
    with timing.serving(reference, chosen, folder) as ports:
        timings = list(timing.measure(ports, chosen, wanted.requests))
    if not wanted.skip_commands:
        done += commands.commands(reference)
    return timings, done


def main(given: Sequence[str] | None = None) -> int:
    """Measure and print; the status is 1 if a page did not answer."""
    wanted = _arguments(given)
    folder = wanted.folder or Path(Config().INSTANCE_DIR) / "bench"
    sizes = Sizes(wanted.scale, this_monday(clock.today()))
    kept, failed = {}, False
    for name in BACKENDS if wanted.backend == "both" else (wanted.backend,):
        with BACKENDS[name](folder, sizes, say) as reference:
            say(f"\n{reference.backend}, scale {wanted.scale:g}\n")
            timings, done = measured(reference, wanted, folder)
            say(report.page_table(timings))
            say(f"\n{report.command_table(done)}")
            slow = report.slow_statements(timings)
            say(f"\nSlowest statements\n{slow}\n" if slow else "")
            failed |= any(one.median is None for one in timings)
            kept[name] = {
                "pages": [asdict(one) for one in timings],
                "commands": [asdict(one) for one in done],
            }
    if wanted.json:
        wanted.json.write_text(json.dumps(kept, indent=1))
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as problem:
        sys.exit(f"{problem}.")
