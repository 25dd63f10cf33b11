"""Routes of the API."""

from typing import TypeVar

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError

from roadmap.api.guard import api_actor, bearer
from roadmap.api.models import (
    EvidenceRow,
    ListQuery,
    Problem,
    PushQuery,
    PushResult,
    RecordedRows,
)
from roadmap.api.openapi import NDJSON, PROBLEM, Operation, document, operation
from roadmap.api.queries import recorded_rows
from roadmap.api.service import Refused, push, read_array, read_lines
from roadmap.errors import Invalid, RoadmapError
from roadmap.mechanisms.measurements import MOST_ROWS
from roadmap.web.guard import PUBLIC, may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("api", __name__, url_prefix="/api/v1")

Query = TypeVar("Query", bound=BaseModel)
TITLE = "Launch Roadmap"
ABOUT = "Send measurements of mechanisms and read what is recorded. See docs/api.md."


class WrongType(RoadmapError):
    """A body of a kind that is not read."""

    status = 415


def _query(model: type[Query]) -> Query:
    """Return the checked parameters of the address; each may stand there once."""
    given = request.args.to_dict(flat=False)
    if repeated := sorted(name for name, values in given.items() if len(values) > 1):
        raise Invalid.at(repeated[0], _("%(name)s is there twice.", name=repeated[0]))
    try:
        return model.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        raise Invalid.at(name, f"{name}: {first['msg']}.") from None


def _answer(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), content_type="application/json")


@bp.post("/evidence")
@bearer("evidence.write")
@operation(
    Operation(
        summary="Send measurements",
        description=(
            f"An array of 1 to {MOST_ROWS:,} rows, or one row a line as {NDJSON}. The same row "
            "again changes nothing; other numbers under the same key correct the row, which stays "
            "readable. All rows are stored or none, unless partial is true."
        ),
        answer=PushResult,
        problem=Problem,
        scope="evidence:write",
        query=PushQuery,
        body=EvidenceRow,
        most_rows=MOST_ROWS,
        errors=(400, 401, 403, 413, 415, 422, 429),
    )
)
def send_evidence() -> ResponseReturnValue:
    """Record a batch of measurements."""
    said = _query(PushQuery)
    kind = request.mimetype
    if kind not in {"application/json", NDJSON}:
        raise WrongType(_("Send application/json or application/x-ndjson."))
    data = request.get_data(cache=False)
    given = read_lines(data) if kind == NDJSON else read_array(data)
    partial = said.partial == "true"
    return _answer(push(db_session(), api_actor(), given, said.source, partial=partial))


@bp.get("/evidence")
@bearer("mechanism.read")
@operation(
    Operation(
        summary="Read recorded measurements of a mechanism",
        description=(
            "In the order of their arrival, voided and corrected ones too. Ask again with after "
            "set to next for those behind them."
        ),
        answer=RecordedRows,
        problem=Problem,
        scope="read",
        query=ListQuery,
        errors=(400, 401, 403, 404, 422, 429),
    )
)
def list_evidence() -> ResponseReturnValue:
    """Return recorded rows of a mechanism."""
    said = _query(ListQuery)
    return _answer(recorded_rows(db_session(), said.mechanism, said.after, said.limit))


@bp.get("/openapi.json")
@may(PUBLIC)
def openapi() -> ResponseReturnValue:
    """Describe the API; it says nothing about what is stored."""
    return jsonify(document(current_app, TITLE, ABOUT))


def refused(error: Refused) -> Response:
    """Answer a batch of which nothing was stored, naming what is wrong where."""
    problem = Problem(
        type="about:blank",
        title=_("Something needs mending"),
        status=error.status,
        detail=error.message,
        rows=list(error.rows),
    )
    return Response(problem.model_dump_json(), error.status, content_type=PROBLEM)
