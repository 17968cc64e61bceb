"""Whatever it is given, the command line answers with a clear line or a named skip, and never with a traceback."""

from __future__ import annotations

import io
import json
import os
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelkin.corpus.model import FORMAT

from .support.command_runs import NOT_FINDINGS, elsewhere, refused, run
from .support.index_server import serving
from .support.small_corpora import ATTENTION, SCHEDULE


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A file that stands in the corpus."""
    (tmp_path / "copy.py").write_text(ATTENTION)
    return tmp_path / "copy.py"


NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": SCHEDULE}], "metadata": {}, "nbformat": 4})
TEXTS: dict[str, bytes] = {
    "utf16.py": ATTENTION.encode("utf-16"),
    "bom.py": b"\xef\xbb\xbf" + ATTENTION.encode(),
    "cookie.py": f"# -*- coding: latin-1 -*-\nname = 'caf\u00e9'\n{ATTENTION}".encode("latin-1"),
    "notebook.ipynb": NOTEBOOK.encode(),
    "utf8.py": b"name = '\xff\xfe'\n" + ATTENTION.encode(),
    "syntax.py": b"def broken(:\n    return\n\n\n" + ATTENTION.encode(),
    "python2.py": b"print 'hello'\nexec code in scope\nraise E, 'x'\n" + ATTENTION.encode(),
    "brackets.py": b"x = " + b"(" * 100_000 + b")" * 100_000 + b"\n" + ATTENTION.encode(),
    "open.py": ATTENTION.encode() + b"x = " + b"[" * 100_000,
    "line.py": b"x = '" + b"a" * 5 * 1024**2 + b"'\n" + ATTENTION.encode(),
    "\x1b]0;title\x07\x1b[2J.py": ATTENTION.encode(),
    "caf\udce9.py": ATTENTION.encode(),
    "new\nline.py": ATTENTION.encode(),
}
HOSTILE: dict[str, bytes] = {
    "names.py": b"x" * 1_000_000 + b" = 1\n",
    "numbers.py": b"x = 1e999999999, 0x" + b"f" * 100_000 + b", " + b"9" * 100_000 + b", 0b2, 1__0\n",
    "attributes.py": b"x = a" + b".b" * 50_000 + b"\n",
    "signs.py": b"x = " + b"-" * 50_000 + b"1\n",
    "blocks.py": b"".join(b" " * depth + b"if x:\n" for depth in range(1_000)) + b" " * 1_000 + b"pass\n",
    "functions.py": b"".join(b"def f%d(x):\n    return x + %d\n" % (n, n) for n in range(5_000)),
    "control.py": bytes(range(1, 32)) * 100,
    "random.py": bytes(range(1, 256)) * 400,
    "empty.py": b"",
}
SKIPPED = {
    "large.py": "50.0 MB is over the limit of ",
    "nul.py": "NUL byte",
    "codec.py": "no-such-codec",
    "broken.ipynb": "broken notebook: ",
    "deep.ipynb": "broken notebook: nested too deeply",
    "loop.py": "symbolic link loop",
    "dangling.py": "broken symbolic link",
    "out.py": "symbolic link out of the scanned folder",
    "pipe.py": "not a regular file",
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one file of each kind."""
    root = tmp_path_factory.mktemp("everything")
    outside = tmp_path_factory.mktemp("outside") / "secret.py"
    outside.write_text("secret = 1\n")
    for name, content in {**TEXTS, **HOSTILE}.items():
        (root / name).write_bytes(content)
    with (root / "large.py").open("wb") as file:
        file.truncate(50 * 1024**2)
    (root / "nul.py").write_bytes(b"x = 1\0\n")
    (root / "codec.py").write_text("# coding: no-such-codec\n")
    (root / "broken.ipynb").write_text('{"cells": [')
    (root / "deep.ipynb").write_text("[" * 1_000_000)
    (root / "loop.py").symlink_to("loop.py")
    (root / "dangling.py").symlink_to("gone.py")
    (root / "out.py").symlink_to(outside)
    (root / "round").symlink_to(".")
    os.mkfifo(root / "pipe.py")
    return root


@pytest.fixture(scope="module")
def report(everything: Path, corpus: Path) -> dict[str, Any]:
    """What one scan says of them all."""
    done = run("scan", everything, "--corpus", corpus, "--format", "json", *NOT_FINDINGS)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def is_placed(file: dict[str, Any]) -> bool:
    """Whether the file is told as a copy of the project that it is from."""
    project = "beacon" if file["path"].endswith(".ipynb") else "lantern"
    return file["verdict"] in ("identical", "modified") and file["upstreams"][0]["project"] == project


def test_files_that_are_hard_to_read_are_placed_all_the_same(report: dict[str, Any]) -> None:
    names = {name.encode("utf-8", "backslashreplace").decode() for name in TEXTS}
    assert {file["path"] for file in report["files"] if file["path"] in names and is_placed(file)} == names


def test_hostile_files_are_in_the_report(report: dict[str, Any]) -> None:
    assert HOSTILE.keys() <= {file["path"] for file in report["files"]}


def test_a_file_that_cannot_be_read_is_a_named_skip(report: dict[str, Any]) -> None:
    reasons = {skipped["path"]: skipped["reason"] for skipped in report["skipped"]}
    assert not [name for name, reason in SKIPPED.items() if reason not in reasons[name] or "\n" in reasons[name]]


def test_nothing_is_lost_and_nothing_is_read_twice(report: dict[str, Any]) -> None:
    assert len(report["files"]) == len(TEXTS) + len(HOSTILE)
    assert len(report["skipped"]) == len(SKIPPED)
    assert "secret" not in json.dumps(report)


def test_the_text_report_names_every_skip_and_moves_no_cursor(everything: Path, corpus: Path) -> None:
    done = run("scan", everything, "--corpus", corpus, "-v", *NOT_FINDINGS)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in SKIPPED)
    assert not {"\x1b", "\x07"} & set(done.stdout)
    assert "\\x1b]0;title\\x07\\x1b[2J.py: identical code\n" in done.stdout


def test_comparing_files_that_are_hard_to_read_is_an_answer_too(everything: Path, tmp_path: Path) -> None:
    for name in ("utf16.py", "syntax.py", "brackets.py", "line.py"):
        done = run("compare", everything / name, everything / "bom.py", "--restore", tmp_path / name, *NOT_FINDINGS)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"\n{name}: " in done.stdout


NO_SOURCES = {
    "gone": "gone",
    "gone\x1b[2J": r"gone\x1b[2J",
    "gone\nmodelkin: all is well": r"gone\nmodelkin: all is well",
    "words.txt": "words.txt is not something to scan",
    "copy.py!inner": "copy.py",
    "x" * 300: "xxx",
    "words.zip": "words.zip",
    "pypi:": "pypi: is not a registry package: write pypi:NAME",
    "pypi:../../etc": "pypi:../../etc is not a registry package",
}


def test_a_source_that_is_none_is_an_error(copy: Path, corpus: Path) -> None:
    (copy.parent / "words.txt").write_text("words")
    (copy.parent / "words.zip").write_text("words")
    said = {source: refused("scan", source, "--corpus", corpus, cwd=copy.parent) for source in NO_SOURCES}
    assert not [source for source, message in NO_SOURCES.items() if message not in said[source]]
    assert run("scan", "", "--corpus", corpus, cwd=copy.parent).returncode in (0, 2)


def archive(path: Path) -> Path:
    """A zip with names that climb out, and bombs: one that declares its size and one that lies about it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("../up.py", "a/../../up.py", "/absolute.py", "C:\\drive.py", "fine.py"):
            file.writestr(name, ATTENTION)
        file.writestr("bomb.py", b"\0" * (70 * 1024**2), compresslevel=1)
        file.writestr("liar.py", b"x" * 10_000_000)
    stored = bytearray(path.read_bytes())
    size = (10_000_000).to_bytes(4, "little")
    path.write_bytes(stored.replace(size, (100).to_bytes(4, "little")))
    return path


def test_an_archive_cannot_climb_out_or_fill_the_memory(tmp_path: Path, corpus: Path) -> None:
    done = run("scan", archive(tmp_path / "bad.zip"), "--corpus", corpus, "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    skipped = {each["path"]: each["reason"] for each in found["skipped"]}
    assert {"../up.py", "a/../../up.py", "/absolute.py", "bomb.py", "liar.py"} <= skipped.keys()
    assert "over the limit" in skipped["bomb.py"]
    assert "larger than the archive declares" in skipped["liar.py"]
    assert "fine.py" in [file["path"] for file in found["files"]]
    assert [path.name for path in tmp_path.iterdir()] == ["bad.zip"]


def test_an_archive_cut_short_is_an_error(tmp_path: Path, corpus: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as file:
        file.writestr("a.py", ATTENTION)
    (tmp_path / "cut.zip").write_bytes(stored.getvalue()[:-30])
    assert refused("scan", tmp_path / "cut.zip", "--corpus", corpus).startswith(f"cannot open {tmp_path}/cut.zip: ")


def altered(stored: bytes, old: str, new: str) -> bytes:
    """The corpus with its header changed; ``old`` and ``new`` are of one length."""
    assert stored.count(old.encode()) == 1
    return stored.replace(old.encode(), new.encode())


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut": (lambda stored: stored[: len(stored) // 2], "damaged corpus file ("),
    "cut early": (
        lambda stored: stored[:100],
        "damaged corpus file (its header is cut off); build or download it again",
    ),
    "empty": (lambda _: b"", "cannot be read as a corpus: "),
    "words": (lambda _: b"not a corpus at all", "damaged corpus file (its header is cut off)"),
    "newer": (
        lambda stored: altered(stored, rf"\"format\": {FORMAT}", r"\"format\": 9"),
        "corpus format 9, but this modelkin reads ",
    ),
    "altered": (lambda stored: altered(stored, r"\"window\": ", r"\"widow\":  "), "damaged corpus file ('window')"),
}


@pytest.mark.parametrize("use", ["scan", "list", "verify", "add"])
def test_a_corpus_that_is_damaged_or_of_a_newer_format_is_an_error(copy: Path, corpus: Path, use: str) -> None:
    words: dict[str, tuple[str | Path, ...]] = {
        "scan": ("scan", copy),
        "add": ("corpus", "add", copy, "--name", "own", "--licence", "MIT"),
    }
    path = copy.parent / "bad.safetensors"
    for name, (change, message) in DAMAGE.items():
        path.write_bytes(before := change(corpus.read_bytes()))
        assert refused(*words.get(use, ("corpus", use)), "--corpus", path).startswith(f"{path}: {message}"), name
        assert path.read_bytes() == before, name


def test_a_corpus_that_is_not_there_is_an_error(copy: Path) -> None:
    for words in (("scan", copy), ("corpus", "list"), ("corpus", "remove", "own")):
        assert refused(*words, "--corpus", "gone.safetensors") == "gone.safetensors: no such corpus file"


def test_a_manifest_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("upstreams:\n  - name: a\x07b\n")
    message = refused("corpus", "build", tmp_path / "bad.yaml", tmp_path / "out.safetensors")
    assert message.startswith(f"{tmp_path}/bad.yaml: not valid YAML: ")


def test_an_unknown_package_or_version_is_an_error(tmp_path: Path, corpus: Path) -> None:
    with serving() as index:
        environment = elsewhere(index.url, tmp_path)
        message = refused("scan", "pypi:no-such-package", "--corpus", corpus, env=environment)
        assert message == f"there is no package called no-such-package on {index.url}"
        index.add("lamp-1.0-py3-none-any.whl", b"PK")
        message = refused("scan", "pypi:lamp==2.0", "--corpus", corpus, env=environment)
        assert message == "lamp has no release 2.0: nearest 1.0, newest 1.0"


def test_no_network_is_an_error(tmp_path: Path, corpus: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    environment = elsewhere(f"http://127.0.0.1:{port}/simple", tmp_path)
    message = refused("scan", "pypi:lamp==1.0", "--corpus", corpus, env=environment)
    assert f"http://127.0.0.1:{port}/simple/lamp/" in message
    manifest = tmp_path / "manifest.yaml"
    entry = "name: lamp, package: lamp, licence: MIT, homepage: '', source: '', releases: ['1'], include: ['*']"
    manifest.write_text(f"upstreams: [{{{entry}}}]")
    assert message in refused("corpus", "build", manifest, tmp_path / "out.safetensors", env=environment)
    assert not (tmp_path / "out.safetensors").exists()
