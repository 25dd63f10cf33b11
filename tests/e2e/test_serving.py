"""What the browser tests stand on."""

import gc
import socket
import threading
import warnings

import waitress
from flask import Flask

from tests.e2e.serving import answer_until


def test_a_connection_kept_by_a_browser_is_closed_with_the_server(app: Flask) -> None:
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=1)
    stop = threading.Event()
    thread = threading.Thread(target=answer_until, args=(server, stop), daemon=True)
    thread.start()
    with (
        warnings.catch_warnings(record=True) as warned,
        socket.create_connection(("127.0.0.1", server.effective_port), timeout=5) as browser,
    ):
        warnings.simplefilter("always")
        browser.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert browser.recv(1000).startswith(b"HTTP/1.1 200")
        stop.set()
        thread.join(timeout=10)
        del server
        gc.collect()
        while browser.recv(1000):
            pass
    assert not thread.is_alive()
    assert [str(warning.message) for warning in warned] == []
