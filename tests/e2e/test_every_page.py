"""Every page of the demo organisation: axe is silent, nothing scrolls sideways or is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, ViewportSize

from tests.e2e.conftest import Origin, Running, let_in

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
Scheme = Literal["light", "dark"]

# Pages of a layout of their own, and the same for an admin: looked at in each scheme and width.
PAGES = [
    "/",
    "/requirements?q=state:accepted&sort=-score",
    "/requirements/new",
    "/requirements/REQ-12",
    "/triage",
    "/prioritise?weeks=40",
    "/roadmap",
    "/launches",
    "/launches/LCH-8?tab=scope",
    "/launches/LCH-12?tab=checklist",
    "/launches/LCH-8/plan",
    "/launches/LCH-8/capacity",
    "/mechanisms",
    "/mechanisms/MEC-1",
    "/capacity",
    "/week-one",
]
ADMIN_PAGES = ["/admin", "/admin/people"]
# Pages made of the same parts as those above: looked at twice, so that each scheme and each width
# comes once, with all of axe's rules.
ALIKE = [
    "/account",
    "/account/notifications",
    "/account/tokens",
    "/inbox",
    "/watching",
    "/views",
    "/requirements",
    "/requirements/REQ-12/edit",
    "/requirements/fields",
    "/triage/rota",
    "/prioritise/compare",
    "/prioritise/framework",
    "/prioritise/frameworks",
    "/prioritise/frameworks/rice",
    "/prioritise/baselines",
    "/prioritise/capacity",
    "/prioritise/picture",
    "/prioritise/override/REQ-31",
    "/roadmap?zoom=quarter",
    "/launches?view=checks",
    "/launches/list",
    "/launches/list/fields",
    "/launches/new",
    "/launches/weekly",
    "/launches/LCH-1",
    "/launches/LCH-8?checks=all",
    "/launches/LCH-8?tab=mechanisms",
    "/launches/LCH-4?tab=links",
    "/launches/LCH-4?tab=history",
    "/launches/LCH-8/edit",
    "/launches/LCH-12/checklist",
    "/launches/LCH-11/waivers",
    "/launches/LCH-8/flow",
    "/launches/LCH-8/capacity/what-if",
    "/launches/LCH-13/decisions",
    "/launches/LCH-13/decide",
    "/launches/LCH-13/hypercare",
    "/launches/LCH-13/as-of",
    "/launches/LCH-15/questions",
    "/decisions",
    "/reviews",
    "/waivers",
    "/attestations",
    "/launches/LCH-1/confirm",
    "/capacity/MEC-16",
    "/mechanisms/MEC-1/threshold",
    "/mechanisms/MEC-1/control",
    "/mechanisms/MEC-1/evidence",
    "/mechanisms/MEC-1/evidence/new",
    "/mechanisms/MEC-1/coverage",
    "/mechanisms/MEC-1/configurations",
    "/mechanisms/MEC-2/people",
    "/mechanisms/MEC-16/staffing",
    "/mechanisms/MEC-1/rates",
    "/mechanisms/sites",
    "/search?q=live",
    "/import",
    "/import/sheet",
    "/nowhere",
]
ADMIN_ALIKE = [
    "/admin/teams",
    "/admin/roles",
    "/admin/jobs",
    "/admin/seal",
    "/admin/taxonomy",
    "/admin/policies",
    "/admin/calendar",
    "/admin/checklist",
    "/admin/gates",
    "/admin/fields",
    "/admin/mail",
    "/admin/tokens",
]
# Each page is opened once; the looks are taken by changing the scheme and the width.
WIDTHS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}
ALL: dict[str, object] = {"resultTypes": ["violations"]}
COLOURS: dict[str, object] = {
    "resultTypes": ["violations"],
    "runOnly": ["cat.color"],
    # Naming a category turns on what it holds beyond WCAG AA.
    "rules": {"color-contrast-enhanced": {"enabled": False}},
}
# What a page is asked, in the page. Contrast takes four fifths of axe's time: text of a kind that
# passed once, on whatever page, is not judged again.
JUDGE = (Path(__file__).parent / "judge.js").read_text()
Look = tuple[Scheme, str, dict[str, object]]
# The schemes differ in colours alone: `light-dark()` can hold nothing else. So dark answers axe's
# rules about colours, and light all rules.
FOUR_LOOKS: list[Look] = [
    ("light", "desktop", ALL),
    ("light", "phone", ALL),
    ("dark", "phone", COLOURS),
    ("dark", "desktop", COLOURS),
]
TWO_LOOKS: list[Look] = [("light", "desktop", ALL), ("dark", "phone", ALL)]


@pytest.fixture
def origin(with_demo: Origin) -> Origin:
    """The demo organisation, judged and ranked; nothing has come in but what it brings."""
    return with_demo


@dataclass
class Judge:
    """Looks at pages, one after the other."""

    page: Page
    passed: list[str] = field(default_factory=list)
    opened: int = 0

    def __post_init__(self) -> None:
        self.page.add_init_script(Axe().axe_script)

    def open(self, path: str, looks: list[Look]) -> list[str]:
        """Open a page and return what is wrong with it in some schemes and widths."""
        refused: list[str] = []

        def note(line: ConsoleMessage) -> None:
            if line.type == "error":
                refused.append(line.text)

        # There and back again: each page begins as the one before ended.
        self.opened += 1
        looks = looks[:: 1 if self.opened % 2 else -1]
        self.wear(*looks[0])
        self.page.on("console", note)
        answer = self.page.goto(path)
        expected = 404 if path == "/nowhere" else 200
        status = answer.status if answer else 0
        found = [] if status == expected else [f"answered {status}"]
        for look in looks:
            found += self.look(*look)
        found += [line for line in refused if expected == 200]
        self.page.remove_listener("console", note)
        return [f"{path}: {fault}" for fault in found]

    def wear(self, scheme: Scheme, width: str, _rules: object) -> None:
        """Give the page a scheme and a width."""
        if self.page.viewport_size != WIDTHS[width]:
            self.page.set_viewport_size(WIDTHS[width])
        self.page.emulate_media(color_scheme=scheme)

    def look(self, scheme: Scheme, width: str, rules: dict[str, object]) -> list[str]:
        """Return what is wrong with the page that is open, in one scheme and width."""
        self.wear(scheme, width, rules)
        answer = self.page.evaluate(JUDGE, [scheme, rules, " ".join(self.passed)])
        self.passed += answer["passed"]
        return [f"{scheme} {width}: {fault}" for fault in answer["faults"]]


# Two halves, so that two processes share the work.
@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1], ids=["even", "odd"])
def test_pages_are_accessible_and_fit(running: Running, open_page: OpenPage, half: int) -> None:
    faults: list[str] = []
    judge = Judge(open_page(None, color_scheme="light"))
    for person, looks, paths in (
        (running.cast.bob, FOUR_LOOKS, PAGES),
        (running.cast.bob, TWO_LOOKS, ALIKE),
        (running.cast.erin, FOUR_LOOKS, ADMIN_PAGES),
        (running.cast.erin, TWO_LOOKS, ADMIN_ALIKE),
    ):
        let_in(judge.page, running, person)
        for path in paths[half::2]:
            faults += judge.open(path, looks)
    assert faults == [], "\n".join(faults)


def test_a_fault_of_colour_is_seen_in_dark_alone(running: Running, open_page: OpenPage) -> None:
    """What the walk above relies on: axe notices a colour that only dark makes unreadable."""
    judge = Judge(open_page(running.cast.bob, color_scheme="light"))
    page = judge.page
    page.goto("/account")
    page.evaluate(
        "document.querySelector('h1').style.color = 'light-dark(#16191d, #16191d)'",
    )
    for light in FOUR_LOOKS[:2]:
        assert judge.look(*light) == []
    for dark in (FOUR_LOOKS[2], TWO_LOOKS[1]):
        assert {fault.split(": ")[1] for fault in judge.look(*dark)} == {"color-contrast"}


def test_one_faint_cell_of_a_long_table_is_seen(running: Running, open_page: OpenPage) -> None:
    """What the walk above relies on: text of a look of its own is judged, wherever it stands."""
    judge = Judge(open_page(running.cast.bob, color_scheme="light"))
    page = judge.page
    page.goto("/requirements")
    assert judge.look(*FOUR_LOOKS[0]) == []
    for place, style in ((7, "color: #bbb"), (9, "background: #666"), (11, "opacity: 0.4")):
        row = f"tbody tr:nth-child({place})"
        page.evaluate(
            "([row, style]) => { document.querySelector(row).style.cssText = style }", [row, style]
        )
        found = judge.look(*FOUR_LOOKS[0])
        assert [fault.split(": ")[1] for fault in found] == ["color-contrast"], style
        page.evaluate("row => { document.querySelector(row).style.cssText = '' }", row)
    assert judge.look(*FOUR_LOOKS[0]) == []
