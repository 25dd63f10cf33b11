"""Tables of what was measured, as Markdown that reads well in a terminal too."""

from collections.abc import Iterable, Sequence

from benchmarks.commands import Command
from benchmarks.timing import Timing

AIM = 2.5


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an aligned Markdown table; all columns but the first are numbers."""
    cells = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]

    def line(row: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = "|".join(
        "-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)
    )
    return "\n".join([line(cells[0]), f"|{rule}|", *map(line, cells[1:])])


def page_table(timings: Iterable[Timing]) -> str:
    """Return the table of pages; a ratio above the aim is marked."""
    return table(
        (
            *("page", "median ms", "p95 ms", "floor ms", "ratio"),
            *("processor ms", "its floor", "its ratio", "statements", "slowest SQL ms", "kB"),
        ),
        map(_page_row, timings),
    )


def _page_row(timing: Timing) -> Sequence[str]:
    if timing.median is None or timing.ratio is None:
        return (timing.name, timing.problem or "no answer", *[""] * 9)
    return (
        timing.name,
        f"{timing.median:.1f}",
        f"{timing.p95:.1f}",
        f"{timing.floor:.1f}",
        _ratio(timing.ratio),
        f"{timing.processor:.1f}",
        f"{timing.processor_floor:.1f}",
        _ratio(timing.processor_ratio),
        str(timing.statements),
        f"{timing.slowest:.2f}",
        f"{timing.size / 1000:.0f}",
    )


def _ratio(found: float) -> str:
    return f"{found:.1f}{' !' if round(found, 1) > AIM else ''}"


def command_table(commands: Iterable[Command]) -> str:
    """Return the table of commands."""
    return table(("command", "ms", "aim ms", "remark"), map(_command_row, commands))


def _command_row(command: Command) -> Sequence[str]:
    aim = f"{command.aim:,.0f}" if command.aim is not None else ""
    over = command.aim is not None and command.taken > command.aim
    shown = f"{command.taken:,.2f}" if command.taken < 100 else f"{command.taken:,.0f}"
    return command.name, f"{shown}{' !' if over else ''}", aim, command.remark


def slow_statements(timings: Iterable[Timing], above: float = 5.0) -> str:
    """Return the slowest statement of each page that has one above so many milliseconds."""
    lines = [
        f"{timing.name}, {timing.slowest:.1f} ms: {' '.join(timing.slowest_sql.split())[:600]}"
        for timing in timings
        if timing.slowest > above
    ]
    return "\n".join(lines)
