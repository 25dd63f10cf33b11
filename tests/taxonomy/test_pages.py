"""Admin pages of the taxonomy: for admins only, and what is refused keeps what was typed."""

from datetime import date

import pytest

from roadmap.accounts.handover import pass_on
from roadmap.taxonomy.calendars import add_calendar_day
from roadmap.taxonomy.policies import add_policy_version
from roadmap.taxonomy.queries import WordKind, find_policy_version, find_word, options
from roadmap.taxonomy.service import add_word
from tests.worlds import kept

PLURALS = ("markets", "regions", "languages", "surfaces", "policy-areas")


@pytest.fixture
@kept
def base(session, cast):
    add_word(session, None, WordKind.REGION, "EU", "European Union")
    add_word(session, None, WordKind.MARKET, "DE", region_code="EU")
    add_word(session, None, WordKind.LANGUAGE, "de")
    add_word(session, None, WordKind.SURFACE, "live", "Live")
    add_word(session, None, WordKind.POLICY_AREA, "weapons", "Weapons", dsa_category="VIOLENCE")
    version = add_policy_version(
        session, None, "weapons", "v3", effective_on=date(2027, 1, 1), languages=["de"]
    )
    add_calendar_day(session, None, "freeze", "Year end", None, date(2027, 1, 1))
    session.commit()
    return version


def addresses(version):
    return [
        "/admin/taxonomy",
        *(f"/admin/taxonomy/{plural}" for plural in PLURALS),
        "/admin/taxonomy/markets/DE",
        "/admin/taxonomy/policy-areas/weapons",
        "/admin/taxonomy/regions/EU",
        "/admin/policies",
        f"/admin/policies/{version.id}",
        "/admin/calendar",
        "/admin/calendar?year=2027&kind=freeze",
        "/admin/calendar?year=99999999999999999999&kind=x",
        "/admin/calendar/1",
    ]


def test_every_page_opens_for_an_admin_in_few_statements_and_for_nobody_else(
    base, cast, sign_in, statements
):
    admin, manager = sign_in(cast.erin), sign_in(cast.bob)
    for address in addresses(base):
        statements.statements.clear()
        answer = admin.get(address)
        assert (address, answer.status_code) == (address, 200)
        assert len(statements) <= 14
        assert manager.get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/admin/taxonomy/people",
        "/admin/taxonomy/markets/XX",
        "/admin/policies/99",
        "/admin/calendar/99",
    ],
)
def test_what_is_not_there_is_not_found(base, cast, sign_in, address):
    assert sign_in(cast.erin).get(address).status_code == 404


def test_an_admin_adds_edits_and_switches_off_a_market(base, cast, sign_in, session):
    admin = sign_in(cast.erin)
    added = admin.post("/admin/taxonomy/markets", data={"code": "fr", "region_code": "EU"})
    assert added.status_code == 303
    page = admin.get("/admin/taxonomy/markets/FR").text
    assert "France" in page
    saved = admin.post("/admin/taxonomy/markets/FR", data={"name": "France", "region_code": ""})
    assert saved.status_code == 303
    session.rollback()
    assert [code for code, _name in options(session).markets] == ["DE"]
    session.rollback()
    assert admin.post("/admin/taxonomy/markets/FR/delete").status_code == 303
    assert admin.get("/admin/taxonomy/markets/FR").status_code == 404


def test_a_refused_word_keeps_what_was_typed_beside_the_reason(base, cast, sign_in):
    answer = sign_in(cast.erin).post(
        "/admin/taxonomy/surfaces", data={"code": "Live <b>", "name": "Live \u202e<i>"}
    )
    assert answer.status_code == 422
    assert "Live &lt;b&gt;" in answer.text
    assert "Use up to 40 small letters" in answer.text


@pytest.mark.parametrize("code", ["", "x" * 41, "a\x00b", "DEU"])
def test_a_bad_code_is_a_422(base, cast, sign_in, code):
    answer = sign_in(cast.erin).post("/admin/taxonomy/markets", data={"code": code})
    assert answer.status_code == 422


def test_two_admins_on_one_word_see_each_others_value(base, cast, sign_in, session):
    admin = sign_in(cast.erin)
    shown = '{"active": true, "name": "Live", "region_code": null}'
    first = {"name": "Livestream", "active": "y", "shown": shown}
    assert admin.post("/admin/taxonomy/surfaces/live", data=first).status_code == 303
    mine = {"name": "Live shows", "active": "y", "shown": shown}
    met = admin.post("/admin/taxonomy/surfaces/live", data=mine)
    assert met.status_code == 422
    assert "Livestream" in met.text
    assert "Live shows" in met.text
    damaged = admin.post("/admin/taxonomy/surfaces/live", data={**mine, "shown": "[1"})
    assert damaged.status_code == 422


def test_a_word_in_use_says_why_it_stays(base, cast, sign_in):
    admin = sign_in(cast.erin)
    answer = admin.post("/admin/taxonomy/languages/de/delete", follow_redirects=True)
    assert "is in use" in answer.text


def test_a_policy_version_gets_dates_languages_and_an_owner(base, cast, sign_in, session):
    admin = sign_in(cast.erin)
    made = admin.post(
        "/admin/policies",
        data={"policy_area_code": "weapons", "version": "v4", "owner": "bob@example.org"},
    )
    assert made.status_code == 303
    home = made.headers["Location"]
    dated = admin.post(f"{home}/dates", data={"market_code": "DE", "effective_on": "2027-02-01"})
    spoken = admin.post(
        f"{home}/languages", data={"language_code": "de", "published_on": "2027-02-01"}
    )
    owned = admin.post(f"{home}/owner", data={"owner": "bob@example.org", "sweeps": "y"})
    assert [answer.status_code for answer in (dated, spoken, owned)] == [303] * 3
    session.rollback()
    found = find_policy_version(session, int(home.rsplit("/", 1)[1]))
    assert (found.owner_id, found.sweeps) == (cast.bob.id, True)
    assert (found.markets[0].market_code, found.languages[0].language_code) == ("DE", "de")
    date_id, language_id = found.markets[0].id, found.languages[0].id
    session.rollback()
    assert admin.post(f"{home}/dates/{date_id}/remove").status_code == 303
    assert admin.post(f"{home}/languages/{language_id}/remove").status_code == 303
    assert admin.post(f"{home}/delete").status_code == 303


@pytest.mark.parametrize(
    ("part", "data", "words"),
    [
        ("dates", {"effective_on": "2026-02-30"}, "Use a day that exists"),
        ("dates", {"market_code": "XX", "effective_on": "2026-02-28"}, "Not a valid choice"),
        ("languages", {"language_code": "de", "published_on": "2027-01-01"}, "already published"),
        ("owner", {"owner": "nobody@example.org"}, "No active person"),
    ],
)
def test_a_refused_part_of_a_version_is_a_422(base, cast, sign_in, part, data, words):
    answer = sign_in(cast.erin).post(f"/admin/policies/{base.id}/{part}", data=data)
    assert answer.status_code == 422
    assert words in answer.text


def test_the_calendar_takes_days_and_holidays(base, cast, sign_in):
    admin = sign_in(cast.erin)
    day = {"kind": "campaign", "name": "Sale", "starts_on": "2027-11-20", "ends_on": "2027-11-27"}
    assert admin.post("/admin/calendar", data=day).status_code == 303
    twin = admin.post("/admin/calendar", data=day)
    assert twin.status_code == 422
    assert "already in the calendar" in twin.text
    bad = admin.post("/admin/calendar", data={**day, "starts_on": "2026-02-30"})
    assert bad.status_code == 422
    assert "Use a day that exists" in bad.text
    brought = admin.post(
        "/admin/calendar/holidays", data={"import-market_code": "DE", "import-year": "2027"}
    )
    assert brought.status_code == 303
    assert "German Unity Day" in admin.get("/admin/calendar?year=2027").text
    year = {"import-market_code": "DE", "import-year": "1"}
    assert admin.post("/admin/calendar/holidays", data=year).status_code == 422
    edited = admin.post("/admin/calendar/1", data={**day, "name": "Freeze", "kind": "freeze"})
    assert edited.status_code == 303
    assert admin.post("/admin/calendar/1/remove").status_code == 303


def test_a_leavers_policy_versions_pass_on(base, cast, session):
    version = find_policy_version(session, base.id)
    word = find_word(session, WordKind.MARKET, "DE")
    assert word.name == "Germany"
    version.owner_id = cast.charlie.id
    from roadmap.history.service import record

    record(session, None, version, "policy_version.edited")
    passed = pass_on(session, cast.erin.id, cast.charlie.id, cast.bob.id)
    assert ("Policy versions", 1) in [(held.label, held.count) for held in passed]
    assert version.owner_id == cast.bob.id
    session.commit()
