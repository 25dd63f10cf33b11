"""API tokens: shown once, kept as a digest, ended by time, by hand and with their person."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from roadmap import clock
from roadmap.accounts.models import ApiToken
from roadmap.accounts.tokens import (
    MOST_TOKENS,
    all_tokens,
    create_token,
    find_bearer,
    note_use,
    revoke_token,
)
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.history.models import HistoryEvent
from roadmap.history.seal import verify
from tests.cast import actor

SECRET = re.compile(r"rmt_[\w-]{43}")


def make(session, person, *scopes, name="Nightly labels", days=30, by=None):
    return create_token(session, by or actor(person), person.id, name, scopes or ("read",), days)


def test_a_token_acts_as_its_person_within_its_scopes(session, cast):
    _row, secret = make(session, cast.bob, "evidence:write")
    _read, reading = make(session, cast.bob, "read", name="Report")
    found = find_bearer(session, f"Bearer {secret}")
    assert found is not None
    assert (found.actor.id, found.actor.may("evidence.write")) == (cast.bob.id, True)
    assert not found.actor.may("launch.commit")
    assert not found.actor.may("launch.read_confidential")
    reader = find_bearer(session, f"bearer {reading}")
    assert reader is not None
    assert reader.actor.may("mechanism.read")
    assert not reader.actor.may("evidence.write")


def test_a_revoked_old_unknown_or_leavers_token_opens_nothing(session, cast):
    row, secret = make(session, cast.charlie)
    header = f"Bearer {secret}"
    for bad in ("", "Bearer", f"Basic {secret}", secret, "Bearer rmt_x", f"Bearer {secret}x"):
        assert find_bearer(session, bad) is None
    row.expires_at = clock.now() - timedelta(seconds=1)
    assert find_bearer(session, header) is None
    row.expires_at = clock.now() + timedelta(days=1)
    assert find_bearer(session, header) is not None
    cast.charlie = session.merge(cast.charlie)
    cast.charlie.active = False
    session.flush()
    assert find_bearer(session, header) is None
    cast.charlie.active = True
    revoke_token(session, actor(cast.charlie), row.id)
    assert find_bearer(session, header) is None
    session.rollback()


def test_only_the_person_and_admins_handle_a_token(session, cast):
    row, _secret = make(session, cast.charlie)
    with pytest.raises(NotFound):
        revoke_token(session, actor(cast.alice), row.id)
    with pytest.raises(Forbidden):
        make(session, cast.charlie, by=actor(cast.bob))
    for_service, _other = make(session, cast.charlie, name="Pipeline", by=actor(cast.erin))
    assert for_service.created_by == cast.erin.id
    revoke_token(session, actor(cast.erin), row.id)
    assert [one.ApiToken.id for one in all_tokens(session)] == [for_service.id, row.id]


def test_what_a_token_cannot_be_is_refused_with_a_reason(session, cast):
    charlie = cast.charlie
    for values, field in (
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("admin",)}, "scopes"),
    ):
        given: dict[str, Any] = {"name": "a", "scopes": ("read",), "days": 1} | values
        with pytest.raises(Invalid) as refused:
            create_token(session, actor(charlie), charlie.id, **given)
        assert list(refused.value.fields) == [field]
    with pytest.raises(Invalid, match="roles"):
        make(session, cast.victor, "evidence:write")
    for number in range(MOST_TOKENS):
        make(session, charlie, name=f"Token {number}")
    with pytest.raises(Invalid, match="Revoke one"):
        make(session, charlie, name="one more")


def test_the_secret_is_nowhere_but_on_the_page_that_shows_it_once(
    app, database, cast, sign_in, tmp_path, capsys
):
    app.config["LOG_LEVEL"] = "debug"
    client = sign_in(cast.charlie)
    asked = {"name": "Nightly labels", "scopes": "evidence:write", "days": "30"}
    page = client.post("/account/tokens", data=asked)
    assert page.status_code == 200
    secret = SECRET.findall(page.text)[0]
    assert page.text.count(secret) == 1
    assert secret not in client.get("/account/tokens").text
    answer = app.test_client().get(
        "/api/v1/evidence", headers={"Authorization": f"Bearer {secret}"}
    )
    assert secret not in answer.text
    with database.reading() as session:
        row = session.scalars(select(ApiToken)).one()
        event = session.scalars(
            select(HistoryEvent).where(HistoryEvent.action == "person.token_made")
        ).one()
        told = f"{event.changes} {event.rows}"
        assert "Nightly labels" in told
        assert row.token_digest not in told
        assert list(verify(session, "only for tests", None)) == []
        tables = session.scalars(
            text(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                if database.engine.dialect.name == "sqlite"
                else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
        ).all()
        for table in tables:
            for stored in session.execute(text(f'SELECT * FROM "{table}"')):
                assert secret not in str(stored)
    captured = capsys.readouterr()
    assert secret not in captured.out + captured.err
    for file in Path(tmp_path).rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes()


def test_the_pages_show_make_and_end_tokens(app, cast, sign_in, statements):
    client = sign_in(cast.charlie)
    statements.statements.clear()
    assert "You have none" in client.get("/account/tokens").text
    assert len(statements) <= 3
    bad = client.post("/account/tokens", data={"name": "Mine", "days": "900"})
    assert bad.status_code == 422
    assert "Mine" in bad.text
    client.post("/account/tokens", data={"name": "Mine", "scopes": "read", "days": "9"})
    admin = sign_in(cast.erin)
    assert "Charlie" in admin.get("/admin/tokens").text
    nobody = {"person": "none@example.org", "name": "Job", "scopes": "read", "days": "9"}
    assert admin.post("/admin/tokens", data=nobody).status_code == 422
    made = admin.post("/admin/tokens", data=nobody | {"person": "bob@example.org"})
    assert SECRET.search(made.text)
    assert client.post("/tokens/2/revoke").status_code == 404
    ended = client.post("/tokens/1/revoke")
    assert ended.location == "/account/tokens"
    assert admin.post("/tokens/2/revoke", data={"all": "1"}).location == "/admin/tokens"
    assert "Revoked" in client.get("/account/tokens").text
    assert sign_in(cast.bob).get("/admin/tokens").status_code == 403
    history = admin.get(f"/admin/people/{cast.charlie.id}").text
    assert "revoked an API token" in history


def test_the_last_use_is_kept_as_a_day(database, session, cast):
    row, _secret = make(session, cast.charlie)
    session.commit()
    note_use(database, row.id)
    note_use(database, row.id)
    session.refresh(row)
    assert row.last_used_on == clock.today()
