"""Every page of the demo organisation: axe is silent, nothing scrolls sideways or is refused."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.conftest import Origin, Running

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
Scheme = Literal["light", "dark"]

PAGES = [
    "/",
    "/account",
    "/requirements",
    "/requirements?q=state:accepted&sort=-score",
    "/requirements/new",
    "/requirements/REQ-12",
    "/requirements/REQ-12/edit",
    "/triage",
    "/prioritise?weeks=40",
    "/prioritise/compare",
    "/prioritise/framework",
    "/roadmap",
    "/roadmap?zoom=quarter",
    "/launches",
    "/launches?view=checks",
    "/launches/new",
    "/launches/LCH-1",
    "/launches/LCH-8?tab=scope",
    "/launches/LCH-8?tab=mechanisms",
    "/launches/LCH-12?tab=checklist",
    "/launches/LCH-4?tab=links",
    "/launches/LCH-4?tab=history",
    "/launches/LCH-8/plan",
    "/launches/LCH-8/edit",
    "/launches/LCH-12/checklist",
    "/launches/LCH-11/waivers",
    "/mechanisms",
    "/mechanisms/MEC-1",
    "/mechanisms/MEC-1/evidence",
    "/mechanisms/MEC-1/evidence/new",
    "/mechanisms/MEC-1/coverage",
    "/mechanisms/MEC-1/configurations",
    "/mechanisms/MEC-2/people",
    "/mechanisms/sites",
    "/search?q=live",
    "/import",
    "/admin",
    "/nowhere",
]
ADMIN_PAGES = [
    "/admin/people",
    "/admin/teams",
    "/admin/roles",
    "/admin/jobs",
    "/admin/seal",
    "/admin/taxonomy",
    "/admin/policies",
    "/admin/calendar",
]
# Each page is opened once, and looked at in both schemes and both widths.
WIDTHS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}
# The schemes differ in colours alone: `light-dark()` can hold nothing else. So dark answers axe's
# rules about colours, and light all rules.
RULES: dict[Scheme, dict[str, object]] = {
    "light": {"resultTypes": ["violations"]},
    "dark": {
        "resultTypes": ["violations"],
        "runOnly": ["cat.color"],
        # Naming a category turns on what it holds beyond WCAG AA.
        "rules": {"color-contrast-enhanced": {"enabled": False}},
    },
}


@pytest.fixture
def origin(with_demo: Origin) -> Origin:
    """The demo organisation, judged and ranked; nothing has come in but what it brings."""
    return with_demo


def faults_of(page: Page, path: str) -> list[str]:
    """Open a page and return what is wrong with it, in either scheme and width."""
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDTHS["desktop"])
    answer = page.goto(path)
    expected = 404 if path == "/nowhere" else 200
    status = answer.status if answer else 0
    found = [] if status == expected else [f"answered {status}"]
    for scheme in RULES:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        found += looks_of(page, scheme)
    found += [line for line in refused if expected == 200]
    return [f"{path}: {fault}" for fault in found]


def looks_of(page: Page, scheme: Scheme) -> list[str]:
    """Return what is wrong with an open page in a scheme, in either width."""
    found = []
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        found += [
            f"{scheme} {width}: {violation['id']}: {violation['nodes'][0]['target']}"
            for violation in Axe().run(page, options=RULES[scheme]).response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{scheme} {width}: scrolls sideways")
    return found


# Two halves, so that two processes share the work.
@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1], ids=["even", "odd"])
def test_pages_are_accessible_and_fit(running: Running, open_page: OpenPage, half: int) -> None:
    faults: list[str] = []
    for person, paths in ((running.cast.bob, PAGES), (running.cast.erin, ADMIN_PAGES)):
        page = open_page(person, color_scheme="light")
        for path in paths[half::2]:
            faults += faults_of(page, path)
    assert faults == []


def test_a_fault_of_colour_is_seen_in_dark_alone(running: Running, open_page: OpenPage) -> None:
    """What the walk above relies on: axe notices a colour that only dark makes unreadable."""
    page = open_page(running.cast.bob, color_scheme="light")
    page.goto("/account")
    page.evaluate(
        "document.querySelector('h1').style.color = 'light-dark(#16191d, #16191d)'",
    )
    assert looks_of(page, "light") == []
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert {fault.split(": ")[1] for fault in looks_of(page, "dark")} == {"color-contrast"}
