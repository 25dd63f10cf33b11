"""The command as people start it: real processes, real signals."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Seconds after which something is taken never to come; a machine may be busy with much else.
LONG = 180


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "INSTANCE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT), **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=LONG) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(LONG * 10):
        assert process.poll() is None, "the command ended by itself"
        if fetch(port, "/readyz")[0] == 200:
            return
        time.sleep(0.1)
    raise AssertionError(fetch(port, "/readyz"))


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`roadmap run` on a free port, ready."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "roadmap.cli", "run", "--no-demo"],
        env=environment(tmp_path, PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until_ready(port, process)
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=LONG)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at children in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_starts_both_processes_and_stops_both(
    number: signal.Signals, running: tuple[subprocess.Popen[str], int]
) -> None:
    process, port = running
    children = children_of(process.pid)
    assert len(children) == 2
    assert fetch(port, "/sign-in")[0] == 200
    process.send_signal(number)
    said, _ = process.communicate(timeout=LONG)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert f"http://127.0.0.1:{port}" in said
    assert not any(alive(child) for child in children)
    assert fetch(port, "/healthz")[0] == 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at children in /proc")
def test_children_end_when_the_parent_is_killed(
    running: tuple[subprocess.Popen[str], int],
) -> None:
    process, _port = running
    children = children_of(process.pid)
    process.kill()
    process.wait(LONG)
    for _ in range(LONG * 10):
        if not any(alive(child) for child in children):
            return
        time.sleep(0.1)
    raise AssertionError("a child outlived its parent")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at children in /proc")
def test_when_one_process_ends_the_other_is_stopped_and_the_command_fails(
    running: tuple[subprocess.Popen[str], int],
) -> None:
    process, _port = running
    first, second = children_of(process.pid)
    os.kill(second, signal.SIGKILL)
    process.communicate(timeout=LONG)
    assert process.returncode == 1
    assert not alive(first)


@pytest.mark.slow
def test_a_taken_port_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = subprocess.run(
            [sys.executable, "-m", "roadmap.cli", "run"],
            env=environment(tmp_path, PORT=port),
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr.startswith(f"Port {port} on 127.0.0.1 cannot be used")
    assert len(result.stderr.splitlines()) == 1
