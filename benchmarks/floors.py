"""The smallest Flask application on the same server: what a page costs at the very least."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, render_template_string
from sqlalchemy import text

from benchmarks.clock import Clock
from benchmarks.recorder import Recorder
from roadmap.db import Database

_LIST = """<!doctype html><title>Floor</title><table>
{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>{% endfor %}</tr>
{% endfor %}</table>"""
_EMPTY = "<!doctype html><title>Floor</title><p>{{ rows }} rows</p>"


@dataclass(frozen=True)
class Query:
    """One indexed query written by hand."""

    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def make_floor_app(
    database: Database, recorder: Recorder, queries: Mapping[str, Query], product: Clock
) -> Flask:
    """Return the application with a page for each query and each recording.

    It tells what its own pages and those of the product took of the processor.
    """
    app = Flask("floors")
    own = Clock(app)

    @app.get("/query/<name>")
    def query(name: str) -> str:
        wanted = queries[name]
        with database.engine.connect() as connection:
            rows = connection.execute(text(wanted.sql), wanted.parameters).all()
        if not rows:
            raise RuntimeError(f"the floor of {name} brings no rows")
        return render_template_string(_LIST, rows=rows)

    @app.get("/replay/<name>")
    def replay(name: str) -> str:
        return render_template_string(_EMPTY, rows=recorder.play(name, database.engine))

    @app.post("/record")
    def record() -> Response:
        recorder.start()
        return jsonify(recording=True)

    @app.post("/record/<name>")
    def keep(name: str) -> Response:
        return jsonify(statements=len(recorder.stop(name).statements))

    @app.get("/slowest/<name>")
    def slowest(name: str) -> Response:
        milliseconds, statement = recorder.kept[name].slowest()
        return jsonify(ms=milliseconds, sql=statement)

    @app.get("/taken")
    def taken() -> Response:
        return jsonify(product=product.read(), floors=own.read())

    return app
