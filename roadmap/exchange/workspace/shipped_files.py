"""The workspace files that come with the program: the demo organisation and the stories."""

from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
DEMO = DATA / "demo.json"
# Kept beside it: the sheet from which that organisation came.
SHEET = DATA / "demo_roadmap.csv"


def story_path(number: int) -> Path:
    """Return the file of one acceptance story."""
    return DATA / "stories" / f"story-{number:02d}.json"
