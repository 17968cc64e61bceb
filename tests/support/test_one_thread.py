"""A scan starts no threads for matrices, unless the user has asked for some."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelkin.support.one_thread import ONE_THREAD

SCAN = """
import os, sys
from modelkin.cli import main
main(["scan", "--isolated", "--no-cache", "--quiet", sys.argv[1]])
assert "numpy" in sys.modules
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir() or (os.cpu_count() or 1) < 2, reason="no threads to count")
@pytest.mark.parametrize(("asked", "threads"), [({}, 1), (dict.fromkeys(ONE_THREAD, "2"), 2)])
def test_a_scan_starts_as_many_threads_for_matrices_as_were_asked_for(
    tmp_path: Path, asked: dict[str, str], threads: int
) -> None:
    file = tmp_path / "model.py"
    file.write_text("def add(first, second):\n    return first + second\n", encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if name not in ONE_THREAD} | asked
    done = subprocess.run(
        [sys.executable, "-c", SCAN, str(file)], env=variables, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert int(done.stdout.split()[-1]) == threads
