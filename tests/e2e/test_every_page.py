"""Every page of the demo organisation: axe is silent, nothing scrolls sideways or is refused."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.shipped_files import DEMO
from roadmap.jobs import work_once
from tests.e2e.conftest import Running

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]

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
# Each page is opened once in each scheme and looked at in both widths.
WIDTHS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}


@pytest.fixture
def demo(running: Running) -> Running:
    """The demo organisation, judged and ranked."""
    database = running.app.extensions["roadmap_db"]
    with database.writing() as session:
        import_workspace(session, DEMO.read_bytes(), "demo.json")
    while work_once(database, running.app.extensions["roadmap_settings"]):
        pass
    return running


def faults_of(page: Page, path: str) -> list[str]:
    """Open a page and return what is wrong with it, in either width."""
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    page.set_viewport_size(WIDTHS["desktop"])
    answer = page.goto(path)
    expected = 404 if path == "/nowhere" else 200
    status = answer.status if answer else 0
    found = [] if status == expected else [f"answered {status}"]
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        found += [
            f"{width}: {violation['id']}: {violation['nodes'][0]['target']}"
            for violation in Axe().run(page).response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{width}: scrolls sideways")
    found += [line for line in refused if expected == 200]
    return [f"{path}: {fault}" for fault in found]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit(demo: Running, open_page: OpenPage, scheme: str) -> None:
    faults: list[str] = []
    for person, paths in ((demo.cast.bob, PAGES), (demo.cast.erin, ADMIN_PAGES)):
        page = open_page(person, color_scheme=scheme)
        for path in paths:
            faults += faults_of(page, path)
    assert faults == []
