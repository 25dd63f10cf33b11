"""Which checklist items a launch gets: by type, market or region, and tier."""

import pytest

from roadmap.launches.kinds import LaunchType
from roadmap.readiness.applicability import applicable, difference, profile
from roadmap.readiness.templates import ItemSpec
from roadmap.readiness.templates_content import STANDARD

REGIONS = {"DE": "EU", "ES": "EU", "GB": "UK", "US": "NA", "BR": None}


def codes(type_: LaunchType, tier: int, *markets: str) -> set[str]:
    return {item.code for item in applicable(STANDARD, profile(type_, tier, markets, REGIONS))}


def test_the_smallest_launch_gets_two_items() -> None:
    assert codes(LaunchType.QUALITY, 3, "DE") == {"monitoring", "communication"}


def test_markets_filter_the_items_by_region_or_by_their_own_code() -> None:
    german = codes(LaunchType.SURFACE, 1, "DE")
    american = codes(LaunchType.SURFACE, 1, "US")
    british = codes(LaunchType.SURFACE, 1, "GB")
    assert {"notice_form", "safety_gate"} <= german
    assert "us_disclosure" not in german
    assert {"us_disclosure", "us_take_it_down"} <= american
    assert "notice_form" not in american
    assert {"uk_illegal_content", "uk_reporting"} <= british
    assert german | american == codes(LaunchType.SURFACE, 1, "DE", "US")
    assert "notice_form" not in codes(LaunchType.SURFACE, 1, "BR")


def test_a_launch_without_a_market_is_spared_nothing() -> None:
    everywhere = codes(LaunchType.NEW_MARKET, 1)
    assert everywhere >= codes(LaunchType.NEW_MARKET, 1, "DE", "US", "GB")


def test_types_filter_the_items() -> None:
    assert "parity_pilot" in codes(LaunchType.REVIEWER_TOOL, 2, "DE")
    assert "parity_pilot" not in codes(LaunchType.POLICY, 2, "DE")
    assert "terms_notice" in codes(LaunchType.POLICY, 2, "DE")


@pytest.mark.parametrize("type_", list(LaunchType))
def test_a_lighter_tier_never_gets_more(type_: LaunchType) -> None:
    heavy, middle, light = (codes(type_, tier, "DE", "US") for tier in (1, 2, 3))
    assert heavy >= middle >= light


def test_the_standard_template_has_each_item_once_with_a_source() -> None:
    names = [item.code for item in STANDARD]
    assert len(names) == len(set(names)) == 31
    assert all(item.source for item in STANDARD)


def test_a_difference_names_what_is_added_removed_and_reworded() -> None:
    item = ItemSpec(code="a", text="A?", severity="blocker")
    found = difference([(item.code, item.text), ("b", "B?")], [("a", "Was A?"), ("c", "C?")])
    assert (found.added, found.removed, found.reworded) == (("b",), ("c",), ("a",))
    assert not difference([("a", 1)], [("a", 1)])
