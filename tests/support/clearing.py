"""Every way to scan a folder that tries to clear itself of its findings.

`python -m tests.support.clearing` tries each trick of ``clearing_tricks`` on a real file, transformers'
modeling_llama.py with every class renamed, against the shipped corpus. `test_clearing.py` does so with a small one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from modelkin.cli import main

from .clearing_tricks import AS_OF, HEAVY, HIDDEN_IN_GIT, TRICKS, write
from .working_trees import committed

PLACES = ("path", "isolated", "archive", "git", "audit")
# Younger than what is copied: that a copy has no date lowers its findings, which is no trick of the folder.
_ASKED = ("--as-of", AS_OF, "--fail-on", "error", "--fail-on", "skipped")


class Outcome(NamedTuple):
    """What one scan came to: whether the copy was found, whether it was named as skipped, and the exit code."""

    found: bool
    skipped: bool
    code: int

    @property
    def is_silent(self) -> bool:
        """Whether the folder got away with it."""
        return not (self.code == 1 and (self.found or self.skipped))


def outcomes(text: str, work: Path, corpus: Path | None, everywhere: bool = True) -> Iterator[tuple[str, str, Outcome]]:
    """Each trick and each place, and what the scan came to. ``text`` is a copy that owes something.

    Heavy tricks are tried in all places only where ``everywhere`` asks for it.
    """
    tricks = {**TRICKS, **HIDDEN_IN_GIT}
    made = {name: work / "made" / f"{number:02}" for number, name in enumerate(tricks)}
    for name, folder in made.items():
        folder.mkdir(parents=True)
        tricks[name](folder, text, (corpus,) if corpus else None)
        write(folder, "README.md", "# A model\n")
    audited = _audited(work, corpus)
    for name, folder in made.items():
        for place in PLACES:
            if place == "git" and name in HIDDEN_IN_GIT:
                continue
            if name in HEAVY and place not in ("path", "audit") and not everywhere:
                continue
            yield name, place, audited[folder.name] if place == "audit" else _scanned(folder, place, work, corpus)


def _scanned(folder: Path, place: str, work: Path, corpus: Path | None) -> Outcome:
    words = [str(folder)]
    if place == "isolated":
        words = [".", "--isolated"]
    elif place == "archive":
        words = [str(_zipped(folder, work / "all.zip"))]
    elif place == "git":
        words = [f"git+file://{_committed(folder, work / 'git')}"]
    here = folder if place == "isolated" else work
    code, out = _run(here, "scan", *words, *_compared_with(corpus), *_ASKED)
    if code == 2:
        return Outcome(found=False, skipped=False, code=code)
    told = json.loads(out)
    return Outcome(_is_found(told["files"]), any(_is_code(each) for each in told["skipped"]), code)


def _audited(work: Path, corpus: Path | None) -> dict[str, Outcome]:
    """By the name of the folder; a folder that falls into several repositories is one still."""
    words = ("audit", "made", "--jobs", "2", "--journal", "made.jsonl")
    _run(work, *words, *_compared_with(corpus), *_ASKED)
    rows: dict[str, list[Outcome]] = {path.name: [] for path in (work / "made").iterdir()}
    for row in json.loads(_run(work, "report", "made.jsonl")[1])["repositories"]:
        found = row["by_verdict"]["renamed"] + row["by_verdict"]["identical"] + row["by_verdict"]["modified"] > 0
        skipped = any(_is_code(each) for each in row["skipped"]) or row["failed"] is not None
        counts = row["by_level"]["error"] > 0 or skipped
        rows[row["name"].partition("/")[0]].append(Outcome(found, skipped, int(counts)))
    return {
        name: Outcome(any(row.found for row in each), any(row.skipped for row in each), max(row.code for row in each))
        for name, each in rows.items()
        if each
    }


def _compared_with(corpus: Path | None) -> tuple[str, ...]:
    return ("--corpus", str(corpus)) if corpus else ()


def _is_found(files: list[dict[str, object]]) -> bool:
    return any(file["verdict"] in ("identical", "renamed", "modified") for file in files)


def _is_code(skipped: Mapping[str, str]) -> bool:
    return re.search(r"(?i)\.(py|ipynb)$", skipped["path"]) is not None or ".git" in skipped["path"]


def _run(folder: Path, *words: str) -> tuple[int, str]:
    with _standing_in(folder), redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()):
        code = main([*words, "--no-progress", "--format", "json"])
    return code, out.getvalue()


@contextmanager
def _standing_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return target


def _committed(folder: Path, target: Path) -> Path:
    """The folder as a repository; its ignore rules keep nothing out of it."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    return committed(target)


def _llama() -> str:
    """transformers' Llama, as it was in 4.35.0, with every class renamed and its header gone; read, never run."""
    from modelkin.sources import open_source
    from modelkin.sources.checkout import Entry

    with open_source("pypi:transformers==4.35.0!transformers/models/llama/modeling_llama.py") as checkout:
        (entry,) = checkout.entries()
        stored = entry.read() if isinstance(entry, Entry) else b""
    assert isinstance(stored, bytes)
    text = stored.decode()
    return text[text.index("import math") :].replace("Llama", "Lama")


def _show() -> int:
    text = _llama()
    silent = total = 0
    with tempfile.TemporaryDirectory(prefix="modelkin-clearing-") as folder:
        row: dict[str, Outcome] = {}
        for name, place, outcome in outcomes(text, Path(folder), None):
            row[place] = outcome
            total += 1
            silent += outcome.is_silent
            if place == PLACES[-1]:
                told = (f"{place} {_word(each)}" for place, each in row.items())
                print(f"{name:36}", " · ".join(told), flush=True)
                row = {}
    print(f"{total} scans, {silent} in which the folder cleared itself")
    return int(silent > 0)


def _word(outcome: Outcome) -> str:
    if outcome.is_silent:
        return f"SILENT (exit {outcome.code})"
    return "found" if outcome.found else "named skip"


if __name__ == "__main__":
    sys.exit(_show())
