"""The pages of triage: how long things wait, sleep until an event, statements."""

from datetime import date, timedelta

from roadmap import clock
from roadmap.launches.kinds import LaunchType
from roadmap.launches.links import put_requirement
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.overview import panels
from roadmap.requirements import moves, voices
from roadmap.requirements.supporting import support


def test_the_inbox_says_how_long_things_wait_and_costs_a_fixed_number_of_statements(
    database, cast, people, make, sign_in, statements
) -> None:
    client = sign_in(cast.bob)
    empty = client.get("/triage").text
    assert "Nothing waits" in empty
    assert "Triage in the last 8 weeks" in empty
    with database.writing() as session:
        make(session, people.alice, "Block replica perfume in LIVE")
    client.get("/triage/REQ-1")
    before = len(statements)
    page = client.get("/triage/REQ-1").text
    few = len(statements) - before
    with database.writing() as session:
        for number in range(30):
            make(session, people.alice, f"Number {number}", markets=["DE"])
    before = len(statements)
    client.get("/triage/REQ-1")
    assert len(statements) - before == few
    assert few <= 32
    assert "1 wait, 0 done today." in page
    assert "of 5 working days. None is overdue." in page


def test_a_requirement_sleeps_until_another_is_delivered(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        make(session, people.alice, "Block replica perfume in LIVE")
        make(session, people.alice, "Read prices aloud")
    bob = sign_in(cast.bob)
    data = {"move": "snooze", "reason": "It needs the other one", "awaited": "REQ-7 delivered"}
    refused = bob.post("/triage/REQ-1", data=data)
    assert refused.status_code == 422
    assert "There is no REQ-7. So this cannot be waited for." in refused.text
    assert 'value="REQ-7 delivered"' in refused.text
    assert bob.post("/triage/REQ-1", data=data | {"awaited": "req-2"}).status_code == 303
    page = sign_in(cast.alice).get("/requirements/REQ-1").text
    assert "until REQ-2 delivered" in page
    assert "It needs the other one" in page
    assert "Next word by" in page


def test_the_record_says_when_the_next_word_comes_while_an_answer_is_owed(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        moves.ask(session, people.bob, make(session, people.alice), "Which markets?")
    alice = sign_in(cast.alice)
    page = alice.get("/requirements/REQ-1").text
    assert "waits for an answer of the requester since" in page
    assert "Next word within 5 working days of the answer" in page
    assert alice.post("/requirements/REQ-1/comments", data={"body": "Germany"}).status_code == 303
    assert "waits for a decision" in alice.get("/requirements/REQ-1").text


def test_the_why_of_each_decision_is_there_however_much_happened_since(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        moves.decline(session, people.bob, found, "Too small by far")
        moves.reopen(session, people.bob, found, "It grew since")
        for number in range(50):
            voices.comment(session, people.alice, found, f"Comment {number}")
        session.flush()
    page = sign_in(cast.alice).get("/requirements/REQ-1").text
    assert "Too small by far" in page
    assert "submitted this" not in page


def test_a_planned_requirement_says_when_it_is_likely_to_land(
    database, cast, people, make, sign_in
) -> None:
    today = date(2026, 11, 22)
    with database.writing() as session:
        found = make(session, people.alice)
        new = NewLaunch(
            title="LIVE in Germany",
            type=LaunchType.NEW_MARKET,
            owner_id=people.bob.id,
            markets=["DE"],
            surfaces=["live"],
            weekly_volume=700.0,
            starts_on=clock.today() + timedelta(days=40),
        )
        launch = create_launch(session, people.bob, new)
        moves.accept(session, people.bob, found, "It saves hours")
        put_requirement(session, people.bob, launch, found.key)
        day = clock.today() + timedelta(days=40)
    page = sign_in(cast.alice).get("/requirements/REQ-1").text
    assert f"Likely {panels.quarter(day, clock.today())}, with LCH-1." in page
    assert panels.quarter(date(2027, 1, 4), today) == "Q1"
    assert panels.quarter(date(2028, 1, 4), today) == "Q1 2028"
    assert panels.quarter(date(2026, 7, 4), today) == "Q3 2026"


def test_the_merge_box_says_what_it_brings_before_anybody_merges(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        target = make(session, people.bob, "Block replica perfume")
        one = make(session, people.alice, "Block replica perfume in LIVE")
        support(session, people.bob, one, "Seen in France", 900, "FR")
        support(session, people.charlie, one, "Same words", 700, "DE")
        voices.comment(session, people.bob, one, "Which words?")
        assert target.key == "REQ-1"
    bob = sign_in(cast.bob)
    page = bob.get("/triage/REQ-2").text
    assert "Brings there 3 people, 1,600 items a week, each once." in page
    page = bob.get("/triage/REQ-2?into=REQ-1").text
    assert "Brings 2 people, 700 items a week to REQ-1. 1 supporter is there already." in page
    assert "REQ-2 stays readable with all it has (1 comment)." in page
    data = {"move": "merge", "target": "REQ-1", "reason": "The same"}
    after = bob.post("/triage/REQ-2", data=data, follow_redirects=True).text
    assert "REQ-2 is merged into REQ-1, which gained 2 supporters." in after
