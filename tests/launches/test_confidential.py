"""A stranger learns nothing of a confidential launch, on no page of the whole map of addresses."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.launches.access import visible, visible_ids
from roadmap.launches.links import add_dependency, put_requirement
from roadmap.launches.models import Launch, LaunchDependency
from roadmap.launches.queries import waiting_for
from roadmap.launches.service import NewLaunch, create_launch, set_readers
from tests.cast import Cast, actor
from tests.launches.world import in_days, make_requirement, make_world
from tests.worlds import kept

SignIn = Callable[[Any], FlaskClient]
SECRET = "Zanzibar perfume takeover"


@pytest.fixture
@kept
def secret(session: Session, cast: Cast) -> Launch:
    """LCH-1 is confidential and Bob's; the open LCH-2 waits for it and shares what it leans on."""
    make_world(session, cast)
    bob = actor(cast.bob, cast.program)
    common = {
        "owner_id": cast.bob.id,
        "markets": ["ES"],
        "surfaces": ["live"],
        "weekly_volume": 700.0,
    }
    from roadmap.launches.kinds import LaunchType

    launch = create_launch(
        session,
        bob,
        NewLaunch(
            title=SECRET,
            summary=f"All about {SECRET}",
            type=LaunchType.NEW_MARKET,
            starts_on=in_days(50),
            confidential=True,
            **common,  # type: ignore[arg-type]
        ),
    )
    open_one = create_launch(
        session,
        bob,
        NewLaunch(
            title="LIVE in Spain",
            type=LaunchType.NEW_MARKET,
            starts_on=in_days(40),
            **common,  # type: ignore[arg-type]
        ),
    )
    add_dependency(session, bob, open_one, "LCH-1")
    requirement = make_requirement(session, accepted=False)
    put_requirement(session, bob, launch, requirement.key)
    put_requirement(session, bob, open_one, requirement.key)
    session.commit()
    return launch


def addresses(app: Flask) -> Iterator[str]:
    """Yield an address for every GET route, its parts filled with what points at the secret."""
    fill = {"position": 1, "row_id": 1, "item_id": 1, "waiver_id": 1, "version": 1}
    keys = {"requirements": "REQ-1", "mechanisms": "MEC-1"}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        values: list[dict[str, Any]] = [{}]
        for name in sorted(rule.arguments):
            if name == "key":
                room = rule.rule.split("/")[1]
                found: list[Any] = (
                    ["LCH-1", "LCH-2"] if room == "launches" else [keys.get(room, "LCH-1")]
                )
            else:
                found = [fill.get(name, 1)]
            values = [value | {name: one} for value in values for one in found]
        for value in values:
            with app.test_request_context():
                try:
                    yield app.url_for(rule.endpoint, **value)
                except Exception:  # noqa: BLE001 - a part of another kind: no address to try
                    continue


# Statements are the same on both kinds of database, whoever asks: there two walk, here all.
WALKS = [
    *(("sqlite", name) for name in ("alice", "victor", "erin", "dora", "charlie")),
    *(
        pytest.param("postgres", name, marks=pytest.mark.postgres, id=f"postgres-{name}")
        for name in ("alice", "erin")
    ),
]


@pytest.mark.parametrize(("database_url", "name"), WALKS, indirect=["database_url"])
def test_no_page_tells_a_stranger_of_a_confidential_launch(
    app: Flask, secret: Launch, cast: Cast, sign_in: SignIn, name: str
) -> None:
    client = sign_in(getattr(cast, name))
    tried = 0
    for address in addresses(app):
        # The room alone has tabs.
        room = address.startswith("/launches/") and address.count("/") == 2
        tabs = ("?tab=links", "?tab=history", "?tab=mechanisms") if room else ()
        for tail in ("", f"?q={SECRET.split()[0]}", *tabs):
            answer = client.get(address + tail)
            text = answer.get_data(as_text=True).replace(f"q={SECRET.split()[0]}", "")
            text = text.replace(f'value="{SECRET.split()[0]}"', "")
            assert SECRET not in text, address + tail
            if answer.status_code == 200:
                assert "LCH-1<" not in text, address + tail
                assert "LCH-1 " not in text, address + tail
                assert '"launch:1"' not in text, address + tail
                assert "/launches/LCH-1/" not in text, address + tail
            if "LCH-1" in address:
                assert answer.status_code in (403, 404), address
        tried += 1
    assert tried > 30


def test_the_owner_and_named_readers_see_it(
    session: Session, secret: Launch, cast: Cast, sign_in: SignIn
) -> None:
    address = "/launches/LCH-1/plan"
    assert sign_in(cast.bob).get(address).status_code == 200
    assert sign_in(cast.alice).get(address).status_code == 404
    launch = session.get_one(Launch, secret.id)
    set_readers(session, actor(cast.bob), launch, [cast.victor.id], [cast.ops.id])
    session.commit()
    assert sign_in(cast.victor).get(address).status_code == 200
    # Alice and Charlie are in the team.
    assert sign_in(cast.alice).get(address).status_code == 200
    assert sign_in(cast.dora).get(address).status_code == 404


def test_what_may_not_be_seen_is_one_confidential_launch(
    session: Session, secret: Launch, cast: Cast, sign_in: SignIn
) -> None:
    stranger = sign_in(cast.alice)
    plan = stranger.get("/launches/LCH-2/plan").get_data(as_text=True)
    assert "1 confidential launch" in plan
    reasons = stranger.get("/launches/LCH-2/verdict.json").get_json()["reasons"]
    waits = next(reason for reason in reasons if reason["code"] == "DEPENDENCY")
    assert waits["message"] == "Depends on 1 confidential launch."
    assert waits["evidence"] == ["1 confidential launch"]
    named = sign_in(cast.bob).get("/launches/LCH-2/verdict.json").get_json()["reasons"]
    assert "LCH-1" in next(r for r in named if r["code"] == "DEPENDENCY")["message"]


def test_counts_and_panels_leave_it_out(session: Session, secret: Launch, cast: Cast) -> None:
    alice = actor(cast.alice, cast.ops)
    count = visible(select(func.count()).select_from(Launch), alice)
    assert session.scalar(count) == 1
    assert visible_ids(session, alice, [1, 2]) == {2}
    assert [row.id for row in waiting_for(session, alice, 1).rows] == [2]
    with session.no_autoflush:
        session.add(LaunchDependency(launch_id=1, depends_on_id=2))
        session.flush()
    found = waiting_for(session, alice, 2)
    assert (found.rows, found.hidden) == ([], 1)
    session.rollback()


def test_a_cycle_through_it_names_it_only_to_those_who_see_it(
    session: Session, secret: Launch, cast: Cast
) -> None:
    from roadmap.errors import Invalid

    bob = actor(cast.bob, cast.program)
    with pytest.raises(Invalid, match=r"LCH-\d → LCH-\d → LCH-\d"):
        add_dependency(session, bob, session.get_one(Launch, 1), "LCH-2")
    alice = actor(cast.alice, cast.ops)
    with pytest.raises(Invalid, match="no launch LCH-1 that you may see"):
        add_dependency(session, alice, session.get_one(Launch, 2), "LCH-1")


def test_no_filter_count_or_file_of_the_list_tells_of_it(
    app: Flask, session: Session, secret: Launch, cast: Cast
) -> None:
    from roadmap.overview import launch_list
    from roadmap.overview.launch_columns import COLUMNS
    from roadmap.overview.launch_guides import guides
    from roadmap.overview.launch_sheet import rows_of

    alice, bob = actor(cast.alice, cast.ops), actor(cast.bob, cast.program)
    known = launch_list.known_to(session, alice)
    told = guides(known.vocabulary)
    assert SECRET not in str(told)
    tests = [f"{code}:{value}" for code, one in told.items() for value, _label in one.values]
    tests += ["", "key:LCH-1", "owner:bob@example.org", f'"{SECRET}"', "date>2000", "tier>0"]
    with app.test_request_context():
        for test in tests:
            for text in (test, f"-{test}" if test else ""):
                rows = rows_of(session, alice, known, text, "key", list(COLUMNS.values()))[1]
                found = [row[0] for row in rows]
                assert found in ([], ["LCH-2"]), text
        assert sum(launch_list.state_counts(session, alice).values()) == 1
        theirs = launch_list.known_to(session, bob)
        rows = rows_of(session, bob, theirs, "is:confidential", "key", list(COLUMNS.values()))[1]
        assert [row[:2] for row in rows] == [["LCH-1", SECRET]]
