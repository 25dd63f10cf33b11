"""Home, board, launch room, roadmap and search as people get them, on both databases."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.history.service import record
from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.launches.lifecycle import move_launch
from roadmap.launches.links import add_dependency, put_requirement
from roadmap.launches.models import Launch
from roadmap.launches.rules import TierQuestions
from roadmap.launches.scope import TrainingSpec, put_training_need
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.overview import board_page, home, standing, timeline_page, timeline_survey
from roadmap.readiness.checklists import Answered, answer_many, items_of
from roadmap.readiness.models import CurrentVerdict, StoredVerdict
from roadmap.readiness.service import due, evaluate_launches
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementState
from roadmap.taxonomy.calendars import add_calendar_day
from tests.cast import Cast, actor
from tests.conftest import StatementCount
from tests.launches.world import World, in_days, make_requirement, make_world, measure
from tests.worlds import kept

NEW_MARKET = TierQuestions(
    new_market=True,
    new_surface=False,
    automatic_action=False,
    new_policy=False,
    minors_or_safety=False,
    load_over_5_percent=False,
)


@dataclass
class Stage:
    """Three launches: one in order, one that fails a checklist item, one confidential."""

    ready: Launch
    failing: Launch
    secret: Launch
    world: World
    requirement: Requirement


def new_launch(session: Session, cast: Cast, title: str, days: int, **more: Any) -> Launch:
    bob = actor(cast.bob, cast.program)
    values: dict[str, Any] = {
        "title": title,
        "type": LaunchType.NEW_MARKET,
        "owner_id": cast.bob.id,
        "markets": ["ES"],
        "surfaces": ["live"],
        "starts_on": in_days(days),
        "weekly_volume": 7000,
        "questions": NEW_MARKET,
    }
    launch = create_launch(session, bob, NewLaunch(**(values | more)))
    put_training_need(session, bob, launch, TrainingSpec(heads=12, owner_id=cast.charlie.id))
    ids = [item.id for item in items_of(session, launch.id)]
    answer_many(session, bob, launch, ids, Answered(answer="yes", evidence="seen"))
    move_launch(session, bob, launch, LaunchState.COMMITTED)
    return launch


@pytest.fixture
@kept
def stage(session: Session, cast: Cast) -> Stage:
    world = make_world(session, cast)
    bob = actor(cast.bob, cast.program)
    ready = new_launch(session, cast, "LIVE in Spain", 40)
    failing = new_launch(session, cast, "Handbags <b>in</b> Spain", 12, team_id=cast.ops.id)
    item = items_of(session, failing.id)[0]
    answer_many(session, bob, failing, [item.id], Answered(answer="no"))
    secret = new_launch(session, cast, "Atlantis", 60, confidential=True)
    requirement = make_requirement(session, accepted=True)
    put_requirement(session, bob, ready, requirement.key, must=True)
    add_dependency(session, bob, failing, secret.key)
    add_calendar_day(session, None, "campaign", "Winter sale", None, in_days(5), in_days(20))
    evaluate_launches(session, [ready.id, failing.id, secret.id])
    session.commit()
    return Stage(ready, failing, secret, world, requirement)


@pytest.fixture
def bob(sign_in: Callable[[Any], FlaskClient], cast: Cast) -> FlaskClient:
    return sign_in(cast.bob)


@pytest.fixture
def victor(sign_in: Callable[[Any], FlaskClient], cast: Cast) -> FlaskClient:
    return sign_in(cast.victor)


def words(html: str) -> str:
    """The text a person reads, one space between words."""
    bare = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


# ---- launch room ----


def test_the_room_says_not_ready_with_reason_fix_and_the_verdict_then(
    bob: FlaskClient, stage: Stage
) -> None:
    page = bob.get(f"/launches/{stage.failing.key}")
    assert page.status_code == 200
    text = words(page.text)
    assert "NOT READY for 100 % on" in text
    assert "answered no" in text
    assert "The verdict would then be" in text
    assert "What stands between this and go" in text
    assert "CHECKLIST" in text
    assert "<b>in</b>" not in page.text
    assert "Who, by when" in text


def test_a_ready_launch_says_that_nothing_stands_in_the_way(bob: FlaskClient, stage: Stage) -> None:
    text = words(bob.get(f"/launches/{stage.ready.key}").text)
    assert "READY for 100 % on" in text
    assert "Nothing stands between this and go." in text
    assert "covered" in text


@pytest.mark.parametrize(
    ("tab", "told"),
    [
        ("scope", "Forecast, items a week at full traffic"),
        ("mechanisms", "Mechanisms it leans on"),
        ("checklist", "Answer and evidence"),
        ("links", "Requirements it delivers"),
        ("history", "Verdicts so far"),
    ],
)
def test_every_tab_has_its_address(bob: FlaskClient, stage: Stage, tab: str, told: str) -> None:
    page = bob.get(f"/launches/{stage.ready.key}?tab={tab}")
    assert page.status_code == 200
    assert told in words(page.text)
    assert 'aria-current="page"' in page.text


def test_an_unknown_tab_shows_the_summary(bob: FlaskClient, stage: Stage) -> None:
    page = bob.get(f"/launches/{stage.ready.key}?tab=../../etc")
    assert "What stands between this and go" in page.text


def test_all_checks_are_shown_when_asked_for(bob: FlaskClient, stage: Stage) -> None:
    short = bob.get(f"/launches/{stage.failing.key}").text
    long = bob.get(f"/launches/{stage.failing.key}?checks=all").text
    assert 'id="checks"' not in short
    assert 'id="checks"' in long
    assert long.count("MECH_STAGE") > short.count("MECH_STAGE")


def test_the_room_is_judged_live_when_the_stored_verdict_is_outdated(
    bob: FlaskClient, stage: Stage, session: Session
) -> None:
    measure(session, stage.world.classifier, "*/es/*/weapons", 500, 1000, age=0)
    session.get_one(CurrentVerdict, stage.ready.id).outdated = True
    session.commit()
    text = words(bob.get(f"/launches/{stage.ready.key}").text)
    assert "NOT READY" in text
    assert ".500 of 1,000" in text


def test_a_stranger_gets_404_for_a_confidential_launch(victor: FlaskClient, stage: Stage) -> None:
    assert victor.get(f"/launches/{stage.secret.key}").status_code == 404
    assert victor.get("/launches/LCH-9999").status_code == 404
    assert victor.get("/launches/nothing").status_code == 404


def test_nothing_of_a_confidential_launch_leaks_through_any_page(
    victor: FlaskClient, stage: Stage
) -> None:
    key = stage.failing.key
    paths = ["/", "/launches", "/launches?view=checks", "/roadmap", "/roadmap?by=quarter"]
    paths += ["/search?q=Atlantis", f"/search?q={stage.secret.key}", f"/launches/{key}"]
    paths += [f"/launches/{key}?tab={tab}" for tab in ("links", "history", "mechanisms")]
    paths.append(f"/mechanisms/{stage.world.classifier.key}")
    for path in paths:
        page = victor.get(path)
        assert page.status_code == 200, path
        shown = page.text.replace(f'value="{stage.secret.key}"', "").replace(
            f": {stage.secret.key} ·", ""
        )
        assert "Atlantis" not in shown.replace('value="Atlantis"', "").replace(
            ": Atlantis ·", ""
        ), path
        assert f"{stage.secret.key}<" not in shown, path
        assert f"/{stage.secret.key}" not in shown, path
    links = words(victor.get(f"/launches/{key}?tab=links").text)
    assert "1 confidential launch" in links
    history = words(victor.get(f"/launches/{key}?tab=history").text)
    assert "1 confidential launch" in history


def test_a_reader_sees_no_way_to_change_what_they_may_not(
    victor: FlaskClient, stage: Stage
) -> None:
    page = victor.get(f"/launches/{stage.failing.key}").text
    assert "/gaps?" not in page
    assert "/copy" not in page
    assert "Move on" not in page


def test_a_visitor_signs_in_first(app: Any, stage: Stage) -> None:
    client = app.test_client()
    for path in ("/", "/launches", "/roadmap", "/search", f"/launches/{stage.ready.key}"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "/sign-in" in answer.location


def test_the_number_of_statements_of_a_room_does_not_grow_with_the_launch(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast, statements: StatementCount
) -> None:
    bob.get(f"/launches/{stage.ready.key}")
    new_launch(session, cast, "One more", 9)
    session.commit()
    counted = []
    for path in (
        stage.ready.key,
        f"{stage.failing.key}?checks=all",
        f"{stage.failing.key}?tab=scope",
    ):
        statements.statements.clear()
        bob.get(f"/launches/{path}")
        counted.append(len(statements))
    first, second, again = counted
    assert first == second <= 53
    # What capacity finds is kept until something changes.
    assert again <= 37


# ---- board ----


def test_the_board_counts_then_shows_the_worst_first(bob: FlaskClient, stage: Stage) -> None:
    page = bob.get("/launches")
    text = words(page.text)
    assert "3 launches: 2 ready" in text
    assert text.index("Handbags") < text.index("nothing stands between these and go")
    assert "answered no" in text
    assert "data-l=" in page.text or 'class="full"' in page.text
    assert "8 weeks" in text


def test_the_board_shows_launches_by_groups_of_checks(bob: FlaskClient, stage: Stage) -> None:
    text = words(bob.get("/launches?view=checks").text)
    assert "Guidelines and training" in text
    assert "nothing open" in text


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("show=not-ready", {"Handbags"}),
        ("show=hold", set()),
        ("show=mine", {"Handbags", "LIVE in Spain", "Atlantis"}),
        ("show=soon", {"Handbags"}),
        ("market=ES", {"Handbags", "LIVE in Spain", "Atlantis"}),
        ("market=DE", set()),
        ("show=nonsense", {"Handbags", "LIVE in Spain", "Atlantis"}),
    ],
)
def test_filters_of_the_board_are_addresses(
    bob: FlaskClient, stage: Stage, query: str, titles: set[str]
) -> None:
    page = bob.get(f"/launches?{query}")
    assert page.status_code == 200
    panel = page.text.partition('<section class="panel"')[2]
    assert {t for t in ("Handbags", "LIVE in Spain", "Atlantis") if t in panel} == titles


def test_a_team_filter_keeps_its_launches(bob: FlaskClient, stage: Stage, cast: Cast) -> None:
    panel = bob.get(f"/launches?team={cast.ops.id}").text.partition('<section class="panel"')[2]
    assert "Handbags" in panel
    assert "LIVE in Spain" not in panel


def test_a_change_since_monday_is_told(bob: FlaskClient, stage: Stage, session: Session) -> None:
    old = session.scalars(
        select(StoredVerdict).where(StoredVerdict.launch_id == stage.failing.id)
    ).one()
    columns = {c.name: getattr(old, c.name) for c in StoredVerdict.__table__.columns}
    past = columns | {"evaluated_at": clock.now() - timedelta(days=20), "word": "READY"}
    past |= {"id": None, "reasons": []}
    # The newest verdict has the highest number, as when verdicts are stored one after another.
    session.add(StoredVerdict(**past))
    session.flush()
    newest = StoredVerdict(**(columns | {"id": None}))
    session.add(newest)
    session.flush()
    session.get_one(CurrentVerdict, stage.failing.id).verdict_id = newest.id
    session.delete(old)
    session.commit()
    text = words(bob.get("/launches").text)
    assert "Worse since Monday:" in text
    assert "from READY" in text
    room = words(bob.get(f"/launches/{stage.failing.key}").text)
    assert "was READY" in room


def test_an_outdated_verdict_is_computed_and_never_an_old_truth(
    bob: FlaskClient, stage: Stage, session: Session
) -> None:
    measure(session, stage.world.classifier, "*/es/*/weapons", 500, 1000, age=0)
    for row in session.scalars(select(CurrentVerdict)):
        row.outdated = True
    session.commit()
    text = words(bob.get("/launches").text)
    assert "3 launches: 0 ready" in text
    assert "nothing stands between these and go" not in text


def keys_of(page: str) -> list[str]:
    """The launches of a board, in their order."""
    panel = page.partition('<section class="panel"')[2]
    return re.findall(r'<th scope="row"><a href="/launches/(LCH-\d+)"', panel)


def test_the_pages_of_a_board_hold_every_launch_once(
    bob: FlaskClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = keys_of(bob.get("/launches").text)
    monkeypatch.setattr(board_page, "PAGE_SIZE", 1)
    address, walked = "/launches", []
    for number in range(1, 4):
        page = bob.get(address).text
        walked += keys_of(page)
        assert f"Shown: {number} to {number} of 3." in words(page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        address = after[1].replace("&amp;", "&") if after else ""
    assert walked == whole
    assert len(set(walked)) == 3
    assert address == ""


@pytest.mark.parametrize("mark", ["7", "nonsense", "9__1", "0_2026-13-40_1", "1_2026-01-01_x"])
def test_a_place_of_the_board_that_is_not_known_is_said(
    bob: FlaskClient, stage: Stage, mark: str
) -> None:
    page = bob.get(f"/launches?after={mark}")
    assert page.status_code == 200
    assert "names a place on the board that is not known" in words(page.text)
    assert len(keys_of(page.text)) == 3
    assert "is not known" not in bob.get("/launches").text


def test_a_place_of_the_board_holds_when_its_launch_moved(bob: FlaskClient, stage: Stage) -> None:
    """The mark names a place, not a launch: what stands behind it follows, whatever moved."""
    page = bob.get(f"/launches?after=4_2020-01-01_{stage.ready.id}")
    assert "is not known" not in page.text
    assert len(keys_of(page.text)) == 2
    end = words(bob.get("/launches?after=6_2099-01-01_9").text)
    assert "Nothing follows here All 3 launches that match now stand before this place." in end


def test_an_empty_board_says_what_to_do(bob: FlaskClient) -> None:
    text = words(bob.get("/launches").text)
    assert "No launches yet" in text
    assert "New launch" in text


def test_the_statements_of_the_board_do_not_grow_with_its_rows(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast, statements: StatementCount
) -> None:
    bob.get("/launches")
    statements.statements.clear()
    bob.get("/launches")
    few = len(statements)
    for number in range(6):
        new_launch(session, cast, f"More {number}", 20 + number)
    # Each takes capacity from those beside it, so all are judged again.
    evaluate_launches(session, due(session, clock.now()))
    session.commit()
    statements.statements.clear()
    page = bob.get("/launches")
    assert "More 5" in page.text
    assert len(statements) == few
    assert few <= 13


# ---- roadmap ----


@pytest.mark.parametrize("scale", ["week", "month", "quarter"])
@pytest.mark.parametrize("group", ["market", "team", "type"])
def test_the_roadmap_draws_every_scale_and_grouping(
    bob: FlaskClient, stage: Stage, scale: str, group: str
) -> None:
    page = bob.get(f"/roadmap?by={scale}&group={group}")
    assert page.status_code == 200
    assert "<svg viewBox" in page.text
    assert "style=" not in page.text
    assert "Today," in page.text
    text = words(page.text)
    assert "Lands in the next four weeks" in text
    assert "Show as a table" in text
    assert {"market": "Spain", "team": "Moderation operations", "type": "New market"}[group] in text
    assert "inside Winter sale" in text


def test_a_dependency_that_cannot_hold_is_red(bob: FlaskClient, stage: Stage) -> None:
    page = bob.get("/roadmap")
    assert 'class="depbad"' in page.text
    assert "which comes too late" in words(page.text)


def test_a_launch_without_a_date_is_listed_apart(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast
) -> None:
    create_launch(
        session,
        actor(cast.bob, cast.program),
        NewLaunch(title="Some day", type=LaunchType.QUALITY, owner_id=cast.bob.id),
    )
    session.commit()
    text = words(bob.get("/roadmap").text)
    assert "Without a date" in text
    assert text.index("Without a date") < text.index("Some day")


def drawn_of(page: str) -> list[str]:
    """The launches drawn, in their order."""
    return re.findall(r'<a href="/launches/(LCH-\d+)" class="rowlink">', page)


def test_what_the_picture_cannot_hold_is_counted_and_can_be_opened(
    bob: FlaskClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = drawn_of(bob.get("/roadmap").text)
    assert len(everything) == 3
    for name in ("ROWS", "LEAST"):
        monkeypatch.setattr(timeline_survey, name, 1)
    folded = bob.get("/roadmap").text
    assert drawn_of(folded) == everything[:1]
    text = words(folded)
    assert "3 launches land or run by" in text
    assert "+ 2 more in these days, show" in text
    assert "1 of 3 launches are drawn" in text
    assert "/roadmap?open=ES" in folded
    opened = bob.get("/roadmap?open=ES").text
    assert drawn_of(opened) == everything
    assert "Show every group" in words(opened)
    monkeypatch.setattr(timeline_survey, "PART", 2)
    monkeypatch.setattr(timeline_page, "PART", 2)
    assert "Shown: 1 to 2 of 3." in words(bob.get("/roadmap?open=ES").text)
    last = bob.get("/roadmap?open=ES&part=2").text
    assert "Shown: 3 to 3 of 3." in words(last)
    assert drawn_of(last) == everything[2:]


def test_groups_beyond_the_picture_stand_as_one_line_each(
    bob: FlaskClient,
    stage: Stage,
    session: Session,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new_launch(session, cast, "Zebra", 30, type=LaunchType.QUALITY)
    session.commit()
    for module, name in ((timeline_survey, "ROWS"), (timeline_page, "ROWS")):
        monkeypatch.setattr(module, name, 2)
    monkeypatch.setattr(timeline_survey, "LEAST", 2)
    page = bob.get("/roadmap?group=type").text
    text = words(page)
    assert len(drawn_of(page)) == 2
    assert "1 launch in these days, show" in text
    assert "2 of 4 launches are drawn" in text


def test_lists_of_the_roadmap_are_cut_with_a_way_to_the_rest(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        new_launch(session, cast, f"Soon {number}", 14 + number)
        spec = NewLaunch(title=f"Some day {number}", type=LaunchType.QUALITY, owner_id=cast.bob.id)
        create_launch(session, actor(cast.bob, cast.program), spec)
    session.commit()
    monkeypatch.setattr(timeline_survey, "LANDED", 1)
    monkeypatch.setattr(timeline_page, "LANDED", 1)
    monkeypatch.setattr(timeline_survey, "UNDATED", 1)
    short = bob.get("/roadmap").text
    assert "and 2 more, later ones" in words(short)
    assert "Some day 1" not in short
    assert "whole=undated" in short
    assert "Some day 1" in bob.get("/roadmap?whole=undated").text
    assert "Soon 1" in bob.get("/roadmap?whole=soon").text.partition("Lands in the next")[2]


def test_a_verdict_being_computed_never_counts_as_a_date_that_holds(
    bob: FlaskClient, stage: Stage, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for row in session.scalars(select(CurrentVerdict)):
        row.outdated = True
    session.commit()
    monkeypatch.setattr(standing, "LIVE_LIMIT", 0)
    text = words(bob.get("/roadmap").text)
    assert "can hold" not in text
    assert "Of 1 the verdict is being computed again." in text


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "9999-12-31", "0001-01-01", ""])
def test_an_impossible_day_in_the_address_shows_today(
    bob: FlaskClient, stage: Stage, day: str
) -> None:
    page = bob.get(f"/roadmap?from={day}")
    assert page.status_code == 200
    assert "Today," in page.text


def test_the_statements_of_the_roadmap_are_fixed(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast, statements: StatementCount
) -> None:
    bob.get("/roadmap")
    statements.statements.clear()
    bob.get("/roadmap")
    few = len(statements)
    new_launch(session, cast, "One more", 9)
    evaluate_launches(session, due(session, clock.now()))
    session.commit()
    statements.statements.clear()
    assert "One more" in bob.get("/roadmap").text
    assert len(statements) == few
    assert few <= 15


# ---- home ----


def test_home_shows_each_person_what_waits_for_them(
    sign_in: Callable[[Any], FlaskClient], cast: Cast, stage: Stage, session: Session
) -> None:
    measure(session, stage.world.classifier, "*/es/*/weapons", 500, 1000, age=0)
    evaluate_launches(session, [stage.ready.id, stage.failing.id])
    session.commit()
    text = words(sign_in(cast.charlie).get("/").text)
    assert "checks wait for you" in text
    assert "Precision" in text
    assert "rehearse the kill switch" in text
    assert "Your launches" in text


def test_home_counts_the_launches_it_does_not_show(
    bob: FlaskClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "SHOWN", 2)
    page = bob.get("/").text
    assert "and 1 more" in words(page)
    assert '/launches?show=mine">and 1 more' in page


def test_home_tells_the_pm_how_many_wait_for_triage(
    bob: FlaskClient, stage: Stage, session: Session
) -> None:
    assert "to triage" not in words(bob.get("/").text)
    row = session.get_one(Requirement, stage.requirement.id)
    row.state = RequirementState.SUBMITTED
    record(session, None, row, "requirement.submitted")
    session.commit()
    assert "1 requirement to triage" in words(bob.get("/").text)


def test_home_tells_the_requester_what_was_decided_and_why(
    sign_in: Callable[[Any], FlaskClient], cast: Cast, stage: Stage, session: Session
) -> None:
    row = session.get_one(Requirement, stage.requirement.id)
    row.requester_id = cast.alice.id
    row.state = RequirementState.DECLINED
    row.state_changed_at, row.state_changed_by = clock.now(), cast.bob.id
    record(session, cast.bob.id, row, "requirement.declined", why="Another tool does it already.")
    session.commit()
    text = words(sign_in(cast.alice).get("/").text)
    assert "Show the seller&#39;s address" in text
    assert "Declined" in text
    assert "Another tool does it already." in text


def test_an_empty_home_says_so(victor: FlaskClient) -> None:
    assert "Nothing waits for you" in words(victor.get("/").text)


def test_the_statements_of_home_are_fixed(
    bob: FlaskClient, stage: Stage, statements: StatementCount
) -> None:
    bob.get("/")
    statements.statements.clear()
    bob.get("/")
    assert len(statements) <= 15


# ---- search ----


def test_a_key_jumps_to_its_record(bob: FlaskClient, stage: Stage) -> None:
    answer = bob.get(f"/search?q={stage.ready.key.lower()}")
    assert answer.status_code == 302
    assert answer.location == f"/launches/{stage.ready.key}"
    assert bob.get("/search?q=MEC-1").location == "/mechanisms/MEC-1"
    assert bob.get("/search?q=req1").location == "/requirements/REQ-1"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("spain live", "LIVE in Spain"),
        ("SPAIN", "LIVE in Spain"),
        ("classifier", "classifier of everything"),
        ("seller address", "Show the seller&#39;s address"),
        ("alice", "alice@example.org"),
        ("prior", "Prioritise"),
        ("new launch", "New launch"),
    ],
)
def test_words_find_records_people_and_pages(
    bob: FlaskClient, stage: Stage, query: str, told: str
) -> None:
    page = bob.get("/search", query_string={"q": query})
    assert page.status_code == 200
    assert told in page.text.partition('role="search" aria-label="Search this page"')[2]


@pytest.mark.parametrize("query", ["", "%", "_", "'; drop", "x" * 500, "ไทย", "<b>"])
def test_search_survives_any_words(bob: FlaskClient, stage: Stage, query: str) -> None:
    page = bob.get("/search", query_string={"q": query})
    assert page.status_code == 200
    assert "LIVE in Spain" not in page.text


# ---- panels on other pages ----


def test_a_requirement_shows_its_launches_with_their_verdicts(
    bob: FlaskClient, stage: Stage
) -> None:
    text = words(bob.get(f"/requirements/{stage.requirement.key}").text)
    assert "Launches that deliver it" in text
    assert "LIVE in Spain" in text


def test_a_mechanism_shows_who_leans_on_it(bob: FlaskClient, stage: Stage) -> None:
    text = words(bob.get(f"/mechanisms/{stage.world.classifier.key}").text)
    assert "If this goes down 3 launches lean on it" in text
    assert "Loses its detection here; nothing stands in." in text
