"""A folder that tries to clear itself of its findings, by every trick that is known, and every way to scan it.

`python -m tests.support.clearing` shows it on a real file, transformers' modeling_llama.py with every class renamed,
against the shipped corpus. `test_clearing.py` does the same with a small one. Add a trick here when somebody finds one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from modelkin.api import scan
from modelkin.attribution.known_findings import write_baseline
from modelkin.cli import main
from modelkin.pipeline import ScanOptions

from .working_trees import committed

PLACES = ("path", "isolated", "archive", "git", "audit")
COPY = "model.py"
_RULES = (
    "holder-removed holder-replaced relicensed licence-text-missing licence-header-removed changes-not-stated "
    "source-unnamed combination-not-allowed notice-file-missing"
).split()
_MEGABYTE = 1024**2
CODECS = "raw_unicode_escape latin-1 utf-7 unicode_escape hz punycode rot13 no-codec".split()

Trick = Callable[[Path, str], None]


class Outcome(NamedTuple):
    """What one scan came to: whether the copy was found, whether it was named as skipped, and the exit code."""

    found: bool
    skipped: bool
    code: int

    @property
    def is_silent(self) -> bool:
        """Whether the folder got away with it."""
        return not (self.code == 1 and (self.found or self.skipped))


def _at(path: str, *others: tuple[str, str]) -> Trick:
    """The copy stands at ``path``, beside other files."""

    def trick(folder: Path, text: str) -> None:
        _write(folder, path, text)
        for other, content in others:
            _write(folder, other, content)

    return trick


def _settings(text: str, name: str = "modelkin.toml") -> Trick:
    return _at(COPY, (name, text))


def _declared(codec: str) -> Trick:
    return _text(lambda text: f"# coding: {codec}\n{text}")


def _text(change: Callable[[str], str]) -> Trick:
    return lambda folder, text: _write(folder, COPY, change(text))


def _bytes(change: Callable[[str], bytes]) -> Trick:
    return lambda folder, text: _store(folder, COPY, change(text))


def _own_corpus(folder: Path, text: str) -> None:
    """The folder says that it is the upstream, and older than all others."""
    from .small_corpora import Upstream, corpus_of

    _write(folder, COPY, text)
    (folder / ".modelkin").mkdir()
    own = Upstream("mine", "1.0", {COPY: text}, "1999-01-01", "MIT")
    corpus_of(own).save(folder / ".modelkin" / "corpus.safetensors")
    _write(folder, "modelkin.toml", 'corpus = [".modelkin/corpus.safetensors"]\n')


def _baseline(folder: Path, text: str) -> None:
    _write(folder, COPY, text)
    known = scan(str(folder), ScanOptions(corpora=_corpora()))
    write_baseline(folder / ".modelkin-baseline.json", known.findings)
    _write(folder, "modelkin.toml", 'baseline = ".modelkin-baseline.json"\n')


def _notebook(folder: Path, text: str) -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "source": text,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    broken = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})[:-40]
    _write(folder, "model.ipynb", broken)


def _waived(text: str) -> str:
    return f"# modelkin: ignore[{', '.join(_RULES)}] agreed with nobody\n{text}"


def _table(rule: str) -> str:
    return f'[[waivers]]\npath = "*"\nrule = "{rule}"\nreason = "agreed"\n'


TRICKS: Mapping[str, Trick] = {
    "nothing": _at(COPY),
    "a corpus of its own": _own_corpus,
    "a baseline of its own": _baseline,
    "exclude": _settings('exclude = ["*"]\n'),
    "exclude, in pyproject.toml": _settings('[tool.modelkin]\nexclude = ["*"]\n', "pyproject.toml"),
    "include": _settings('include = ["nothing"]\n'),
    "exclude-upstream": _settings('exclude-upstream = ["*"]\n'),
    "fail-on": _settings('fail-on = "never"\n'),
    "min-similarity": _settings("min-similarity = 1.0\n"),
    "against": _settings('against = ["."]\n'),
    "waivers in settings": _settings("".join(map(_table, _RULES))),
    "waivers in comments": _text(_waived),
    "a broken waiver": _text(lambda text: f"# modelkin: ignore[no-such-rule]\n{text}"),
    "broken settings": _settings("exclude = [\n"),
    "settings in both files": _at(COPY, ("modelkin.toml", "exclude = []\n"), ("pyproject.toml", "[tool.modelkin]\n")),
    "an ignore file": _at(COPY, (".gitignore", "*\n")),
    "an ignore file that hangs": _at(COPY, (".gitignore", "*a" * 40 + "b\n" + "*?" * 40 + "\n")),
    "an ignore file of 8 MB": _at(COPY, (".gitignore", "*.py\n" * (8 * _MEGABYTE // 5))),
    "an environment": _at(COPY, ("pyvenv.cfg", "home = /usr/bin\n")),
    "an environment inside": _at(f"env/lib/{COPY}", ("env/pyvenv.cfg", "home = /usr/bin\n")),
    "a conda environment": _at(COPY, ("conda-meta/history", "")),
    **{f"a folder {name}": _at(f"{name}/{COPY}") for name in ("node_modules", ".venv", "build", "dist", "__pycache__")},
    **{f"a folder {name}": _at(f"{name}/{COPY}") for name in (".tox", ".nox", ".eggs", ".hg", ".svn", "a.egg-info")},
    **{f"a folder {name}": _at(f"{name}/{COPY}") for name in (".ipynb_checkpoints", "site-packages", ".mypy_cache")},
    "a folder of a Hub cache": _at(f"models--a--b/{COPY}", ("models--a--b/snapshots/x/other.py", "x = 1\n")),
    "CR line ends": _bytes(lambda text: text.replace("\n", "\r").encode()),
    "CR after a comment": _bytes(lambda text: b"# a comment\r" + text.encode()),
    "mixed line ends": _bytes(lambda text: text.replace("\n", "\r\n", 40).replace("\n\n", "\r\r").encode()),
    **{f"coding: {codec}": _declared(codec) for codec in CODECS},
    "coding: utf-16": _bytes(lambda text: text.encode("utf-16")),
    "coding: cp037": _bytes(lambda text: b"# coding: cp037\n" + text.encode("cp037")),
    "a byte order mark": _bytes(lambda text: b"\xef\xbb\xbf" + text.encode()),
    "bytes that are no text": _bytes(lambda text: b"# \xff\xfe\xfa\n" + text.encode()),
    "a NUL at the end": _bytes(lambda text: text.encode() + b"\0"),
    "6 MB of comments before": _text(lambda text: "# padding\n" * (6 * _MEGABYTE // 10 + 1) + text),
    "6 MB of comments after": _text(lambda text: text + "\n" + "# padding\n" * (6 * _MEGABYTE // 10 + 1)),
    "64 MB of comments": _text(lambda text: text + "\n" + "# padding\n" * (64 * _MEGABYTE // 10 + 1)),
    "a trap of backslashes": _text(lambda text: text + "\nx = 1" + "\\\n" * 60_000 + "\n"),
    "a trap of backslashes before": _text(lambda text: "x = 1" + "\\\n" * 60_000 + "\n" + text),
    "a trap of ;~": _text(lambda text: text + "\n" + ";~" * 40_000),
    "a trap of brackets": _text(lambda text: text + "\nx = " + "[" * 200_000),
    "a trap of braces closed": _text(lambda text: text + "\nx = " + "{" * 90 + "}" * 90),
    "a broken notebook": _notebook,
    "capital letters": _at("MODEL.PY"),
    "a name with a space and a line end": _at("a folder/mod\nel.py"),
    "a deep folder": _at("/".join(["d"] * 60) + f"/{COPY}"),
}
# What takes seconds of processor time is scanned by its path and in the audit alone where time counts.
HEAVY = frozenset({"6 MB of comments before", "6 MB of comments after", "64 MB of comments", "a trap of ;~"})
# git keeps no folder called .git, and no archive is unpacked.
HIDDEN_IN_GIT = {"a folder .git": _at(f".git/{COPY}")}


def outcomes(text: str, work: Path, corpus: Path | None, everywhere: bool = True) -> Iterator[tuple[str, str, Outcome]]:
    """Each trick and each place, and what the scan came to. ``text`` is a copy that owes something.

    Heavy tricks are tried in all places only where ``everywhere`` asks for it.
    """
    global _corpus
    _corpus = corpus
    tricks = {**TRICKS, **HIDDEN_IN_GIT}
    made = {name: work / "made" / f"{number:02}" for number, name in enumerate(tricks)}
    for name, folder in made.items():
        folder.mkdir(parents=True)
        tricks[name](folder, text)
        if not any((folder / legal).exists() for legal in ("README.md",)):
            _write(folder, "README.md", "# A model\n")
    audited = _audited(work)
    for name, folder in made.items():
        for place in PLACES:
            if place == "git" and name in HIDDEN_IN_GIT:
                continue
            if name in HEAVY and place not in ("path", "audit") and not everywhere:
                continue
            yield name, place, audited[folder.name] if place == "audit" else _scanned(folder, place, work)


_corpus: Path | None = None


def _corpora() -> tuple[Path, ...] | None:
    return (_corpus,) if _corpus else None


def _scanned(folder: Path, place: str, work: Path) -> Outcome:
    words = [str(folder)]
    if place == "isolated":
        words = [".", "--isolated"]
    elif place == "archive":
        words = [str(_zipped(folder, work / "all.zip"))]
    elif place == "git":
        words = [f"git+file://{_committed(folder, work / 'git')}"]
    code, out = _run(
        folder if place == "isolated" else work, "scan", *words, "--fail-on", "error", "--fail-on", "skipped"
    )
    if code == 2:
        return Outcome(found=False, skipped=False, code=code)
    told = json.loads(out)
    return Outcome(_is_found(told["files"]), any(_is_code(each) for each in told["skipped"]), code)


def _audited(work: Path) -> dict[str, Outcome]:
    """By the name of the folder; a folder that falls into several repositories is one still."""
    thresholds = ("--fail-on", "error", "--fail-on", "skipped")
    _run(work, "audit", "made", "--jobs", "2", "--journal", "made.jsonl", *thresholds)
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


def _is_found(files: list[dict[str, object]]) -> bool:
    return any(file["verdict"] in ("identical", "renamed", "modified") for file in files)


def _is_code(skipped: Mapping[str, str]) -> bool:
    return re.search(r"(?i)\.(py|ipynb)$", skipped["path"]) is not None or ".git" in skipped["path"]


def _run(folder: Path, *words: str) -> tuple[int, str]:
    given = ["--corpus", str(_corpus)] if _corpus and words[0] != "report" else []
    with _standing_in(folder), redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()):
        code = main([*words, *given, "--no-progress", "--format", "json"])
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


def _write(folder: Path, path: str, text: str) -> None:
    _store(folder, path, text.encode())


def _store(folder: Path, path: str, content: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


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
