"""Opening addresses in a product that works on meanwhile: pages reload themselves, a worker ranks."""

from playwright.sync_api import Error, Locator, Page, expect

# How often a page is opened anew for what the worker brings, and how long each time is looked, ms.
TURNS, A_TURN = 20, 500


def visit(page: Page, path: str) -> None:
    """Open an address; once more if the open page loaded itself again at that very moment."""
    try:
        page.goto(path)
    except Error as aborted:
        if "ERR_ABORTED" not in aborted.message:
            raise
        page.goto(path)


def visit_until(page: Page, path: str, shown: Locator) -> None:
    """Open an address until it shows what the worker brings; fail if it never does."""
    for _turn in range(TURNS):
        visit(page, path)
        try:
            expect(shown).to_be_visible(timeout=A_TURN)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{path} never shows {shown}")
