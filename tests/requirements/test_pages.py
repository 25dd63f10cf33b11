"""The pages of requirements: no scripts needed, what was typed is kept, few statements."""

import re
from html import unescape

import pytest

from roadmap.db import Database
from roadmap.requirements import moves, queries, supporting, voices
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementState
from tests.requirements.conftest import Make, People
from tests.worlds import kept

GOOD = {
    "title": "Block replica perfume in LIVE",
    "problem": "The brand is <b>spoken</b>, never written.",
    "kind": "tool",
    "needed_by": "2026-12-07",
    "needed_by_precision": "day",
    "markets": ["FR"],
    "criteria": "Found within 5 minutes\nAt most 2 wrongful pauses",
}


def stored(database: Database, number: int = 1) -> Requirement:
    with database.reading() as session:
        return queries.get_requirement(session, None, number)


def match_of(pattern: str, text: str) -> str:
    """Return what the first match of the pattern holds."""
    found = re.search(pattern, text)
    assert found is not None
    return str(found[1])


@pytest.fixture
@kept
def many(database: Database, people: People, make: Make) -> None:
    with database.writing() as session:
        for number in range(60):
            make(session, people.alice, f"Requirement number {number}", markets=["DE"])


def test_a_partner_submits_and_reads_what_happens_next(database, cast, sign_in) -> None:
    client = sign_in(cast.alice)
    assert client.get("/requirements/new").status_code == 200
    answer = client.post("/requirements", data=GOOD, follow_redirects=True)
    assert answer.status_code == 200
    assert "Here is what happens next" in answer.text
    assert "&lt;b&gt;spoken&lt;/b&gt;" in answer.text
    requirement = stored(database)
    assert requirement.team_id == cast.ops.id
    assert requirement.criteria[0].text == "Found within 5 minutes"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "ab", "at least 3 characters"),
        ("title", "x" * 301, "at most 300 fit"),
        ("problem", "", "Say what is wrong or missing today."),
        ("problem", "nul \0 here", "U+0000"),
        ("kind", "spaceship", "Choose what is asked for."),
        ("needed_by", "2026-02-30", "Write a date that exists"),
        ("needed_by", "1066-10-14", "between 1990 and 2100"),
        ("weekly_volume", "-5", "cannot be less than 0"),
        ("weekly_volume", "many", "Write a whole number"),
        ("weekly_volume", "99999999999999999999", "too large"),
        ("value_at_stake", "1.234", "at most two decimals"),
        ("value_at_stake", "NaN", "at most two decimals"),
        ("currency", "ZZZ", "three letters"),
        ("markets", ["XX"], "XX is not known here"),
        ("links", "javascript:alert(1)", "is not a web address"),
        ("team_id", "999", "no such team"),
        ("team_id", "abc", "coerce"),
        ("needed_by_precision", "century", "how exactly"),
    ],
)
def test_what_cannot_be_stored_is_said_at_its_field_and_kept(
    database, cast, sign_in, field, value, sentence
) -> None:
    answer = sign_in(cast.alice).post("/requirements", data=GOOD | {field: value})
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert f'id="{field}-error"' in answer.text
    kept = GOOD["title"] if field != "title" else str(value)
    assert kept in answer.text
    with database.reading() as session:
        assert session.get(Requirement, 1) is None


def test_a_value_in_yen_has_no_hundredths_from_the_form_to_the_export(
    database, cast, sign_in
) -> None:
    client = sign_in(cast.bob)
    yen = GOOD | {"value_at_stake": "48,000", "currency": "JPY"}
    assert client.post("/requirements", data=yen).status_code == 303
    assert stored(database).value_at_stake == 48_000
    assert "¥48,000 at stake a week" in client.get("/requirements/REQ-1").text
    listed = [client.get(f"/requirements?q=value>{more}").text for more in (47_999, 48_001)]
    assert [GOOD["title"] in html for html in listed] == [True, False]
    data = form_of(client.get("/requirements/REQ-1/edit").text)
    assert data["value_at_stake"] == "48000"
    answer = client.post("/requirements/REQ-1/edit", data=data | {"value_at_stake": "48000.5"})
    assert "Write an amount without decimals" in answer.text
    euros = data | {"value_at_stake": "300.50", "currency": "EUR"}
    assert client.post("/requirements/REQ-1/edit", data=euros).status_code == 303
    page = client.get("/requirements/REQ-1").text
    assert "€300.50 at stake a week" in page
    assert "48,000" in page
    assert "300.50" in page


def test_right_to_left_and_combining_text_is_kept_as_written(database, cast, sign_in) -> None:
    words = "حظر العطور المقلدة e\u0301 ﷽ \u202bمرحبا\u202c ไทย 中文"
    data = GOOD | {"title": words, "problem": words}
    assert sign_in(cast.alice).post("/requirements", data=data).status_code == 303
    assert stored(database).title == words


def test_a_problem_report_needs_its_severity(cast, sign_in) -> None:
    client = sign_in(cast.alice)
    answer = client.post("/requirements", data=GOOD | {"kind": "problem_report"})
    assert answer.status_code == 422
    assert "Say how bad the problem is." in answer.text
    good = GOOD | {"kind": "problem_report", "severity": "high", "people_affected": "1,200"}
    answer = client.post("/requirements", data=good, follow_redirects=True)
    assert "1,200 people affected" in answer.text


def test_similar_ones_are_offered_before_submitting(database, cast, people, make, sign_in) -> None:
    with database.writing() as session:
        make(session, people.charlie, "Block replica perfume in LIVE streams")
    client = sign_in(cast.alice)
    found = client.get(
        "/requirements/similar?title=replica+perfume+live", headers={"HX-Request": "true"}
    )
    assert "Support this one instead" in found.text
    assert "<html" not in found.text
    assert "<html" in client.get("/requirements/similar?title=replica+perfume").text
    checked = client.post("/requirements", data=GOOD | {"check": "1"})
    assert checked.status_code == 200
    assert "Support this one instead" in checked.text


def test_the_list_costs_a_fixed_number_of_statements(cast, sign_in, many, statements) -> None:
    client = sign_in(cast.alice)
    page = client.get("/requirements?sort=-created")
    assert page.status_code == 200
    assert len(statements) == 9
    following = unescape(match_of(r'rel="next" href="([^"]+)"', page.text))
    second = client.get(following)
    # Teams, the words of the taxonomy, own fields and the counts are kept from the first one.
    assert len(statements) == 9 + 5
    titles = re.findall(r"Requirement number \d+", page.text + second.text)
    assert len(set(titles)) == 60
    back = unescape(match_of(r'rel="prev" href="([^"]+)"', second.text))
    assert re.findall(r"number \d+", client.get(back).text) == re.findall(r"number \d+", page.text)


@pytest.mark.parametrize("sort", ["score", "rank", "needed", "title", "created", "updated", "key"])
def test_every_sort_walks_all_pages_both_ways(cast, sign_in, many, database, people, sort) -> None:
    with database.writing() as session:
        for number in range(1, 31):
            found = queries.get_requirement(session, None, number)
            found.effective_score, found.rank = number % 7, 31 - number
    for direction in ("", "-"):
        client = sign_in(cast.alice)
        first = client.get(f"/requirements?sort={direction}{sort}")
        link = unescape(match_of(r'rel="next" href="([^"]+)"', first.text))
        second = client.get(link)
        names = re.findall(r"Requirement number \d+", first.text + second.text)
        assert len(names) == len(set(names)) == 60
        back = unescape(match_of(r'rel="prev" href="([^"]+)"', second.text))
        again = re.findall(r"Requirement number \d+", client.get(back).text)
        assert again == re.findall(r"Requirement number \d+", first.text)


@pytest.mark.parametrize(
    "address",
    [
        "/requirements?q=colour:red",
        "/requirements?q=state:",
        "/requirements?q=needed%3C2026-02-30",
        "/requirements?q=%22open",
        "/requirements?q=market:XX",
        "/requirements?sort=nonsense",
        "/requirements?sort=-score&after=e30",
        "/requirements?sort=-score&after=WyJhYmMiLDFd",
        "/requirements?sort=-score&after=WzFlOTk5OTksMV0",
    ],
)
def test_an_address_that_means_nothing_is_refused_with_a_sentence(cast, sign_in, address) -> None:
    assert sign_in(cast.alice).get(address).status_code == 422


def test_a_key_typed_into_the_filter_opens_the_record(cast, sign_in) -> None:
    answer = sign_in(cast.alice).get("/requirements?q=req-12")
    assert answer.status_code == 302
    assert answer.location == "/requirements/REQ-12"


def test_menus_turn_into_a_query(cast, sign_in) -> None:
    address = "/requirements/filter?q=market:DE+perfume&by-market=FR&by-team=ops&sort=title"
    answer = sign_in(cast.alice).get(address)
    wanted = "/requirements?q=market:FR+team:ops+perfume&sort=title"
    assert unescape(answer.location) == wanted


def test_a_record_costs_a_fixed_number_of_statements(
    database, cast, people, make, sign_in, statements
) -> None:
    with database.writing() as session:
        make(session, people.alice)
        full = make(session, people.alice, "Another", criteria=["a", "b"], markets=["DE", "FR"])
        for who in (people.bob, people.charlie):
            supporting.support(session, who, full, "me too", 12, "DE")
            voices.comment(session, who, full, "**yes** <script>alert(1)</script>")
        moves.accept(session, people.bob, full, "It saves hours")
    client = sign_in(cast.bob)
    # The first page of a process also reads what it then keeps.
    client.get("/requirements/REQ-1")
    before = len(statements)
    assert client.get("/requirements/REQ-1").status_code == 200
    small = len(statements) - before
    sent = statements.statements[before:]
    assert len(set(sent)) == small, "what was asked together is not asked again"
    page = client.get("/requirements/REQ-2")
    assert len(statements) - before - small == small
    assert small == 17  # the panels of higher rooms included
    for words in ("It saves hours", "<strong>yes</strong>", "&lt;script&gt;", "Bob</b> accepted"):
        assert words in page.text


def test_triage_decides_one_after_the_other_and_takes_back(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        make(session, people.alice, "Block replica perfume in LIVE")
        make(session, people.charlie, "Spoken brand names in LIVE")
        make(session, people.charlie, "Something else entirely")
    client = sign_in(cast.bob)
    assert "Block replica perfume" in client.get("/triage").text
    refused = client.post("/triage/REQ-1", data={"move": "merge", "reason": "", "target": "REQ-2"})
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert 'value="REQ-2"' in refused.text
    for data, sentence in (
        ({"move": "snooze", "reason": "later"}, "Choose a day that is not past."),
        ({"move": "snooze", "reason": "later", "until": "2020-01-01"}, "not past"),
        ({"move": "merge", "reason": "same", "target": "REQ-77"}, "no requirement of this key"),
        ({"move": "merge", "reason": "same", "target": "REQ-1"}, "into itself"),
        ({"reason": "why"}, "Choose what to do with it."),
    ):
        answer = client.post("/triage/REQ-1", data=data)
        assert answer.status_code == 422
        assert sentence in answer.text
    merged = client.post(
        "/triage/REQ-1", data={"move": "merge", "reason": "The same need", "target": "REQ-2"}
    )
    assert merged.location == "/triage/REQ-2?done=REQ-1"
    assert "Undo last" in client.get(merged.location).text
    page = sign_in(cast.alice).get("/requirements/REQ-1").text
    assert "It goes on in" in page
    assert "The same need" in page
    assert client.post("/triage/REQ-1/undo").status_code == 303
    assert stored(database).state == RequirementState.SUBMITTED


def test_two_people_edit_different_fields_and_both_succeed(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        make(session, people.alice)
    alice, bob = sign_in(cast.alice), sign_in(cast.bob)
    forms = [form_of(one.get("/requirements/REQ-1/edit").text) for one in (alice, bob)]
    assert (
        alice.post("/requirements/REQ-1/edit", data=forms[0] | {"title": "Mine now"}).status_code
        == 303
    )
    assert (
        bob.post("/requirements/REQ-1/edit", data=forms[1] | {"regulation": "DSA 34"}).status_code
        == 303
    )
    requirement = stored(database)
    assert (requirement.title, requirement.regulation) == ("Mine now", "DSA 34")


def test_two_edits_of_one_field_show_both_and_lose_nothing(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        make(session, people.alice)
    alice, bob = sign_in(cast.alice), sign_in(cast.bob)
    mine, theirs = (form_of(one.get("/requirements/REQ-1/edit").text) for one in (alice, bob))
    alice.post("/requirements/REQ-1/edit", data=mine | {"title": "From Alice", "outcome": "Hers"})
    answer = bob.post("/requirements/REQ-1/edit", data=theirs | {"title": "From Bob"})
    assert answer.status_code == 409
    assert "From Alice" in answer.text
    assert 'value="From Bob"' in answer.text
    again = form_of(answer.text)
    assert bob.post("/requirements/REQ-1/edit", data=again).status_code == 303
    requirement = stored(database)
    assert (requirement.title, requirement.outcome) == ("From Bob", "Hers")


def form_of(html: str) -> dict[str, object]:
    """Return what a browser would send for the edit form of the page."""
    form = html.partition("data-guard data-main")[2].partition("</form>")[0]
    found: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        boxes = attributes.get("type") in ("checkbox", "radio")
        if "name" in attributes and (not boxes or " checked" in tag):
            found[attributes["name"]] = unescape(attributes.get("value", ""))
    areas = r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>'
    for name, text in re.findall(areas, form, re.DOTALL):
        found[name] = unescape(text).strip()
    menus = r'<select[^>]*name="([\w-]+)"[^>]*>(.*?)</select>'
    for name, options in re.findall(menus, form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found


def test_an_effort_of_nothing_is_refused_and_kept(database, cast, people, make, sign_in) -> None:
    with database.writing() as session:
        make(session, people.alice)
    client = sign_in(cast.bob)
    data = form_of(client.get("/requirements/REQ-1/edit").text)
    for weeks, sentence in (
        ("-1", "more than 0"),
        ("0", "more than 0"),
        ("nan", "more than 0"),
        ("x", "in weeks"),
    ):
        bad = data | {"efforts-0-team": str(cast.ops.id), "efforts-0-weeks": weeks}
        answer = client.post("/requirements/REQ-1/edit", data=bad)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'value="{weeks}"' in answer.text
    good = data | {"efforts-0-team": str(cast.ops.id), "efforts-0-weeks": "2,5"}
    assert client.post("/requirements/REQ-1/edit", data=good).status_code == 303
    assert [(row.team_id, row.weeks) for row in stored(database).efforts] == [(cast.ops.id, 2.5)]


def test_people_see_only_what_they_may_do(database, cast, people, make, sign_in) -> None:
    with database.writing() as session:
        make(session, people.alice)
    victor, charlie = sign_in(cast.victor), sign_in(cast.charlie)
    assert victor.get("/requirements/REQ-1").status_code == 200
    assert victor.get("/requirements/REQ-99").status_code == 404
    assert victor.get("/requirements/nonsense").status_code == 404
    assert victor.get("/requirements/new").status_code == 403
    assert victor.get("/triage").status_code == 403
    assert victor.post("/requirements/REQ-1/comments", data={"body": "x"}).status_code == 403
    assert charlie.get("/requirements/REQ-1/edit").status_code == 403
    assert charlie.post("/requirements/REQ-1/edit", data=GOOD).status_code == 403
    assert charlie.post("/triage/REQ-1", data={"move": "accept", "reason": "x"}).status_code == 403
    assert charlie.post("/requirements/REQ-1/state", data={"state": "planned"}).status_code == 403


def test_the_record_takes_comments_support_criteria_and_prerequisites(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        make(session, people.alice, criteria=["Found in time"])
        make(session, people.charlie, "Comes first")
    alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
    here = "/requirements/REQ-1"
    assert charlie.post(f"{here}/comments", data={"body": " "}).status_code == 422
    assert charlie.post(f"{here}/comments", data={"body": "We too"}).status_code == 303
    assert (
        charlie.post(
            f"{here}/support", data={"support_reason": "yes", "support_volume": "-1"}
        ).status_code
        == 422
    )
    assert (
        charlie.post(
            f"{here}/support",
            data={"support_reason": "yes", "support_volume": "40", "support_market": "DE"},
        ).status_code
        == 303
    )
    page = alice.get(here).text
    assert "40 a week" in page
    number = match_of(r"/criteria/(\d+)", page)
    assert alice.post(f"{here}/criteria/{number}", data={"accepted": "1"}).status_code == 303
    assert "1 of 1 accepted" in alice.get(here).text
    assert alice.post(f"{here}/prerequisites", data={"blocker": "REQ-2"}).status_code == 303
    refused = charlie.post("/requirements/REQ-2/prerequisites", data={"blocker": "REQ-1"})
    assert refused.status_code == 422
    assert "already waits for" in refused.text
    comment = match_of(r"/comments/(\d+)", charlie.get(here).text)
    assert charlie.get(f"{here}/comments/{comment}").status_code == 200
    assert (
        charlie.post(f"{here}/comments/{comment}", data={"body": "We as well"}).status_code == 303
    )
    assert alice.post(f"{here}/comments/{comment}", data={"body": "no"}).status_code == 403
    assert charlie.post(f"{here}/support/withdraw").status_code == 303
    assert alice.post(f"{here}/prerequisites/REQ-2/remove").status_code == 303


def test_a_manager_moves_it_on_to_delivered(database, cast, people, make, sign_in) -> None:
    with database.writing() as session:
        moves.accept(session, people.bob, make(session, people.alice), "Good")
    client = sign_in(cast.bob)
    for state in ("planned", "in_progress", "delivered"):
        data = {"state": state, "reason": "As agreed", "next_word_on": "2099-01-04"}
        assert client.post("/requirements/REQ-1/state", data=data).status_code == 303
    assert stored(database).state == RequirementState.DELIVERED
    bad = client.post("/requirements/REQ-1/state", data={"state": "snoozed", "reason": "no way"})
    assert bad.status_code == 422


def test_every_page_renders_empty_and_full(database, cast, people, make, sign_in) -> None:
    client = sign_in(cast.bob)
    for path in ("/requirements", "/triage", "/requirements?q=nothing", "/requirements/new"):
        assert client.get(path).status_code == 200
    with database.writing() as session:
        make(
            session,
            people.alice,
            kind="problem_report",
            severity="high",
            people_affected=3,
            links=[{"url": "https://example.org/a", "label": "Example"}],
            regulation="DSA 34",
            value_at_stake=4_800_000,
            currency="EUR",
            surfaces=["live"],
        )
    page = client.get("/requirements/REQ-1").text
    assert "€48,000.00 at stake a week" in page
    assert client.get("/triage/REQ-1").status_code == 200
    assert client.get("/requirements?q=is:waiting+value>100").text.count("Block replica") == 1
