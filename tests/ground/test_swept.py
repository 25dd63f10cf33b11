"""What a killed test run leaves behind is swept by the next one."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import _sweep


def test_only_folders_whose_owner_is_gone_are_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone = tmp_path / f"roadmap-postgres-{ended.pid}-abc"
    used = tmp_path / f"roadmap-postgres-{os.getpid()}-abc"
    other = tmp_path / "roadmap-postgres-abc"
    for folder in (gone, used, other):
        folder.mkdir()
    # A number that is somebody else's by now: this very process must live on.
    (gone / "postmaster.pid").write_text(f"{os.getpid()}\n{gone}\n")
    _sweep(tmp_path)
    assert [folder.exists() for folder in (gone, used, other)] == [False, True, True]
