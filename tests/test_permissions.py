"""Files and folders that the user may not read or write: each is a named skip or one clear line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from .support.command_runs import NOT_FINDINGS, Done
from .support.small_corpora import ATTENTION

# Root reads everything, so root becomes nobody once all modules are loaded: nobody may not be allowed to read those,
# nor what is installed.
AS_NOBODY = """
import os, sys, platformdirs
from importlib import metadata
known = metadata.version("modelkin")
metadata.version = lambda _name: known
from modelkin.cli import main
from modelkin.corpus import library
main(["scan", sys.argv[1], "--corpus", sys.argv[2], "--format", "json", "--output", os.devnull])
if os.geteuid() == 0:
    os.seteuid(65534)
sys.exit(main(sys.argv[3:]))
"""


@pytest.fixture
def shared(corpus: Path) -> Iterator[Path]:
    """A folder that others may enter, with a file and a folder that they may not, beside a corpus."""
    with TemporaryDirectory() as folder:
        root = Path(folder, "root")
        root.mkdir()
        for name in ("secret.py", "fine.py"):
            (root / name).write_text(ATTENTION)
        (root / "locked").mkdir()
        (root / "secret.py").chmod(0)
        Path(folder, "tiny.safetensors").write_bytes(corpus.read_bytes())
        for path, mode in ((Path(folder), 0o755), (root, 0o755), (root / "locked", 0)):
            path.chmod(mode)
        yield root
        (root / "locked").chmod(0o700)


def as_nobody(shared: Path, *arguments: str | Path, **settings: Any) -> Done:
    """The command line, by a user who has no rights."""
    loaded = (shared / "fine.py", shared.parent / "tiny.safetensors")
    words = [sys.executable, "-c", AS_NOBODY, *map(str, (*loaded, *arguments))]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, **settings)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_what_may_not_be_read_is_a_named_skip(shared: Path) -> None:
    done = as_nobody(
        shared, "scan", shared, "--corpus", shared.parent / "tiny.safetensors", "--format", "json", *NOT_FINDINGS
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    reason = "cannot be read: Permission denied"
    assert found["skipped"] == [{"path": "locked", "reason": reason}, {"path": "secret.py", "reason": reason}]
    assert [file["verdict"] for file in found["files"]] == ["identical"]


def test_a_corpus_that_may_not_be_read_or_written_is_an_error(shared: Path) -> None:
    corpus, secret, locked = (
        shared.parent / "tiny.safetensors",
        shared / "secret",
        shared / "locked" / "corpus.safetensors",
    )
    secret.write_bytes(corpus.read_bytes())
    secret.chmod(0)
    add = ("corpus", "add", shared / "fine.py", "--name", "own", "--licence", "MIT", "--corpus", corpus)
    for arguments, message in (
        (("scan", shared / "fine.py", "--corpus", secret), f"{secret}: cannot be read as a corpus: Permission denied"),
        (("corpus", "list", "--corpus", locked), f"{locked}: cannot be read as a corpus: Permission denied"),
        (("corpus", "remove", "own"), f"{locked}: cannot be read as a corpus: Permission denied"),
        (add, f"{corpus}: cannot be written: Permission denied"),
    ):
        home = {**os.environ, "MODELKIN_DATA_DIR": str(locked.parent)}
        done = as_nobody(shared, *arguments, env=home)
        assert (done.returncode, done.stderr) == (2, f"modelkin: error: {message}\n")
