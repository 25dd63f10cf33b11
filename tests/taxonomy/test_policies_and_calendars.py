"""Policy versions hold from a day, per market; calendars know holidays, campaigns and freezes."""

from datetime import date

import pytest

from roadmap.errors import Invalid
from roadmap.events import subscribe
from roadmap.taxonomy.calendars import (
    add_calendar_day,
    edit_calendar_day,
    import_holidays,
    remove_calendar_day,
)
from roadmap.taxonomy.events import PolicyChanged
from roadmap.taxonomy.policies import (
    add_policy_version,
    delete_policy_version,
    edit_policy_version,
    publish_language,
    remove_effective,
    set_effective,
    withdraw_language,
)
from roadmap.taxonomy.queries import WordKind, calendar, find_policy_version, policy_versions
from roadmap.taxonomy.service import add_word
from tests.cast import actor
from tests.worlds import kept

D = date


@pytest.fixture
@kept
def base(session, cast):
    add_word(session, None, WordKind.MARKET, "DE")
    add_word(session, None, WordKind.MARKET, "FR")
    add_word(session, None, WordKind.LANGUAGE, "de")
    add_word(session, None, WordKind.LANGUAGE, "en")
    add_word(session, None, WordKind.POLICY_AREA, "weapons", "Weapons", dsa_category="VIOLENCE")


def test_a_version_holds_everywhere_from_a_day_and_earlier_where_a_market_says_so(session, base):
    version = add_policy_version(
        session, None, "weapons", "v3", effective_on=D(2027, 1, 1), languages=["en"]
    )
    set_effective(session, None, version.id, "DE", D(2026, 12, 1))
    set_effective(session, None, version.id, None, D(2027, 2, 1))
    set_effective(session, None, version.id, None, D(2027, 3, 1))
    session.commit()
    found = find_policy_version(session, version.id)
    assert {(m.market_code, m.effective_on) for m in found.markets} == {
        (None, D(2027, 3, 1)),
        ("DE", D(2026, 12, 1)),
    }
    assert found.label == "weapons@v3"
    remove_effective(session, None, version.id, found.markets[0].id)
    assert len(found.markets) == 1


def test_a_language_is_published_once_and_can_be_withdrawn(session, base):
    heard = []
    subscribe(PolicyChanged, lambda _s, e: heard.append(e.policy_area_code))
    version = add_policy_version(session, None, "weapons", "v3", effective_on=D(2027, 1, 1))
    publish_language(session, None, version.id, "de", D(2027, 1, 1))
    with pytest.raises(Invalid, match="already published"):
        publish_language(session, None, version.id, "de", D(2027, 2, 1))
    withdraw_language(session, None, version.id, version.languages[0].id)
    assert version.languages == []
    assert heard == ["weapons"] * 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"policy_area_code": "knives"}, "policy_area_code"),
        ({"version": " "}, "version"),
        ({"version": "v" * 41}, "version"),
        ({"version": "v1"}, "version"),
        ({"owner_id": 99999}, "owner_id"),
        ({"languages": ["xx"], "effective_on": D(2027, 1, 1)}, "language_code"),
        ({"languages": ["de"]}, "effective_on"),
    ],
)
def test_a_bad_version_is_refused_at_its_field(session, base, change, field):
    add_policy_version(session, None, "weapons", "v1")
    values = {"policy_area_code": "weapons", "version": "v2", **change}
    with pytest.raises(Invalid) as refused:
        add_policy_version(session, None, **values)
    assert list(refused.value.fields) == [field]


def test_an_unused_version_can_go(session, base, cast):
    version = add_policy_version(session, actor(cast.erin), "weapons", "v1")
    edit_policy_version(session, None, version.id, {"owner_id": cast.bob.id, "sweeps": True})
    assert (version.owner_id, version.sweeps) == (cast.bob.id, True)
    delete_policy_version(session, None, version.id)
    session.commit()
    assert policy_versions(session) == []


def test_the_versions_page_takes_three_statements_for_any_number(session, base, statements):
    for number in range(5):
        add_policy_version(session, None, "weapons", f"v{number}", effective_on=D(2027, 1, 1))
    session.expire_all()
    statements.statements.clear()
    assert len(policy_versions(session)) == 5
    assert len(statements) == 3


def test_public_holidays_come_once_however_often_they_are_imported(session, base):
    assert import_holidays(session, None, "DE", 2027) >= 9
    assert import_holidays(session, None, "DE", 2027) == 0
    session.commit()
    days = calendar(session, starting=D(2027, 12, 24), until=D(2027, 12, 25), kind="holiday")
    assert [day.starts_on for day in days] == [D(2027, 12, 25)]


def test_a_campaign_of_several_days_is_found_from_either_end(session, base):
    entry = add_calendar_day(
        session, None, "campaign", "Singles' Day", None, D(2027, 11, 9), D(2027, 11, 12)
    )
    assert calendar(session, starting=D(2027, 11, 12), until=D(2027, 11, 30)) == [entry]
    assert calendar(session, starting=D(2027, 11, 13), until=D(2027, 11, 30)) == []
    edit_calendar_day(session, None, entry.id, "freeze", "Freeze", "DE", D(2027, 11, 9))
    assert (entry.kind, entry.market_code, entry.ends_on) == ("freeze", "DE", D(2027, 11, 9))
    remove_calendar_day(session, None, entry.id)
    session.commit()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (("party", "Name", None, D(2027, 1, 1), None), "kind"),
        (("freeze", "  ", None, D(2027, 1, 1), None), "name"),
        (("freeze", "Name", "XX", D(2027, 1, 1), None), "market_code"),
        (("freeze", "Name", None, D(2027, 1, 2), D(2027, 1, 1)), "ends_on"),
        (("freeze", "Twice", None, D(2027, 1, 1), None), "name"),
    ],
)
def test_a_bad_calendar_entry_is_refused_at_its_field(session, base, values, field):
    add_calendar_day(session, None, "freeze", "Twice", None, D(2027, 1, 1))
    with pytest.raises(Invalid) as refused:
        add_calendar_day(session, None, *values)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(("market", "year"), [("XX", 2027), ("DE", 1800)])
def test_holidays_of_no_market_or_an_impossible_year_are_refused(session, base, market, year):
    with pytest.raises(Invalid):
        import_holidays(session, None, market, year)
