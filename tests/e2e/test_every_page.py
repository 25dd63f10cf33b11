"""Every page of the demo organisation: axe is silent, nothing scrolls sideways or is refused."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from roadmap.accounts.models import Person
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
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    "phone-dark": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
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
    """Open a page and return what is wrong with it."""
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    answer = page.goto(path)
    expected = 404 if path == "/nowhere" else 200
    status = answer.status if answer else 0
    found = [] if status == expected else [f"answered {status}"]
    results = Axe().run(page)
    found += [
        f"{violation['id']}: {violation['nodes'][0]['target']}"
        for violation in results.response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("scrolls sideways")
    found += [line for line in refused if expected == 200]
    return [f"{path}: {fault}" for fault in found]


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_accessible_and_fit(demo: Running, open_page: OpenPage, look: str) -> None:
    faults: list[str] = []
    for person, paths in ((demo.cast.bob, PAGES), (demo.cast.erin, ADMIN_PAGES)):
        assert isinstance(person, Person)
        page = open_page(person, **LOOKS[look])
        for path in paths:
            faults += faults_of(page, path)
    assert faults == []
