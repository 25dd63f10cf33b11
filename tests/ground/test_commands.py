"""What commands of the shell say and refuse, each refusal in one sentence."""

import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from roadmap.cli import main


def command(tmp_path: Path, *words: str, given: str = "", **more: str) -> Result:
    """Run a command to its end on an instance of its own."""
    given_env = {"INSTANCE_DIR": str(tmp_path), "DATABASE_URL": None, **more}
    return CliRunner(env=given_env).invoke(main, words, input=given)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def one_sentence(result: Any, *words: str) -> None:
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("words", [["run"], ["jobs"], ["init"], ["verify"]])
def test_an_unreachable_database_is_one_sentence_without_its_password(
    words: list[str], tmp_path: Path
) -> None:
    url = f"postgresql://somebody:hunter2@127.0.0.1:{free_port()}/x"
    result = command(tmp_path, *words, DATABASE_URL=url, PORT=str(free_port()))
    one_sentence(result, "cannot be reached", "DATABASE_URL")
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("PORT", "eighty", "whole number"),
        ("PORT", "0", "from 1 to 65535"),
        ("SECURE_COOKIES", "perhaps", "true or false"),
        ("LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("LOG_FORMAT", "xml", "json or plain"),
        ("TIME_ZONE", "Mars/Base", "Europe/Dublin"),
        ("DATABASE_URL", "nonsense", "sqlite:///"),
        ("DATABASE_URL", "mysql://x/y", "postgresql://"),
        ("DATABASE_URL", "sqlite:////proc/none/x.db", "cannot be reached"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence(
    name: str, value: str, word: str, tmp_path: Path
) -> None:
    result = command(tmp_path, "jobs", **{name: value})
    one_sentence(result, word)
    if name != "DATABASE_URL":
        assert name in result.stderr


def test_commands_say_when_the_schema_is_missing(tmp_path: Path) -> None:
    one_sentence(command(tmp_path, "jobs"), "roadmap init")


def test_an_admin_is_made_from_the_shell(tmp_path: Path) -> None:
    words = ["admin", "create", "--email", "Ana@example.org", "--name", "Ana"]
    assert command(tmp_path, "init").exit_code == 0
    assert command(tmp_path, "init").exit_code == 0
    invited = command(tmp_path, *words, BASE_URL="https://roadmap.example.org/")
    assert invited.exit_code == 0
    assert "https://roadmap.example.org/set-password?token=" in invited.stdout
    one_sentence(command(tmp_path, *words), "has this address already")
    words[3] = "ben@example.org"
    short = command(tmp_path, *words, "--password-stdin", given="short\n")
    one_sentence(short, "at least 12")
    made = command(tmp_path, *words, "--password-stdin", given="violet anchor tide 9\n")
    assert "ben@example.org" in made.stdout
    assert "violet" not in made.stdout + made.stderr
    one_sentence(command(tmp_path, "admin", "link", "nobody@example.org"), "Nobody has")
    link = command(tmp_path, "admin", "link", "BEN@example.org")
    assert "/set-password?token=" in link.stdout
    assert command(tmp_path, "verify").exit_code == 0


def test_kept_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    command(tmp_path, "init")
    for name in ("secret_key.txt", "history_key.txt"):
        path = tmp_path / name
        assert path.stat().st_mode & 0o077 == 0
        assert len(path.read_text()) == 64
