"""The measured process: the product and, on a second port, the floors; stops with its parent.

    python -m benchmarks.web_process < settings.json

The first line of standard input is ``{"url", "folder", "queries"}``; the first line of standard
output is ``{"product", "floors"}``, the two ports. It ends when standard input closes.
"""

import json
import sys
import threading
from typing import Any

import waitress

from benchmarks.clock import Clock
from benchmarks.floors import Query, make_floor_app
from benchmarks.recorder import Recorder
from config import Config
from roadmap.application import create_app
from roadmap.db import Database
from roadmap.server import collect_seldom


def main() -> None:
    """Serve until the parent closes standard input."""
    wanted = json.loads(sys.stdin.readline())
    config = Config(
        DATABASE_URL=wanted["url"],
        INSTANCE_DIR=wanted["folder"],
        SECRET_KEY="only for measuring",
        HISTORY_KEY="only for measuring",
    )
    app = create_app(config)
    recorder = Recorder(app.extensions["roadmap_db"].engine)
    product = Clock(app)
    database = Database(wanted["url"])
    queries = {name: Query(**query) for name, query in wanted["queries"].items()}
    # Both on the same kind of server with the same settings as `roadmap serve`.
    servers: list[Any] = [
        waitress.create_server(each, host="127.0.0.1", port=0, threads=config.THREADS, ident=None)
        for each in (app, make_floor_app(database, recorder, queries, product))
    ]
    for server in servers:
        threading.Thread(target=server.run, daemon=True).start()
    ports = dict(
        zip(("product", "floors"), (server.effective_port for server in servers), strict=True)
    )
    collect_seldom()
    print(json.dumps(ports), flush=True)
    sys.stdin.read()
    for server in servers:
        server.close()
    app.extensions["roadmap_db"].dispose()
    database.dispose()


if __name__ == "__main__":
    main()
