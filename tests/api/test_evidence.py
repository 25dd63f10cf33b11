"""Programs send measurements: once, corrected, refused with a sentence, and never by cookie."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from roadmap.accounts.models import ApiToken, SignInAttempt
from roadmap.launches.kinds import LaunchType
from roadmap.launches.links import LinkSpec, put_link
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.mechanisms.kinds import LinkRole
from roadmap.mechanisms.measurements import MOST_ROWS
from roadmap.mechanisms.models import Measurement
from roadmap.readiness.models import CurrentVerdict
from roadmap.readiness.service import evaluate_launches
from tests.api.conftest import TODAY, a_row
from tests.launches.world import NEW_MARKET


def stored(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Measurement))


def results(answer):
    return [row["result"] for row in answer.get_json()["rows"]]


def test_the_same_rows_again_change_nothing_and_other_numbers_correct(database, send):
    rows = [a_row(), a_row(language="en", key="en-1")]
    first = send(rows)
    assert (first.status_code, first.content_type) == (200, "application/json")
    assert first.get_json() | {"rows": None} == {
        "source": "labels",
        "batch": 1,
        "accepted": 2,
        "unchanged": 0,
        "corrected": 0,
        "refused": 0,
        "rows": None,
    }
    assert "Set-Cookie" not in first.headers
    again = send(rows).get_json()
    assert (again["unchanged"], again["batch"]) == (2, None)
    assert again["rows"][0]["reason"] == "It is recorded already."
    changed = send([a_row(numerator=200), a_row(language="en", key="en-1")])
    assert results(changed) == ["corrected", "unchanged"]
    assert stored(database) == 3


def test_lines_are_read_as_an_array_is(database, send):
    lines = "\n".join(json.dumps(row) for row in (a_row(), a_row(language="en"))) + "\n\n"
    answer = send(None, data=lines, content_type="application/x-ndjson")
    assert results(answer) == ["accepted", "accepted"]
    assert results(send([a_row()])) == ["unchanged"]


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"numerator": "285"}, "numerator", "Input should be a valid integer."),
    ({"numerator": 301}, "numerator", "The numerator 301 is larger than the denominator 300."),
    ({"numeratr": 1}, "numeratr", "There is no such field; take it out."),
    ({"metric": "luck"}, "metric", "Input should be 'precision'"),
    ({"mechanism": "MEC-9"}, "mechanism", "There is no such mechanism."),
    ({"configuration": "v99"}, "configuration", "no configuration of that name"),
    ({"configuration": None}, "configuration", "Say which configuration was measured"),
    ({"guideline": "weapons@v9"}, "guideline", "no such guideline version"),
    ({"language": "EN"}, "language", "There is no EN here."),
    ({"language": "d\x00"}, "language", "It holds U+0000, which cannot be stored."),
    ({"window_end": "2026-02-30"}, "window_end", "Use a day that exists"),
    ({"window_end": 20261122}, "window_end", "Input should be a valid date."),
    ({"window_end": f"{TODAY.year + 1}-01-01"}, "window_end", "has not happened yet"),
    ({"observed_at": "2026-01-01T00:00:00"}, "observed_at", "Use a moment with its zone"),
    ({"observed_at": f"{TODAY.year + 1}-01-01T00:00:00Z"}, "observed_at", "not happened yet"),
    ({"metric": "recall", "sampling": "flagged_only"}, "sampling", "Recall cannot be measured"),
    ({"sampling": "stratified"}, "strata", "needs its strata"),
]


def test_each_bad_row_is_named_and_nothing_is_stored(database, send):
    rows = [a_row(language="en"), *(a_row(key=f"k{n}", **bad) for n, (bad, *_) in enumerate(BAD))]
    answer = send(rows)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    problem = answer.get_json()
    assert problem["detail"] == f"Nothing was stored: {len(BAD)} of {len(rows)} rows are refused."
    assert [row["row"] for row in problem["rows"]] == list(range(2, len(rows) + 1))
    for row, (_bad, field, words) in zip(problem["rows"], BAD, strict=True):
        assert (row["field"], words in row["reason"]) == (field, True), row
    assert stored(database) == 0
    some = send(rows, "source=labels&partial=true")
    assert results(some) == ["accepted", *["refused"] * len(BAD)]
    assert stored(database) == 1
    assert send([7, None, []]).status_code == 422


@pytest.mark.parametrize(
    ("body", "kind", "query", "status"),
    [
        (b"{", "application/json", "source=a", 400),
        (b"\xff\xfe[]", "application/json", "source=a", 400),
        (b"[" * 100_000, "application/json", "source=a", 400),
        (b"{}", "application/json", "source=a", 400),
        (b"[]", "application/json", "source=a", 422),
        (b"{}\n{", "application/x-ndjson", "source=a", 400),
        (b"a,b", "text/csv", "source=a", 415),
        (b"[{}]", "application/json", "", 422),
        (b"[{}]", "application/json", "source=", 422),
        (b"[{}]", "application/json", "source=a&source=b", 422),
        (b"[{}]", "application/json", "source=a&parial=true", 422),
        (b"[{}]", "application/json", "source=a&partial=yes", 422),
    ],
)
def test_what_cannot_be_read_is_refused_whole(send, body, kind, query, status):
    answer = send(None, query, data=body, content_type=kind)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.get_json()["detail"]


def test_a_batch_has_an_upper_end(send):
    answer = send([{}] * (MOST_ROWS + 1))
    assert answer.get_json()["detail"] == "Send at most 20,000 rows at once."


def test_only_a_token_with_the_scope_and_the_right_sends(app, send, tokens, cast, sign_in):
    where = "/api/v1/evidence?source=labels"
    client = app.test_client()
    for header in ("", "Bearer rmt_nobody", "Basic eDp5"):
        answer = client.post(where, json=[a_row()], headers={"Authorization": header})
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    app.config["WTF_CSRF_ENABLED"] = True
    assert sign_in(cast.charlie).post(where, json=[a_row()]).status_code == 401
    assert sign_in(cast.bob).get("/api/v1/evidence?mechanism=MEC-1").status_code == 401
    for scope in ("read", "viewer"):
        answer = client.post(where, json=[a_row()], headers={"Authorization": tokens[scope]})
        assert answer.status_code == 403
    assert send([a_row()]).status_code == 200
    reading = client.get(
        "/api/v1/evidence?mechanism=MEC-1", headers={"Authorization": tokens["viewer"]}
    )
    assert reading.status_code == 200


def test_an_address_that_keeps_guessing_is_slowed_and_a_good_token_is_not(
    app, database, send, tokens
):
    app.config["SIGN_IN_ATTEMPTS"] = 3
    client = app.test_client()
    with capture_logs() as logs:
        statuses = [
            client.get(
                "/api/v1/evidence?mechanism=MEC-1", headers={"Authorization": f"Bearer rmt_{n}"}
            ).status_code
            for n in range(5)
        ]
        assert statuses == [401, 401, 401, 429, 429]
        assert send([a_row()]).status_code == 200
    assert "rmt_" not in str(logs)
    assert tokens["evidence:write"].split("_")[1] not in str(logs)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 3
        used = {token.name: token.last_used_on for token in session.scalars(select(ApiToken))}
    assert used == {"evidence:write": TODAY, "read": None, "viewer": None}


def test_recorded_rows_are_read_in_pages_with_what_corrected_them(app, send, tokens, statements):
    send([a_row(language=code) for code in ("de", "en", "es")])
    send([a_row(language="en", numerator=100)])
    client, headers = app.test_client(), {"Authorization": tokens["read"]}
    statements.statements.clear()
    first = client.get("/api/v1/evidence?mechanism=MEC-1&limit=2", headers=headers).get_json()
    assert len(statements) <= 9
    assert [row["language"] for row in first["rows"]] == ["de", "en"]
    assert (first["rows"][1]["corrected_by"], first["next"]) == (4, 2)
    rest = client.get("/api/v1/evidence?mechanism=MEC-1&after=2", headers=headers).get_json()
    assert [(row["number"], row["numerator"]) for row in rest["rows"]] == [(3, 285), (4, 100)]
    assert rest["next"] is None
    nowhere = client.get("/api/v1/evidence?mechanism=MEC-99", headers=headers)
    assert nowhere.status_code == 404


def test_the_verdict_of_a_launch_that_leans_on_it_is_outdated_with_the_rows(
    session, database, house, cast, send
):
    launch = create_launch(
        session,
        house.bob,
        NewLaunch(
            title="LIVE in Germany",
            type=LaunchType.NEW_MARKET,
            owner_id=cast.bob.id,
            markets=["DE"],
            surfaces=["live"],
            starts_on=TODAY + timedelta(days=40),
            weekly_volume=7000,
            questions=NEW_MARKET,
        ),
    )
    put_link(session, house.bob, launch, LinkSpec(mechanism="MEC-1", role=LinkRole.DETECT))
    evaluate_launches(session, [launch.id])
    session.commit()

    def outdated():
        with database.reading() as reader:
            return reader.scalars(select(CurrentVerdict.outdated)).one()

    assert send([a_row(), a_row(numerator=400)]).status_code == 422
    assert not outdated()
    assert results(send([a_row()])) == ["accepted"]
    assert outdated()
