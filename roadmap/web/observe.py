"""Request numbers, structured logs, metrics and the two health addresses."""

import logging
import re
import secrets
import sys
import time
from typing import Any

import structlog
from alembic.runtime.migration import MigrationContext
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client import generate_latest as render_metrics
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from roadmap import clock
from roadmap.context import request_id
from roadmap.errors import NotFound
from roadmap.jobs import WorkerBeat
from roadmap.migrate import expected_head
from roadmap.web.guard import PUBLIC, may
from roadmap.web.session import database

log = structlog.get_logger("roadmap.request")
bp = Blueprint("observe", __name__)

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")


def configure_logging(level: str, form: str) -> None:
    """Write one line per event to standard error, as JSON or as plain text."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            getattr(logging, level.upper(), logging.INFO)
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class Meters:
    """The metrics of one application; a registry of its own lets tests make several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "roadmap_requests_total",
            "Requests answered",
            ["endpoint", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "roadmap_request_seconds",
            "Time to answer",
            ["endpoint"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()
    request_id.set(g.request_id)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    endpoint = request.endpoint or "none"
    meters: Meters = current_app.extensions["roadmap_meters"]
    meters.requests.labels(endpoint, request.method, response.status_code).inc()
    meters.seconds.labels(endpoint).observe(seconds)
    if endpoint not in {"static", "observe.healthz", "observe.readyz"}:
        # The path without its query: people search for names and paste tokens.
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
    return response


@bp.get("/healthz")
@may(PUBLIC)
def healthz() -> ResponseReturnValue:
    """Say that the process is alive."""
    return jsonify(status="alive")


@bp.get("/readyz")
@may(PUBLIC)
def readyz() -> ResponseReturnValue:
    """Say whether the database answers, is migrated, and a worker is at work."""
    answers = {"database": "ok", "migrations": "ok", "worker": "ok"}
    try:
        with database().reading() as session:
            connection = session.connection()
            if MigrationContext.configure(connection).get_current_revision() != expected_head():
                answers["migrations"] = "behind: run roadmap init"
            beat = session.scalar(select(WorkerBeat.at).where(WorkerBeat.name == "worker"))
            lag = (clock.now() - beat).total_seconds() if beat else None
            if lag is None or lag > current_app.config["WORKER_LAG_SECONDS"]:
                answers["worker"] = "none seen" if lag is None else f"silent for {lag:.0f} s"
    except SQLAlchemyError:
        log.exception("readiness probe failed")
        answers = {"database": "not reachable", "migrations": "unknown", "worker": "unknown"}
    ready = all(answer == "ok" for answer in answers.values())
    return jsonify(status="ready" if ready else "not ready", **answers), 200 if ready else 503


@bp.get("/metrics")
@may(PUBLIC)
def metrics() -> ResponseReturnValue:
    """Return the metrics to this machine, or to an admin; to others the address does not exist."""
    local = (
        request.remote_addr in {"127.0.0.1", "::1"} and not current_app.config["TRUSTED_PROXIES"]
    )
    if not local and not (current_user.is_authenticated and current_user.may("admin.system")):
        raise NotFound("There is nothing at this address.")
    meters: Meters = current_app.extensions["roadmap_meters"]
    return Response(render_metrics(meters.registry), content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    """Give every request a number, log and count it, and add the health addresses."""
    configure_logging(app.config["LOG_LEVEL"], app.config["LOG_FORMAT"])
    app.extensions["roadmap_meters"] = Meters()
    app.before_request(_begin)
    app.after_request(_end)
    app.register_blueprint(bp)
