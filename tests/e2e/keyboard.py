"""Hands on a keyboard alone: no click, no value set by the test, and the cursor always seen."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error, Locator, Page, expect

# What has the focus: whether it is the one wanted, whether its ring is drawn, whether it is seen.
_FOCUS = """(wanted) => {
  const e = document.activeElement;
  const ringed = (one) => {
    const style = one && getComputedStyle(one);
    return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  };
  const box = (e.closest("label") ?? e).getBoundingClientRect();
  const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
    && box.right > 0 && box.left < innerWidth;
  const name = e.getAttribute("aria-label") ?? e.id ?? "";
  return {
    body: e === document.body || e === null,
    found: e === wanted,
    ring: [e, e.closest("label"), e.closest("form.find")].some(ringed),
    seen,
    text: `${e.tagName} ${name} ${e.textContent.trim().slice(0, 40)} at ${Math.round(box.left)},`
      + `${Math.round(box.top)} of ${innerWidth}×${innerHeight}, scrolled ${scrollY}`,
  };
}"""


@dataclass
class Hands:
    """A person who uses the keyboard alone."""

    page: Page

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        self.page.wait_for_load_state()
        for key in keys:
            self.page.keyboard.press(key)

    def _drawn(self) -> None:
        """Wait until the page is drawn: nobody presses keys on a page not yet seen.

        Seldom, on a busy machine, a page was found scrolled away from what had the cursor. Why is
        not known: a part that the address names may be scrolled to after the load.
        """
        self.page.wait_for_load_state()
        frames = "new Promise(seen => requestAnimationFrame(() => requestAnimationFrame(seen)))"
        # An answer may be on its way: then the page that comes is waited for by who looks next.
        with suppress(Error):
            self.page.evaluate(frames)

    def _settled(self, found: Any, wanted: Any) -> Any:
        """Look again while the browser may still be scrolling to what has the cursor."""
        for _ in range(30):
            if found["seen"]:
                break
            self.page.wait_for_timeout(100)
            found = self.page.evaluate(_FOCUS, wanted)
        return found

    def type(self, text: str) -> None:
        """Type over what the field with the cursor holds."""
        self.press("Control+A")
        self.page.keyboard.type(text)

    def to(self, target: Locator, back: bool = False) -> None:
        """Tab to a target; every stop has a ring, and the target is on the screen."""
        expect(target).to_have_count(1)
        self._drawn()
        wanted = target.element_handle()
        passed: list[str] = []
        while len(passed) < 250:
            found = self.page.evaluate(_FOCUS, wanted)
            if found["found"]:
                found = self._settled(found, wanted)
                assert found["ring"], f"no ring: {found['text']}"
                assert found["seen"], f"not on the screen: {found['text']}"
                return
            if passed and not found["body"]:
                assert found["ring"], f"no ring: {found['text']}"
            passed.append(found["text"])
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"never reached {target}: {passed[-8:]}")

    def use(self, target: Locator, back: bool = False) -> None:
        """Tab to a link or button and press it."""
        self.to(target, back)
        self.press("Enter")

    def write(self, target: Locator, text: str, back: bool = False) -> None:
        """Tab to a field and type."""
        self.to(target, back)
        self.type(text)

    def send(self) -> None:
        """Send the form; the answer says something, and the cursor stands there."""
        self.press("Control+Enter")

    def hears(self, text: str) -> None:
        """The page answers with a message, and the cursor is not lost."""
        expect(self.page.locator("#messages")).to_contain_text(text)
        self.stands()

    def stands(self) -> None:
        """The cursor is on something."""
        # Asked again and again from here: a function the page polls itself is eval to its policy.
        for _ in range(50):
            self.page.wait_for_load_state()
            # An answer may be on its way: then there is nothing to ask yet.
            with suppress(Error):
                if self.page.evaluate("document.activeElement !== document.body"):
                    return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the cursor is lost on {self.page.url}")

    def go(self, name: str, heading: str | None = None) -> None:
        """Open a page by the navigation."""
        self.use(self.page.locator(".nav1").get_by_role("link", name=name, exact=True))
        expect(self.page.locator("h1")).to_contain_text(re.compile(heading or name))
