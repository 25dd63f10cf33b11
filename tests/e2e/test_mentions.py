"""Mentioning somebody by keyboard alone, and the same without scripts."""

import pytest
from playwright.sync_api import expect

from roadmap.requirements import service
from tests.cast import actor
from tests.e2e.conftest import Running
from tests.e2e.test_walk import OpenPage

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(running: Running) -> Running:
    """Alice asked for one thing."""
    values = {"title": "Block replica perfume", "problem": "It is sold.", "kind": "tool"}
    with running.app.extensions["roadmap_db"].writing() as session:
        service.submit(session, actor(running.cast.alice, running.cast.ops), values)
    return running


def test_a_name_is_completed_by_keyboard(asked: Running, open_page: OpenPage) -> None:
    page = open_page(asked.cast.bob)
    page.goto("/requirements/REQ-1")
    text = page.get_by_label("Add to the discussion")
    text.press_sequentially("Ask @")
    expect(page.get_by_role("listbox")).to_be_hidden()
    text.press_sequentially("c")
    expect(page.get_by_role("option")).to_have_count(1)
    text.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    text.press("Backspace")
    text.press_sequentially("a")
    option = page.get_by_role("option", name="Alice")
    expect(option).to_have_attribute("aria-selected", "true")
    assert text.get_attribute("aria-activedescendant") == option.get_attribute("id")
    text.press("ArrowDown")
    text.press("Enter")
    expect(text).to_have_value("Ask @alice ")
    text.press_sequentially("today")
    text.press("Control+Enter")
    expect(page.locator("#discussion .mention")).to_have_text("Alice")


def test_without_scripts_the_text_alone_is_enough(asked: Running, open_page: OpenPage) -> None:
    page = open_page(asked.cast.bob, java_script_enabled=False)
    page.goto("/requirements/REQ-1")
    page.get_by_label("Add to the discussion").fill("Ask @alice today")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("#discussion .mention")).to_have_text("Alice")
