"""The main job, end to end in a browser, with JavaScript and without it.

A partner submits, the program manager triages, scores, ranks and launches, the mechanism's owner
brings evidence, everybody reads the verdict: NOT ASSESSED, NOT READY, READY.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from roadmap import clock
from roadmap.exchange.workspace.load import import_workspace
from tests.e2e.conftest import Running, sign_in
from tests.e2e.visiting import visit_until

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
TITLE = "Block weapons in German LIVE"


@pytest.fixture
def world(running: Running) -> Running:
    """One market, one classifier without evidence, one staffed appeals queue."""
    data = (Path(__file__).parent / "world.json").read_bytes()
    with running.app.extensions["roadmap_db"].writing() as session:
        import_workspace(session, data, "world.json")
    return running


@pytest.mark.parametrize("scripts", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_requirement_becomes_a_launch_that_is_ready(
    world: Running, open_page: OpenPage, scripts: bool
) -> None:
    partner = open_page(None, java_script_enabled=scripts)
    sign_in(partner, world.cast.alice)
    manager = open_page(world.cast.bob, java_script_enabled=scripts)
    owner = open_page(world.cast.charlie, java_script_enabled=scripts)

    submit(partner)
    accept(manager)
    score(manager)
    plan(manager)
    expect_verdict(manager, "NOT ASSESSED")

    bring_evidence(owner, right=700, last_day=3)
    expect_verdict(manager, "NOT READY")
    expect(manager.locator("main")).to_contain_text(".700 of 1,000")

    bring_evidence(owner, right=960, last_day=1)
    expect_verdict(manager, "NOT ASSESSED")
    answer_checklist(manager)
    expect_verdict(manager, "READY")

    deliver(manager)
    expect_verdict(manager, "NOT READY")
    expect(manager.locator("main")).to_contain_text("REQ-1")
    partner.goto("/requirements/REQ-1")
    partner.get_by_role("button", name="Accept").click()
    expect_verdict(manager, "READY")
    history_tells_it(manager, owner)


def submit(page: Page) -> None:
    page.goto("/requirements/new")
    page.get_by_label("What do you need?").fill(TITLE)
    page.get_by_label("What is wrong or missing today?").fill("Knives are shown in streams.")
    page.get_by_text("Automation", exact=True).click()
    page.locator("summary", has_text="Done when").click()
    page.locator("[name=criteria]").fill("Nine of ten blocked streams showed a weapon")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)


def accept(page: Page) -> None:
    page.goto("/triage")
    expect(page.locator("main")).to_contain_text(TITLE)
    page.locator(".moves label", has_text="Accept").click()
    page.get_by_label("Why, or what you ask, as Alice will read it").fill(
        "Weapons come first this quarter."
    )
    page.get_by_role("button", name="Decide and next").click()
    page.goto("/requirements/REQ-1")
    expect(page.locator("main")).to_contain_text("Weapons come first this quarter.")


def score(page: Page) -> None:
    visit_until(page, "/prioritise", page.get_by_label("Reach REQ-1"))
    for criterion, value in (
        ("Reach", "450"),
        ("Impact", "3"),
        ("Confidence", "1"),
        ("Effort", "2"),
    ):
        page.get_by_label(f"{criterion} REQ-1").fill(value)
    page.get_by_role("button", name="Save and rank").click()
    expect(page.locator("#ranking")).to_contain_text("675")


def plan(page: Page) -> None:
    page.goto("/launches/new")
    page.get_by_label("Title").fill("Weapons in German LIVE")
    page.get_by_label("What goes live").select_option(label="Quality or efficiency")
    page.get_by_label("Germany").check()
    page.get_by_label("LIVE", exact=True).check()
    page.get_by_label("Date").first.fill((clock.today() + timedelta(days=60)).isoformat())
    page.get_by_label("Items a week").fill("7000")
    page.get_by_role("button", name="Create the launch").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Weapons in German LIVE")


def deliver(page: Page) -> None:
    page.goto("/launches/LCH-1/plan")
    expect(page.locator("#mechanisms")).to_contain_text("Weapons classifier")
    page.goto("/launches/LCH-1/requirements/new")
    page.locator("form[data-main] input:not([type=hidden]):not([type=checkbox])").first.fill(
        "REQ-1"
    )
    page.locator("form[data-main] button[type=submit]").click()


def bring_evidence(page: Page, right: int, last_day: int) -> None:
    last = clock.today() - timedelta(days=last_day)
    page.goto("/mechanisms/MEC-1/evidence/new")
    page.locator("[name=metric]").select_option("precision")
    page.locator("[name=numerator]").fill(str(right))
    page.locator("[name=denominator]").fill("1000")
    page.locator("[name=window_start]").fill((last - timedelta(days=6)).isoformat())
    page.locator("[name=window_end]").fill(last.isoformat())
    page.locator("[name=language]").select_option(label="German")
    page.locator("[name=policy_area]").select_option(label="Weapons")
    page.locator("[name=sampling]").select_option("random")
    page.locator("[name=label_source]").select_option("human")
    page.get_by_role("button", name="Record").click()
    expect(page).to_have_url(re.compile(r"/evidence$"))


def answer_checklist(page: Page) -> None:
    page.goto("/launches/LCH-1/checklist")
    for box in page.locator("tbody input[type=checkbox]").all():
        box.check()
    page.locator("input[name=answer][value=yes]").last.check()
    page.locator("textarea[name=evidence]").last.fill("Checked in the launch review.")
    page.get_by_role("button", name="Store the answers").click()


def expect_verdict(page: Page, word: str) -> None:
    page.goto("/launches/LCH-1")
    expect(page.locator(".v-word")).to_have_text(word)


def history_tells_it(manager: Page, owner: Page) -> None:
    manager.goto("/requirements/REQ-1")
    story = manager.locator("main")
    for name in ("Alice", "Bob"):
        expect(story).to_contain_text(name)
    manager.goto("/launches/LCH-1?tab=history")
    expect(manager.locator("main")).to_contain_text("Bob")
    owner.goto("/mechanisms/MEC-1")
    expect(owner.locator("main")).to_contain_text("Charlie")
