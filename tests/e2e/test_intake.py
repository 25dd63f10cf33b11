"""Asking in a browser: what is typed outlives the session, and supporting another keeps it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from roadmap.requirements import service
from roadmap.requirements.models import Requirement, RequirementDraft
from tests.cast import actor
from tests.e2e.conftest import Running, sign_in

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
TITLE = "Stop replica perfume in LIVE"


def count(running: Running, table: type) -> int:
    with running.app.extensions["roadmap_db"].reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def write(page: Page) -> None:
    page.goto("/requirements/new")
    page.locator("#title").fill(TITLE)
    page.locator("#problem").fill("The brand is spoken, never written.")
    page.locator("label", has_text="Automation").click()


def test_what_is_typed_outlives_the_session(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.cast.alice)
    write(page)
    today = page.locator("#answer_automation_today")
    expect(today).to_be_visible()
    today.fill("A queue of six")
    expect(page.locator("#answer_tool_step")).to_be_hidden()
    expect(page.locator("[data-autosave-said]")).to_contain_text("Draft kept")
    page.context.clear_cookies()
    page.locator("#problem").fill("Typed after the session ended.")
    expect(page.locator("[data-autosave-said]")).to_contain_text("you are signed out")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator("h1")).to_have_text("You are signed out")
    sign_in(page, running.cast.alice)
    page.goto("/requirements/new")
    expect(page.locator("#problem")).to_have_value("Typed after the session ended.")
    expect(page.locator("#answer_automation_today")).to_have_value("A queue of six")
    expect(page.locator("[data-autosave-said]")).to_contain_text("Draft kept")
    assert count(running, RequirementDraft) == 1
    page.locator("#title").press("Enter")
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator("#next-title")).to_have_text("Here is what happens next")
    assert count(running, RequirementDraft) == 0
    page.goto("/requirements/new")
    expect(page.locator("#title")).to_have_value("")


def test_supporting_another_one_keeps_what_was_typed(running: Running, open_page: OpenPage) -> None:
    with running.app.extensions["roadmap_db"].writing() as session:
        plain = {"title": TITLE, "problem": "It is sold.", "kind": "tool"}
        service.submit(session, actor(running.cast.bob, running.cast.program), plain)
    page = open_page(running.cast.alice)
    write(page)
    page.get_by_role("button", name="Support REQ-1 instead").click()
    expect(page.locator("#messages")).to_contain_text("You support REQ-1.")
    assert count(running, Requirement) == 1
    page.goto("/requirements/new")
    page.get_by_role("link", name="Continue").click()
    expect(page.locator("#problem")).to_have_value("The brand is spoken, never written.")
