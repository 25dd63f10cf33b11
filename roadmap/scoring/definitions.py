"""Framework rows as definitions the rules can compute with, and back."""

import json
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from roadmap.history.digest import canonical
from roadmap.scoring.frameworks import Criterion, FrameworkDef, Level, Method
from roadmap.scoring.models import Framework


def criterion_from(data: dict[str, Any]) -> Criterion:
    """Return the criterion of its stored form."""
    return Criterion(
        code=data["code"],
        name=data["name"],
        scale=tuple(data["scale"]) if data.get("scale") else None,
        low=data.get("low"),
        high=data.get("high"),
        direction=data.get("direction", "more"),
        weight=data.get("weight", 1.0),
        rubric=tuple(Level(level["value"], level["text"]) for level in data.get("rubric", ())),
    )


def criterion_data(criterion: Criterion) -> dict[str, Any]:
    """Return the form a criterion is stored in."""
    data = asdict(criterion)
    data["scale"] = list(criterion.scale) if criterion.scale else None
    data["rubric"] = [{"value": level.value, "text": level.text} for level in criterion.rubric]
    return data


def definition(row: Framework) -> FrameworkDef:
    """Return the definition of a stored framework; parsed once for each version."""
    return parsed(
        row.code,
        row.version,
        row.name,
        row.method,
        row.expression,
        canonical(row.criteria).decode(),
        canonical(row.params).decode(),
    )


@lru_cache(maxsize=128)
def parsed(
    code: str,
    version: int,
    name: str,
    method: str,
    expression: str | None,
    criteria: str,
    params: str,
) -> FrameworkDef:
    """Return the definition of the values of a row, criteria and params as JSON."""
    return FrameworkDef(
        code=code,
        version=version,
        name=name,
        method=Method(method),
        criteria=tuple(criterion_from(data) for data in json.loads(criteria)),
        expression=expression,
        params=json.loads(params),
    )


def framework_row(framework: FrameworkDef) -> Framework:
    """Return a new row for a definition."""
    return Framework(
        code=framework.code,
        version=framework.version,
        name=framework.name,
        method=framework.method.value,
        expression=framework.expression,
        criteria=[criterion_data(criterion) for criterion in framework.criteria],
        params=dict(framework.params),
    )
