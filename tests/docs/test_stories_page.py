"""The table of stories names tests, files and launches that are there."""

import json
import re
from pathlib import Path

from roadmap.exchange.workspace.shipped_files import DATA, DEMO

ROOT = Path(__file__).parents[2]


def test_what_the_table_of_stories_names_is_there() -> None:
    page = (ROOT / "docs" / "stories.md").read_text()
    folders = (ROOT / "tests" / "readiness", ROOT / "tests" / "rules")
    tests = "".join(file.read_text() for folder in folders for file in folder.glob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) >= 19
    assert [one for one in sorted(named) if f"def {one}(" not in tests] == []
    files = set(re.findall(r"`(story-\d\d\.json)`", page))
    assert files == {file.name for file in (DATA / "stories").glob("*.json")}
    launches = {one["key"] for one in json.loads(DEMO.read_bytes())["launches"]}
    assert set(re.findall(r"LCH-\d+", page)) <= launches
    rows = [line.split("|") for line in page.splitlines() if "`story-" in line]
    assert [row[1] for row in rows if "LCH-" not in row[5]] == []
