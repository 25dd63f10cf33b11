"""Records the SQL statements of a page and plays them back without the page."""

import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

_SILENT = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")


@dataclass
class Recording:
    """The statements of one page in order, and how long each took when played back."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    # Place of a statement -> milliseconds, one for each time it was played.
    taken: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def slowest(self) -> tuple[float, str]:
        """Return the median milliseconds of the slowest statement and its text."""
        medians = {place: statistics.median(taken) for place, taken in self.taken.items()}
        if not medians:
            return 0.0, ""
        place = max(medians, key=lambda one: medians[one])
        return medians[place], self.statements[place][0]


class Recorder:
    """Listens to an engine while it records; costs nothing otherwise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._current = Recording()
        self.kept: dict[str, Recording] = {}

    def start(self) -> None:
        """Record from now on."""
        self._current = Recording()
        event.listen(self._engine, "before_cursor_execute", self._note)

    def stop(self, name: str) -> Recording:
        """Keep what was sent since the start."""
        event.remove(self._engine, "before_cursor_execute", self._note)
        self.kept[name] = self._current
        return self._current

    def _note(
        self, _conn: Any, _cursor: Any, statement: str, parameters: Any, _ctx: Any, _many: bool
    ) -> None:
        if not statement.startswith(_SILENT):
            self._current.statements.append((statement, parameters))

    def play(self, name: str, engine: Engine) -> int:
        """Send a recorded page's statements to the driver, fetch every row, return their number."""
        recording = self.kept[name]
        connection = engine.raw_connection()
        try:
            cursor: Any = connection.cursor()
            if engine.dialect.name == "sqlite":
                cursor.execute("BEGIN")
            rows = 0
            for place, (statement, parameters) in enumerate(recording.statements):
                began = time.perf_counter()
                cursor.execute(statement, parameters)
                rows += len(cursor.fetchall())
                recording.taken[place].append((time.perf_counter() - began) * 1000)
            cursor.close()
        finally:
            connection.rollback()
            connection.close()
        return rows
