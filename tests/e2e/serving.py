"""A web server in a thread of the tests that leaves nothing open behind it."""

import threading
from typing import Any


def answer_until(server: Any, stop: threading.Event) -> None:
    """Answer until told to stop; the loop's own thread closes its sockets, so nobody else waits."""
    while not stop.is_set():
        server.asyncore.loop(timeout=0.1, map=server._map, count=1)
    server.task_dispatcher.shutdown()
    # A browser keeps its connections for the next request: closing the server leaves them open.
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.close()
