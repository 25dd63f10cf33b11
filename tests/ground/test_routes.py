"""Every route says what it needs, and keeps to it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from roadmap.accounts.permissions import ALL_PERMISSIONS, ROLES
from roadmap.api.guard import is_bearer
from roadmap.web.guard import PUBLIC, SIGNED_IN, permission_of
from tests.cast import Cast

# Pages of the framework and of what the reader may see without an account.
OPEN = {
    "static",
    "observe.healthz",
    "observe.readyz",
    "observe.metrics",
    "accounts.sign_in",
    "accounts.set_password",
    # What a link in a mail switches off; its token is signed.
    "notices.ask_off",
    "notices.one_click",
    # A view for spreadsheets; its address holds a token.
    "sheets.sheet",
    # Says how the API is spoken to, and nothing of what is stored.
    "api.openapi",
}


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every route but the static files, with the permission it declares."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            yield rule, permission_of(app.view_functions[rule.endpoint]) or "NONE"


def of_pages(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield the routes that know people by their cookie."""
    for rule, permission in rules(app):
        if not is_bearer(app.view_functions[rule.endpoint]):
            yield rule, permission


def address(app: Flask, rule: Rule) -> str:
    """Return an address of the rule whose variable parts name nothing that exists."""
    values: dict[str, Any] = {}
    for name, converter in rule._converters.items():
        values[name] = 999_999_999 if isinstance(converter, IntegerConverter) else "none"
    with app.test_request_context():
        built = rule.build(values)
    assert built is not None
    return str(built[1])


def test_every_route_declares_a_permission(app: Flask) -> None:
    missing = [rule.rule for rule, permission in rules(app) if permission == "NONE"]
    assert missing == []


def test_every_declared_permission_exists(app: Flask) -> None:
    known = ALL_PERMISSIONS | {PUBLIC, SIGNED_IN}
    unknown = {rule.rule: permission for rule, permission in rules(app) if permission not in known}
    assert unknown == {}


def test_what_needs_no_sign_in_is_listed_here(app: Flask) -> None:
    found = {rule.endpoint for rule, permission in rules(app) if permission == PUBLIC}
    assert found <= OPEN


def test_the_api_knows_nobody_by_a_cookie(app: Flask, cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.bob)
    app.config["SIGN_IN_ATTEMPTS"] = 1000
    bearers = [rule for rule, _p in rules(app) if is_bearer(app.view_functions[rule.endpoint])]
    assert {rule.endpoint for rule in bearers} == {
        rule.endpoint
        for rule, permission in rules(app)
        if rule.rule.startswith("/api/") and permission != PUBLIC
    }
    for rule in bearers:
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            for browser in (client, app.test_client()):
                answer = browser.open(address(app, rule), method=method)
                assert answer.status_code == 401, rule.rule
                assert answer.content_type == "application/problem+json"


def test_a_visitor_gets_no_further_than_the_sign_in(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    let_in = []
    for rule, permission in of_pages(app):
        if permission == PUBLIC:
            continue
        where = address(app, rule)
        methods = rule.methods or set()
        if "GET" in methods:
            answer = client.get(where)
            sent = answer.status_code == 302 and answer.location.startswith("/sign-in?next=")
            if not sent:
                let_in.append(f"GET {where} {answer.status_code}")
        for method in methods & {"POST", "PUT", "PATCH", "DELETE"}:
            answer = client.open(where, method=method, data={"title": "kept words"})
            if answer.status_code != 401 or "kept words" not in answer.text:
                let_in.append(f"{method} {where} {answer.status_code}")
    assert let_in == []


@pytest.mark.parametrize("role", list(ROLES))
def test_a_role_gets_no_further_than_it_may(
    role: str, app: Flask, cast: Cast, sign_in: Any
) -> None:
    people = {
        person.roles[0]: person
        for person in (cast.alice, cast.bob, cast.charlie, cast.dora, cast.erin, cast.victor)
    }
    client = sign_in(people[role])
    allowed = ROLES[role][1] | {PUBLIC, SIGNED_IN}
    wrong = []
    for rule, permission in of_pages(app):
        where = address(app, rule)
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            if permission in allowed:
                # Signing out or changing oneself would end the walk.
                if method != "GET" or rule.endpoint in OPEN:
                    continue
                answer = client.get(where)
                if answer.status_code in {401, 403} or answer.status_code >= 500:
                    wrong.append(f"{role} {method} {where} {answer.status_code}")
            else:
                answer = client.open(where, method=method)
                if answer.status_code != 403:
                    wrong.append(f"{role} {method} {where} {answer.status_code}")
    assert wrong == []


def test_a_deactivated_person_is_a_visitor(app: Flask, cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.alice)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{cast.alice.id}:2"
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize("token", ["", "x", "1", "1:", ":1", "1:x", "-1:1", "9" * 30 + ":1", "²:1"])
def test_a_damaged_session_is_no_session(token: str, app: Flask, cast: Cast) -> None:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert client.get("/account").status_code == 302
