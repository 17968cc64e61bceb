"""Tricks by which a folder may try to clear itself of its findings. Add one here when somebody finds one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from modelkin.api import scan
from modelkin.attribution.known_findings import write_baseline
from modelkin.scan_steps import ScanOptions

from .small_corpora import Upstream, corpus_of

# Where the copy stands, if not elsewhere by a trick.
COPY = "model.py"
# How old the user says that it is.
AS_OF = "2024-02-03"
_RULES = (
    "holder-removed holder-replaced relicensed licence-text-missing licence-header-removed changes-not-stated "
    "source-unnamed combination-not-allowed notice-file-missing"
).split()
_MEGABYTE = 1024**2
CODECS = "raw_unicode_escape latin-1 utf-7 unicode_escape hz punycode rot13 no-codec".split()

Corpora = tuple[Path, ...] | None
Trick = Callable[[Path, str, Corpora], None]


def _at(path: str, *others: tuple[str, str]) -> Trick:
    """The copy stands at ``path``, beside other files."""

    def trick(folder: Path, text: str, _corpora: Corpora) -> None:
        write(folder, path, text)
        for other, content in others:
            write(folder, other, content)

    return trick


def _settings(text: str, name: str = "modelkin.toml") -> Trick:
    return _at(COPY, (name, text))


def _declared(codec: str) -> Trick:
    return _text(lambda text: f"# coding: {codec}\n{text}")


def _text(change: Callable[[str], str]) -> Trick:
    return lambda folder, text, _corpora: write(folder, COPY, change(text))


def _bytes(change: Callable[[str], bytes]) -> Trick:
    return lambda folder, text, _corpora: _store(folder, COPY, change(text))


def _own_corpus(folder: Path, text: str, _corpora: Corpora) -> None:
    """The folder says that it is the upstream, and older than all others."""
    write(folder, COPY, text)
    (folder / ".modelkin").mkdir()
    own = Upstream("mine", "1.0", {COPY: text}, "1999-01-01", "MIT")
    corpus_of(own).save(folder / ".modelkin" / "corpus.safetensors")
    write(folder, "modelkin.toml", 'corpus = [".modelkin/corpus.safetensors"]\n')


def _baseline(folder: Path, text: str, corpora: Corpora) -> None:
    write(folder, COPY, text)
    known = scan(str(folder), ScanOptions(corpora=corpora, as_of=AS_OF))
    write_baseline(folder / ".modelkin-baseline.json", known.findings)
    write(folder, "modelkin.toml", 'baseline = ".modelkin-baseline.json"\n')


def _notebook(folder: Path, text: str, _corpora: Corpora) -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "source": text,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    broken = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})[:-40]
    write(folder, "model.ipynb", broken)


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


def write(folder: Path, path: str, text: str) -> None:
    _store(folder, path, text.encode())


def _store(folder: Path, path: str, content: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
