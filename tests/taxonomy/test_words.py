"""Words all rooms share: checked against the standards, and kept while anything refers to them."""

import pytest

from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.history.conflict import as_shown, read_shown
from roadmap.history.queries import feed
from roadmap.taxonomy.dsa import DSA_CATEGORIES
from roadmap.taxonomy.models import Market, PolicyArea
from roadmap.taxonomy.queries import WordKind, find_word, options, words
from roadmap.taxonomy.service import add_word, delete_word, edit_word
from tests.cast import actor


def test_a_market_gets_its_iso_name(session, cast):
    market = add_word(session, actor(cast.erin), WordKind.MARKET, "de")
    assert (market.code, market.name) == ("DE", "Germany")
    assert feed(session, "market", market.id)[0].action == "market.created"
    session.commit()


def test_a_language_gets_its_usual_case_and_name(session, cast):
    language = add_word(session, actor(cast.erin), WordKind.LANGUAGE, "ZH-hant")
    assert (language.code, language.name) == ("zh-Hant", "Chinese (Traditional)")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (WordKind.MARKET, "XX"),
        (WordKind.MARKET, "UK"),
        (WordKind.MARKET, ""),
        (WordKind.MARKET, "Deutschland"),
        (WordKind.LANGUAGE, "xx"),
        (WordKind.LANGUAGE, "german"),
        (WordKind.LANGUAGE, "de-XX"),
        (WordKind.SURFACE, "Live stream"),
        (WordKind.SURFACE, "<b>"),
        (WordKind.SURFACE, "x" * 41),
        (WordKind.REGION, "E/U"),
        (WordKind.POLICY_AREA, "*"),
    ],
)
def test_a_code_no_standard_knows_is_refused_at_its_field(session, cast, kind, code):
    with pytest.raises(Invalid) as refused:
        add_word(session, actor(cast.erin), kind, code, "Name", dsa_category="VIOLENCE")
    assert list(refused.value.fields) == ["code"]


def test_a_code_is_not_stored_twice(session, cast):
    add_word(session, None, WordKind.SURFACE, "live", "Live")
    with pytest.raises(Invalid, match="already here"):
        add_word(session, None, WordKind.SURFACE, "live", "Again")


def test_there_are_sixteen_categories_and_no_other_is_taken(session, cast):
    assert len(DSA_CATEGORIES) == 16
    with pytest.raises(Invalid) as refused:
        add_word(session, None, WordKind.POLICY_AREA, "weapons", "Weapons", dsa_category="OTHER")
    assert list(refused.value.fields) == ["dsa_category"]


def test_only_an_admin_changes_the_taxonomy(session, cast):
    for person in (cast.alice, cast.bob, cast.charlie, cast.victor):
        with pytest.raises(Forbidden):
            add_word(session, actor(person), WordKind.MARKET, "FR")


def test_a_code_in_use_is_switched_off_and_not_deleted(session, cast):
    add_word(session, None, WordKind.REGION, "EU", "European Union")
    add_word(session, None, WordKind.MARKET, "FR", region_code="EU")
    with pytest.raises(Invalid, match="in use"):
        delete_word(session, None, WordKind.REGION, "EU")
    edit_word(session, None, WordKind.MARKET, "FR", {"active": False})
    found = options(session)
    assert found.markets == ()
    assert found.name("market", "FR") == "France"
    assert found.choices("market", keep=["FR"]) == [("FR", "France")]
    delete_word(session, None, WordKind.MARKET, "FR")
    delete_word(session, None, WordKind.REGION, "EU")
    session.commit()
    assert words(session, WordKind.MARKET) == []


def test_an_edit_of_a_policy_area_keeps_what_it_does_not_name(session, cast):
    add_word(session, None, WordKind.POLICY_AREA, "weapons", "Weapons", dsa_category="VIOLENCE")
    edit_word(session, None, WordKind.POLICY_AREA, "weapons", {"name": "Arms"})
    area = find_word(session, WordKind.POLICY_AREA, "weapons")
    assert isinstance(area, PolicyArea)
    assert (area.name, area.dsa_category) == ("Arms", "VIOLENCE")


def test_two_people_changing_different_fields_both_succeed_and_the_same_field_conflicts(
    session, cast
):
    add_word(session, None, WordKind.REGION, "EU", "European Union")
    add_word(session, None, WordKind.MARKET, "FR", region_code="EU")
    shown = read_shown(as_shown({"name": "France", "region_code": "EU", "active": True}))
    first = {"name": "Frankreich", "region_code": "EU", "active": True}
    edit_word(session, None, WordKind.MARKET, "FR", first, shown)
    second = {"name": "France", "region_code": None, "active": True}
    edit_word(session, None, WordKind.MARKET, "FR", second, shown)
    market = find_word(session, WordKind.MARKET, "FR")
    assert isinstance(market, Market)
    assert (market.name, market.region_code) == ("Frankreich", None)
    with pytest.raises(Conflict) as met:
        edit_word(session, None, WordKind.MARKET, "FR", {"name": "La France"}, shown)
    assert met.value.fields == {"name": ("La France", "Frankreich")}


def test_the_options_of_all_forms_take_one_statement(session, cast, statements):
    for code in ("DE", "FR", "IT", "ES"):
        add_word(session, None, WordKind.MARKET, code)
    session.flush()
    statements.statements.clear()
    assert [code for code, _name in options(session).markets] == ["FR", "DE", "IT", "ES"]
    assert len(statements) == 1
