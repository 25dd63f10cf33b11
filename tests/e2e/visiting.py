"""Opening a page of a product whose worker is still at it."""

from playwright.sync_api import Locator, Page, expect

# How often a page is opened anew for what the worker brings, and how long each time is looked, ms.
TURNS, A_TURN = 20, 500


def visit_until(page: Page, path: str, shown: Locator) -> None:
    """Open an address until it shows what the worker brings; fail if it never does."""
    for _turn in range(TURNS):
        page.goto(path)
        try:
            expect(shown).to_be_visible(timeout=A_TURN)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{path} never shows {shown}")
