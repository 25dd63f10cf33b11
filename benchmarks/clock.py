"""How much processor time the pages of an application take, whatever else the machine does."""

import time
from collections.abc import Iterable
from typing import Any

_MEASURED = ("/taken", "/slowest", "/record")


class Clock:
    """Stands before an application and notes what each page took, in milliseconds."""

    def __init__(self, app: Any) -> None:
        self._inner = app.wsgi_app
        self._taken: list[float] = []
        app.wsgi_app = self

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        began = time.thread_time()
        answer: Iterable[bytes] = self._inner(environ, start_response)
        if not environ["PATH_INFO"].startswith(_MEASURED):
            self._taken.append((time.thread_time() - began) * 1000)
        return answer

    def read(self) -> list[float]:
        """Return what was noted since the last reading."""
        found, self._taken = self._taken, []
        return found
