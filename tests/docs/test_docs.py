"""The documentation says what the code does."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from config import Config
from roadmap.cli import main

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def rows(page: str) -> dict[str, str]:
    """Return the first two cells of each row of a page's tables, code marks taken off."""
    found = {}
    for line in (ROOT / "docs" / page).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) >= 2:
            found[cells[0].strip("`")] = cells[1]
    return found


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(rows("settings.md")) == {field.name for field in fields(Config)}


def test_documented_defaults_are_the_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for field in fields(Config):
        monkeypatch.delenv(field.name, raising=False)
    monkeypatch.setenv("INSTANCE_DIR", str(tmp_path))
    config = Config()
    for name, cell in rows("settings.md").items():
        if cell.startswith("`") and name != "INSTANCE_DIR":
            value = getattr(config, name)
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            assert cell == f"`{shown}`", name


def commands(group: click.Group, prefix: str = "roadmap") -> dict[str, click.Command]:
    """Return every command by what one types."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix} {name}")
        else:
            found[f"{prefix} {name}"] = command
    return found


def test_every_command_is_documented_and_no_other() -> None:
    assert set(rows("cli.md")) == set(commands(main))


def test_documented_commands_name_their_options() -> None:
    text = (ROOT / "docs" / "cli.md").read_text()
    for name, command in commands(main).items():
        line = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                long = next(opt for opt in parameter.opts if opt.startswith("--"))
                assert f"`{long}" in line or f"{long}`" in line, f"{name} {long}"


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("text", pages(), ids=lambda text: str(text.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(text: Path) -> None:
    for target in LINK.findall(text.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (text.parent / target).exists(), target
