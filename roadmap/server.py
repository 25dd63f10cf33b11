"""Running processes: the web server, the worker, and the parent that starts and stops both."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType

import waitress

from config import Config
from roadmap.application import create_app
from roadmap.jobs import run_worker

# Set for children: their standard input is a pipe that closes when the parent is gone.
SUPERVISED = "ROADMAP_SUPERVISED"


def check_port(host: str, port: int) -> None:
    """Raise OSError with a sentence if nothing can listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(
                f"Port {port} on {host} cannot be used ({error.strerror}): stop what uses it, or "
                f"choose another as in `PORT=8001 make run`."
            ) from None


def _stop_with_parent() -> None:
    """Send this process SIGTERM when the supervising parent ends, however it ends."""
    if not os.environ.get(SUPERVISED):
        return

    def watch() -> None:
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _on_signals(act: Callable[[], None]) -> None:
    """Call ``act`` at the first SIGTERM or SIGINT; later ones change nothing."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        act()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


# A page makes and drops some ten thousand objects, hardly any of them in cycles: looking for those
# as seldom as this costs a few megabytes and saves up to a third of a long page.
COLLECT_AFTER = 50_000


def collect_seldom() -> None:
    """Leave what was loaded at the start out of garbage collection, and collect less often.

    Call it when the application is made and before it answers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def serve_web(config: Config) -> None:
    """Answer requests until told to stop; requests being answered are finished first."""
    app = create_app(config)
    server = waitress.create_server(
        app, host=config.HOST, port=config.PORT, threads=config.THREADS, ident=None
    )
    collect_seldom()
    # The loop of waitress ends, and waits for its threads, when SystemExit is raised in it.
    _on_signals(sys.exit)
    _stop_with_parent()
    server.run()
    server.close()
    app.extensions["roadmap_db"].dispose()


def serve_worker(config: Config) -> None:
    """Run jobs until told to stop; a running job is finished first."""
    stop = threading.Event()
    app = create_app(config)
    _on_signals(stop.set)
    _stop_with_parent()
    with app.app_context():
        run_worker(app.extensions["roadmap_db"], config, stop)
    app.extensions["roadmap_db"].dispose()


def supervise() -> int:
    """Start web server and worker, wait, and stop both; return the exit status."""
    stop = threading.Event()
    _on_signals(stop.set)
    environment = {**os.environ, SUPERVISED: "1"}
    children = [
        subprocess.Popen(  # noqa: S603 - our own command, no shell
            [sys.executable, "-m", "roadmap.cli", part],
            stdin=subprocess.PIPE,
            env=environment,
            # Ctrl-C reaches only the parent, which then stops both in order.
            start_new_session=True,
        )
        for part in ("serve", "worker")
    ]
    while not stop.wait(0.3):
        if any(child.poll() is not None for child in children):
            break
    failed = not stop.is_set()
    for child in children:
        if child.stdin is not None:
            child.stdin.close()
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return 1 if failed else 0
