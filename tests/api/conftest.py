"""A classifier whose owner holds a token that sends measurements, and one that reads."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.tokens import create_token
from tests.mechanisms.conftest import House, house

__all__ = ["house"]

TODAY = clock.today()


def a_row(**values: Any) -> dict[str, Any]:
    """Return a row as a program sends it: precision of MEC-1 in the last week."""
    return {
        "mechanism": "MEC-1",
        "configuration": "v12",
        "language": "de",
        "policy_area": "weapons",
        "metric": "precision",
        "numerator": 285,
        "denominator": 300,
        "window_start": (TODAY - timedelta(days=8)).isoformat(),
        "window_end": (TODAY - timedelta(days=1)).isoformat(),
        "sampling": "random",
        "label_source": "human",
        **values,
    }


@pytest.fixture
def tokens(session: Session, house: House) -> dict[str, str]:
    """Headers by scope; MEC-1 is Charlie's."""
    assert house.classifier(session).key == "MEC-1"
    charlie = house.cast.charlie.id
    found = {
        scope: create_token(session, None, charlie, scope, [scope], 30)[1]
        for scope in ("evidence:write", "read")
    }
    victor = create_token(session, None, house.cast.victor.id, "viewer", ["read"], 30)[1]
    session.commit()
    return {scope: f"Bearer {secret}" for scope, secret in (found | {"viewer": victor}).items()}


@pytest.fixture
def send(app: Flask, tokens: dict[str, str]) -> Callable[..., Any]:
    """Post a body as the writing token does."""

    def post(rows: Any, query: str = "source=labels", **given: Any) -> Any:
        headers = {"Authorization": tokens["evidence:write"]} | given.pop("headers", {})
        body = given or {"json": rows}
        return app.test_client().post(f"/api/v1/evidence?{query}", headers=headers, **body)

    return post
