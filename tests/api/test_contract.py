"""What OpenAPI says of the API is what the API does."""

from datetime import UTC, datetime
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from roadmap.api.models import EvidenceRow
from tests.api.conftest import a_row

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Whether a body the walk made holds rows; what it breaks may be the header that we put back.
ROWS = TypeAdapter(list[EvidenceRow])
FEW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def described(app: Flask) -> Any:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.get_json()


def test_the_document_names_every_route_its_scope_and_its_errors(app: Flask) -> None:
    found = described(app)
    assert found["openapi"] == "3.1.0"
    assert set(found["paths"]) == {"/api/v1/evidence"}
    assert set(found["paths"]["/api/v1/evidence"]) == {"get", "post"}
    for said in found["paths"]["/api/v1/evidence"].values():
        assert said["security"] == [{"token": []}]
        assert "Scope of the token" in said["description"]
        assert {"200", "401", "403", "422", "429"} <= set(said["responses"])
    assert found["components"]["schemas"]["EvidenceRow"]["additionalProperties"] is False


def _are_rows(body: Any) -> bool:
    try:
        ROWS.validate_python(body)
    except ValidationError:
        return False
    return True


def walk(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> int:
    """Send what the document allows, or what it forbids; return how many requests that took."""
    asked = 0

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        nonlocal asked
        asked += 1
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        whole = case.method == "POST" and not (case.query or {}).get("partial")
        if mode is GenerationMode.NEGATIVE and whole and not _are_rows(case.body):
            assert 400 <= answer.status_code < 500

    send()
    return asked


def test_the_answers_are_what_the_document_says(app: Flask, tokens: dict[str, str]) -> None:
    schema: Any = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        scope = "evidence:write" if operation.method == "post" else "read"
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            asked += walk(operation, mode, {"Authorization": tokens[scope]})
    assert asked >= 30


MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(st.dictionaries(st.sampled_from(list(EvidenceRow.model_fields)), st.text() | st.integers()))
def test_no_row_breaks_the_reader(values: Any) -> None:
    try:
        EvidenceRow.model_validate(a_row(**values))
    except ValidationError as error:
        assert error.error_count() > 0  # noqa: PT017


@given(MOMENTS)
def test_a_moment_is_read_in_any_zone(moment: datetime) -> None:
    row = EvidenceRow.model_validate(a_row(observed_at=moment.isoformat()))
    assert row.observed_at == moment
