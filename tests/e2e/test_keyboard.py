"""The partner's two minutes and the PM's hour, by keyboard alone; the rest without scripts."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from roadmap import clock
from tests.e2e.conftest import Origin, Running
from tests.e2e.keyboard import Hands

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
ALIKE = "Block replica perfume in LIVE"
NEW = "Film of the minute before a stream is cut"


@pytest.fixture
def origin(with_demo: Origin) -> Origin:
    """The demo organisation, judged and ranked; nothing has come in but what it brings."""
    return with_demo


def test_a_partner_asks_by_keyboard_alone(
    running: Running, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(running.cast.alice, locale="en-US")
    hands = Hands(page)
    page.goto("/requirements")
    supports_instead(hands)
    submits_another(hands, tmp_path)
    mentions_and_watches(hands)


def supports_instead(hands: Hands) -> None:
    """Type a title, see that it is asked for already, and say so there; the draft stays."""
    page = hands.page
    hands.press("n")
    expect(page.locator("h1")).to_have_text("Submit a requirement")
    hands.write(page.locator("#title"), ALIKE)
    instead = page.get_by_role("button", name="Support REQ-64 instead")
    expect(instead).to_be_visible()
    hands.use(instead)
    expect(page.locator("h1")).to_contain_text(ALIKE)
    hands.hears("What you typed is kept among your drafts")
    hands.write(page.locator("#support_reason"), "Two of five streams a night.")
    hands.write(page.locator("#support_volume"), "1200")
    hands.send()
    hands.hears("You support REQ-64.")
    expect(page.locator("#supporters")).to_contain_text("1,200 a week")


def submits_another(hands: Hands, folder: Path) -> None:
    """Ask for something new, with the question of its kind and a file."""
    page = hands.page
    table = folder / "streams.csv"
    table.write_text("stream,minute\n1,14\n")
    # The browser must know before the key is pressed that no window for files is to open.
    page.on("filechooser", lambda chooser: chooser.set_files(table))
    hands.go("Requirements")
    hands.press("n")
    expect(page.locator("#drafts-title")).to_be_visible()
    hands.write(page.locator("#title"), NEW)
    hands.write(page.locator("#problem"), "Appeals are decided without seeing why.")
    hands.to(page.locator("input[name=kind][value=tool]"))
    hands.press("Space")
    hands.write(page.locator("#answer_tool_step"), "Deciding an appeal")
    hands.use(page.locator("summary", has_text="Files"))
    hands.to(page.locator("input[type=file]"))
    hands.press("Enter")
    expect(page.locator("input[type=file]")).to_have_value(re.compile("streams.csv"))
    hands.stands()
    hands.send()
    expect(page.locator("h1")).to_have_text(NEW)
    hands.hears("is submitted")
    expect(page.locator("#next-title")).to_have_text("Here is what happens next")
    expect(page.locator("main")).to_contain_text("streams.csv")
    expect(page.locator("main")).to_contain_text("Deciding an appeal")


def mentions_and_watches(hands: Hands) -> None:
    """Name a colleague in a comment and watch somebody else's requirement."""
    page = hands.page
    hands.to(page.get_by_label("Add to the discussion"))
    page.keyboard.type("Which queue first, @bo")
    expect(page.get_by_role("option", name="Bob")).to_have_attribute("aria-selected", "true")
    hands.press("Enter")
    hands.send()
    expect(page.locator("#discussion .mention")).to_have_text("Bob")
    hands.stands()
    hands.go("Requirements")
    hands.use(page.locator("tbody th a").first)
    hands.use(page.get_by_role("button", name="Watch", exact=True))
    hands.hears("You watch this now")


def test_a_manager_works_by_keyboard_alone(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.cast.bob, locale="en-US")
    page.goto("/")
    hands = Hands(page)
    empties_the_inbox(hands)
    narrows_and_saves(hands)
    edits_rows(hands)
    scores(hands)
    overrides(hands)
    freezes_and_compares(hands)


def decides(hands: Hands, key: str, told: str, **fields: str) -> None:
    """Choose a move by its letter, say why, and hear that it was made."""
    page = hands.page
    hands.press(key)
    expect(page.locator(f"[data-key={key}]")).to_be_focused()
    for name, text in fields.items():
        hands.write(page.locator(f"#{name}"), text)
    hands.send()
    hands.hears(told)


def empties_the_inbox(hands: Hands) -> None:
    """Every move, and one taken back."""
    page = hands.page
    hands.go("Triage")
    decides(hands, "a", "is accepted.", reason="Fits what the appeals team builds now.")
    decides(hands, "d", "is declined.", reason="The queue tool does this since May.")
    hands.press("z")
    hands.hears("is back as it was")
    decides(hands, "d", "is declined.", reason="The queue tool does this since May, see Split.")
    decides(hands, "m", "is merged into REQ-38", target="REQ-38", reason="The same model hears it.")
    decides(hands, "s", "sleeps", awaited="REQ-12 delivered", reason="It needs that model.")
    decides(hands, "q", "is asked", reason="Which markets, and how many a week?")
    hands.press("j")
    hands.press("k")
    expect(page.locator("h1")).to_have_text("Triage")


def narrows_and_saves(hands: Hands) -> None:
    """Build a filter from what is offered while typing, and keep it as a view."""
    page = hands.page
    hands.go("Requirements")
    hands.to(page.locator("#q"))
    page.keyboard.type("sta")
    takes(hands, "state:")
    page.keyboard.type("acc")
    takes(hands, "accepted")
    expect(page.locator("#q")).to_have_value(re.compile("^state:accepted ?$"))
    hands.press("Enter")
    expect(page.locator(".parts")).to_contain_text("state:accepted")
    expect(page.locator("#q")).to_be_focused()
    hands.use(page.locator("summary", has_text="Save view"))
    hands.write(page.locator("#view-name"), "To plan")
    hands.press("Enter")
    expect(page.locator("h1")).to_have_text("To plan")
    hands.hears("The view To plan is saved.")


def takes(hands: Hands, text: str) -> None:
    """Take the offer that reads like the text."""
    page = hands.page
    offer = page.get_by_role("option").filter(has_text=text).first
    expect(offer).to_be_visible()
    for _turn in range(20):
        hands.press("ArrowDown")
        if offer.get_attribute("aria-selected") == "true":
            break
    hands.press("Enter")


def edits_rows(hands: Hands) -> None:
    """Change one row in its place, then three at once, and undo those."""
    page = hands.page
    row = page.locator("tbody tr").first
    hands.use(row.locator(".rowedit"))
    title = page.locator("tr.editing #title")
    expect(title).to_be_focused()
    hands.press("End")
    page.keyboard.type(" (first)")
    hands.press("Enter")
    expect(row).to_contain_text("(first)")
    expect(row.locator(".rowedit")).to_be_focused()
    for place in range(1, 4):
        hands.to(page.locator("tbody .pick").nth(place))
        hands.press("Space")
    hands.use(page.get_by_role("button", name="Edit ticked"), back=True)
    expect(page.locator("h1")).to_have_text("Edit many")
    hands.to(page.locator("#team_id"))
    hands.page.keyboard.type("Quality")
    hands.use(page.get_by_role("button", name="Preview"))
    expect(page.locator("#changing tbody tr")).to_have_count(3)
    hands.stands()
    hands.use(page.get_by_role("button", name="Change 3 requirements"))
    expect(page.locator("main")).to_contain_text("3 requirements are changed.")
    hands.stands()
    hands.use(page.get_by_role("button", name="Undo all of it"))
    hands.hears("Undone: 3 requirements")


def rank_of(page: Page, key: str) -> int:
    """Return the place of a requirement in the ranking shown."""
    row = page.locator("#ranking tbody tr", has=page.locator(f'[name^="{key}."]'))
    return int(row.locator("td").first.inner_text())


def scores(hands: Hands) -> None:
    """Type a likely number with its range; the place moves."""
    page = hands.page
    hands.go("Prioritise")
    reach = page.locator("#ranking tbody .ed").first
    name = reach.get_attribute("name") or ""
    before = rank_of(page, name.partition(".")[0])
    hands.write(page.locator(f'[name="{name}"]'), "2 (1-3)")
    hands.send()
    hands.hears("Saved 1 number.")
    expect(page.locator("#messages")).not_to_contain_text(" 0 places")
    assert rank_of(page, name.partition(".")[0]) > before


def overrides(hands: Hands) -> None:
    """Set one score by hand, with a reason and a last day."""
    page = hands.page
    hands.use(page.locator("#ranking tbody th a").nth(2))
    hands.use(page.get_by_role("link", name="Set the score by hand"))
    hands.write(page.locator("#value"), "9999999")
    hands.write(page.locator("#reason"), "The regulator asked for it in writing.")
    hands.to(page.locator("#expires_on"))
    page.keyboard.type((clock.today() + timedelta(days=30)).strftime("%m%d%Y"))
    hands.send()
    hands.hears("is ranked by it now")
    hands.go("Prioritise")
    first = page.locator("#ranking tbody tr").first
    expect(first).to_contain_text("The regulator asked for it in writing.")


def freezes_and_compares(hands: Hands) -> None:
    """Keep today's order under a name, and look at two frameworks side by side."""
    page = hands.page
    hands.use(page.locator("summary", has_text="More"))
    hands.use(page.get_by_role("link", name="Frozen rankings"))
    hands.write(page.locator("#name"), "Before the planning week")
    hands.send()
    hands.hears("Frozen.")
    expect(page.locator("main")).to_contain_text("Before the planning week")
    hands.go("Prioritise")
    hands.use(page.locator("summary", has_text="More"))
    hands.use(page.get_by_role("link", name="Side by side"))
    hands.use(page.get_by_role("button", name="Compare"))
    hands.stands()
    expect(page.locator("main .lede")).to_contain_text("stand elsewhere")
    hands.to(page.locator("#second"))
    page.keyboard.type("CD3")
    hands.send()
    expect(page.locator("#changes h2").last).to_contain_text("ranks nothing yet")
    hands.to(page.locator("#second"))
    page.keyboard.type("RICE")
    hands.send()
    expect(page.locator("#changes tbody tr").first).to_contain_text("none")


def test_what_matters_works_without_scripts(
    running: Running, open_page: OpenPage, tmp_path: Path
) -> None:
    partner = open_page(running.cast.alice, java_script_enabled=False)
    asks_plainly(partner, tmp_path)
    manager = open_page(running.cast.bob, java_script_enabled=False)
    decides_plainly(manager)
    edits_plainly(manager)


def asks_plainly(page: Page, folder: Path) -> None:
    """Look for similar ones by a button, support one, submit another with a file."""
    page.goto("/requirements/new")
    page.locator("#title").fill(ALIKE)
    page.get_by_role("button", name="Look for similar ones first").click()
    page.get_by_role("button", name="Support REQ-64 instead").click()
    expect(page.locator("#messages")).to_contain_text("You support REQ-64.")
    page.goto("/requirements/new")
    page.locator("#title").fill(NEW)
    page.locator("#problem").fill("Appeals are decided without seeing why.")
    page.locator("label.chip", has_text="A tool").click()
    page.locator("summary", has_text="Files").click()
    table = folder / "minutes.csv"
    table.write_text("stream,minute\n1,14\n")
    page.locator("input[type=file]").set_input_files(table)
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator("h1")).to_have_text(NEW)
    expect(page.locator("main")).to_contain_text("minutes.csv")


def decides_plainly(page: Page) -> None:
    """Accept what waits longest."""
    page.goto("/triage")
    page.locator(".moves label", has_text="Accept").click()
    page.locator("#reason").fill("It fits what is built now.")
    page.get_by_role("button", name="Decide and next").click()
    expect(page.locator("#messages")).to_contain_text("is accepted.")


def edits_plainly(page: Page) -> None:
    """Set a team on three rows, look at each, store, undo."""
    page.goto("/requirements?q=state:accepted")
    for place in range(3):
        page.locator("tbody .pick").nth(place).check()
    page.get_by_role("button", name="Edit ticked").click()
    page.locator("#team_id").select_option(label="Quality control")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#changing tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Change 3 requirements").click()
    expect(page.locator("main")).to_contain_text("3 requirements are changed.")
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.locator("#messages")).to_contain_text("Undone: 3 requirements")
