"""docs/api.md says what the API does."""

from typing import Any

from flask import Flask

from roadmap.accounts.tokens import MOST_DAYS, SCOPES
from roadmap.api.models import EvidenceRow, RecordedRow, RowResult
from roadmap.exchange.evidence_rows import FIELDS
from roadmap.mechanisms.kinds import LabelSource, Metric, Sampling
from roadmap.mechanisms.measurements import MOST_ROWS
from tests.docs.test_docs import ROOT, rows

PAGE = (ROOT / "docs" / "api.md").read_text()
TABLES = rows("api.md")


def test_every_field_scope_result_and_status_is_documented_and_no_other(app: Flask) -> None:
    paths: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    statuses = {
        status
        for methods in paths.values()
        for said in methods.values()
        for status in said["responses"]
    }
    results = RowResult.model_json_schema()["properties"]["result"]["enum"]
    known = {*EvidenceRow.model_fields, *SCOPES, *results, *(statuses - {"200"})}
    assert set(TABLES) == known
    for path, methods in paths.items():
        for method in methods:
            assert f"{method.upper()} {path}" in PAGE


def test_what_is_needed_and_which_words_are_taken_is_said() -> None:
    for name, field in EvidenceRow.model_fields.items():
        assert ("needed" in TABLES[name]) == field.is_required(), name
    for name, words in (("metric", Metric), ("sampling", Sampling), ("label_source", LabelSource)):
        for word in words:
            assert f"`{word}`" in TABLES[name]
    for name in ("number", "voided_at", "void_reason", "corrected_by"):
        assert name in RecordedRow.model_fields
        assert f"`{name}`" in PAGE
    assert f"1 to {MOST_ROWS:,} rows" in PAGE
    assert f"at most {MOST_DAYS} days" in PAGE


def test_files_and_programs_send_the_same_fields() -> None:
    assert set(FIELDS) == set(EvidenceRow.model_fields)
