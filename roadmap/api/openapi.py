"""Describes the API in OpenAPI 3.1, from what each route declares beside its view."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

PROBLEM = "application/problem+json"
JSON = "application/json"
NDJSON = "application/x-ndjson"
TOKEN = "token"  # noqa: S105 - the name of the security scheme
_REF = "#/components/schemas/{model}"
_WORDS = {
    400: "The request cannot be read.",
    401: "No token that works.",
    403: "The token may not do this.",
    404: "There is no such thing.",
    405: "Not possible here.",
    413: "The body is too large.",
    415: "The body is neither JSON nor NDJSON.",
    422: "Something in it needs mending; nothing was stored.",
    429: "Too many requests without a token that works.",
}

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Operation:
    """What a route says of itself; ``body`` is the model of one row of its array or lines."""

    summary: str
    description: str
    answer: type[BaseModel]
    problem: type[BaseModel]
    scope: str
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    most_rows: int = 0
    errors: tuple[int, ...] = field(default=(400, 401, 403, 429))


def operation(said: Operation) -> Callable[[View], View]:
    """Note beside a view what it says of itself."""

    def decorate(view: View) -> View:
        view.__dict__["operation"] = said
        return view

    return decorate


def document(app: Flask, title: str, description: str) -> dict[str, Any]:
    """Return the OpenAPI document of every route that declared an operation."""
    found = [
        (rule, app.view_functions[rule.endpoint].__dict__["operation"])
        for rule in app.url_map.iter_rules()
        if "operation" in app.view_functions[rule.endpoint].__dict__
    ]
    models: dict[str, type[BaseModel]] = {}
    paths: dict[str, dict[str, Any]] = {}
    for rule, said in found:
        for model in (said.answer, said.problem, said.body):
            if model is not None:
                models[model.__name__] = model
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(rule.rule, {})[method.lower()] = _described(rule.endpoint, said)
    _known, schemas = models_json_schema(
        [(models[name], "validation") for name in sorted(models)], ref_template=_REF
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": description},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {TOKEN: {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(endpoint: str, said: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": endpoint.replace(".", "_"),
        "summary": said.summary,
        "description": f"{said.description}\n\nScope of the token: `{said.scope}`.",
        "security": [{TOKEN: []}],
        "responses": _responses(said),
    }
    if said.query is not None:
        found["parameters"] = _parameters(said.query)
    if said.body is not None:
        found["requestBody"] = {"required": True, "content": _body(said)}
    return found


def _responses(said: Operation) -> dict[str, Any]:
    good = {"description": "Done.", "content": {JSON: {"schema": _schema(said.answer)}}}
    bad = {PROBLEM: {"schema": _schema(said.problem)}}
    return {"200": good} | {
        str(status): {"description": _WORDS[status], "content": bad} for status in said.errors
    }


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REF.format(model=model.__name__)}


def _body(said: Operation) -> dict[str, Any]:
    if said.body is None:
        return {}
    rows = {
        "type": "array",
        "items": _schema(said.body),
        "minItems": 1,
        "maxItems": said.most_rows,
    }
    # One row a line: OpenAPI 3.1 has no words for it, so the description says it.
    lines = {"type": "string", "description": "One JSON object a line, as in the array."}
    return {JSON: {"schema": rows}, NDJSON: {"schema": lines}}


def _parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=_REF)
    required = set(schema.get("required", ()))
    return [_parameter(name, said, name in required) for name, said in schema["properties"].items()]


def _parameter(name: str, said: Mapping[str, Any], required: bool) -> dict[str, Any]:
    kept = {key: value for key, value in said.items() if key not in {"title", "description"}}
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": said.get("description", ""),
        "schema": kept,
    }
