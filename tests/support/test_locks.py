"""A lock is held by one process at a time, and gone with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from modelkin.support.locks import held

pytest.importorskip("fcntl")
_HOLD = """
import sys, time
from pathlib import Path
from modelkin.support.locks import held
with held(Path(sys.argv[1])) as is_ours:
    print(is_ours, flush=True)
    time.sleep(60)
"""


def test_one_process_holds_it_until_it_ends_even_when_killed(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "wide.lock"
    command = [sys.executable, "-c", _HOLD, str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "True\n"
        with held(lock) as is_ours:
            assert not is_ours
        process.kill()
        process.wait()
    with held(lock) as is_ours:
        assert is_ours


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"), held(tmp_path / "lock"):
        pass
    assert not (tmp_path / "elsewhere").exists()
