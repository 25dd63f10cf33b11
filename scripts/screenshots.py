"""Picture pages of a running copy in light, dark and phone width, and print what axe finds on them.

    make screenshots ARGS="http://127.0.0.1:8000 --email EMAIL --password PASSWORD / /launches"

Ends with 1 when a page answers an error, writes to the console, scrolls sideways or breaks an
accessibility rule.
"""

import argparse
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

# name, width, height, colour scheme
VIEWS = [
    ("light", 1280, 800, "light"),
    ("dark", 1280, 800, "dark"),
    ("phone", 390, 844, "light"),
    ("phone-dark", 390, 844, "dark"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", help="address of the running copy, such as http://127.0.0.1:8000")
    parser.add_argument("paths", nargs="*", default=["/"], help="pages to picture")
    parser.add_argument("--email", help="sign in as this person first")
    parser.add_argument("--password", default=os.environ.get("ROADMAP_PASSWORD"))
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument(
        "--no-javascript", action="store_true", help="picture what a browser without scripts shows"
    )
    return parser.parse_intermixed_args()


def chromium() -> str:
    """Return the path of a Chromium, from CHROMIUM or the PATH."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if not found:
        sys.exit("No Chromium found: run `make browser` or set CHROMIUM to its path.")
    return found


def sign_in(page: Page, base: str, email: str, password: str) -> None:
    """Sign in through the form, as a person would."""
    page.goto(base + "/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("main form button[type=submit]")
    page.wait_for_load_state()
    if "/sign-in" in page.url:
        sys.exit(f"Could not sign in as {email}: check the e-mail address and the password.")


def problems_of(page: Page, scripts: bool) -> list[str]:
    """Return what is wrong with the page as it stands: sideways scrolling and axe's findings."""
    found = []
    if scripts:
        width, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if width > room:
            found.append(f"scrolls sideways: {width} px in {room} px")
        for violation in Axe().run(page, options=RULES).response["violations"]:
            places = [describe(node) for node in violation["nodes"][:3]]
            found.append(
                f"{violation['id']}: {violation['help']} ({len(violation['nodes'])}x)\n"
                + "\n".join(places)
            )
    return found


def describe(node: dict[str, Any]) -> str:
    """Return where a violation is and its first explanation."""
    reasons = [reason["message"] for reason in node["any"] + node["all"] + node["none"]]
    return f"        {' '.join(node['target'])}: {reasons[0] if reasons else ''}"


def picture(browser: Browser, options: argparse.Namespace, view: tuple[str, int, int, Any]) -> int:
    """Picture every page in one view; return the number of problems."""
    name, width, height, scheme = view
    scripts = not options.no_javascript
    size: Any = {"width": width, "height": height}
    context = browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=scripts)
    page = context.new_page()
    said: list[str] = []
    page.on(
        "console",
        lambda message: said.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    if options.email:
        sign_in(page, options.base, options.email, options.password or "")
    count = 0
    for path in options.paths:
        said.clear()
        answer = page.goto(options.base + path)
        page.wait_for_load_state("networkidle")
        if scripts:
            page.evaluate(
                "scrollTo(0, 0)"
            )  # a page may have put the focus, and so the view, on its errors
        slug = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
        page.screenshot(path=options.out / f"{slug}-{name}.png", full_page=True)
        found = problems_of(page, scripts)
        if answer is None or not answer.ok:
            found.insert(0, f"answered {answer.status if answer else 'nothing'}")
        found.extend(f"console: {text}" for text in said)
        print(f"{'ok ' if not found else 'BAD'} {name:10} {path}")
        for problem in found:
            print(f"    {problem}")
        count += len(found)
    context.close()
    return count


def main() -> None:
    """Picture all pages in all views."""
    options = arguments()
    options.base = options.base.rstrip("/")
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        count = sum(picture(browser, options, view) for view in VIEWS)
        browser.close()
    print(f"{count} problems; pictures are in {options.out}/")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
