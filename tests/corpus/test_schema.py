"""A corpus is one file: what was saved is what is opened, and it is written whole or not at all."""

from __future__ import annotations

import os
import re
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import numpy as np
import pytest
import safetensors
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.corpus import model
from modelkin.corpus.appearances import Listing
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.library import facts, verify
from modelkin.corpus.model import FORMAT, Corpus, Project, Release, check_writable
from modelkin.corpus.schema import COLUMNS, Column, Columns, fitted
from modelkin.corpus.store import open_corpus
from modelkin.errors import CorpusError
from modelkin.notices.model import Notice
from modelkin.support.folders import Folder

from ..support.documents import ROOT
from ..support.privileges import without_privileges
from ..support.small_corpora import ATTENTION, THREE, UPSTREAMS, WITH_ALL, Upstream, corpus_of


def saved(corpus: Corpus, path: Path) -> bytes:
    corpus.save(path)
    return path.read_bytes()


def same(left: Corpus, right: Corpus) -> bool:
    arrays = all(np.array_equal(left.arrays[name], right.arrays[name]) for name in COLUMNS)
    return arrays and left.header() == right.header() and left.digest == right.digest


@settings(max_examples=40, deadline=None)
@given(st.lists(UPSTREAMS, max_size=4))
def test_save_then_open_is_the_same_corpus(upstreams: list[Upstream]) -> None:
    corpus = corpus_of(*upstreams)
    with TemporaryDirectory() as folder:
        path = Path(folder, "small.safetensors")
        corpus.save(path)
        opened = open_corpus(path)
        assert same(opened, corpus)
        assert verify(path) == []
        assert [opened.versions(file) for file in range(opened.file_count)] == [
            corpus.versions(file) for file in range(corpus.file_count)
        ]


@settings(max_examples=20, deadline=None)
@given(st.lists(UPSTREAMS, max_size=4))
def test_the_same_files_in_the_same_order_give_the_same_bytes(upstreams: list[Upstream]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "small.safetensors")
        assert saved(corpus_of(*upstreams), path) == saved(corpus_of(*upstreams), path)


def test_the_format_s_own_library_opens_the_file(tmp_path: Path) -> None:
    corpus = corpus_of(*WITH_ALL)
    corpus.save(tmp_path / "small.safetensors")
    with safetensors.safe_open(tmp_path / "small.safetensors", framework="numpy") as file:
        assert set(file.keys()) == set(COLUMNS)
        assert list(file.metadata()) == ["modelkin"]
        assert all(np.array_equal(file.get_tensor(name), corpus.arrays[name]) for name in COLUMNS)


def test_no_code_is_stored(tmp_path: Path) -> None:
    stored = saved(corpus_of(*THREE), tmp_path / "small.safetensors")
    for line in ATTENTION.splitlines()[2:]:
        assert line.strip() == "" or line.strip().encode() not in stored
    assert b"Copyright 2020 The Lantern Authors" in stored
    assert b"head_width" in stored


def test_versions_are_oldest_first_whatever_the_order_they_were_added_in() -> None:
    corpus = corpus_of(THREE[2], THREE[0], THREE[1])
    (file,) = {version_file(corpus, "lantern/attention.py", "2.0")}
    assert [version.release.version for version in corpus.versions(file)] == ["1.0", "2.0"]


def version_file(corpus: Corpus, path: str, release: str) -> int:
    return next(
        file
        for file in range(corpus.file_count)
        for version in corpus.versions(file)
        if (version.path, version.release.version) == (path, release)
    )


def test_a_version_tells_licence_and_copyright_of_its_own_header_before_the_project_s() -> None:
    corpus = corpus_of(*THREE)
    (first, *_) = corpus.versions(version_file(corpus, "lantern/attention.py", "1.0"))
    assert (first.licence, first.notice.copyrights) == (
        "Apache-2.0",
        ("Copyright 2020 The Lantern Authors. All rights reserved.",),
    )
    (other,) = corpus.versions(version_file(corpus, "beacon/schedule.py", "0.3"))
    assert (other.licence, other.notice.copyrights) == ("BSD-3-Clause", ())


def test_mypy_takes_the_name_of_a_column_with_its_type_and_refuses_any_other(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy, which this is about, is not installed")
    code = """\
import numpy as np
import numpy.typing as npt
from modelkin.corpus.model import Corpus
from modelkin.corpus.schema import Columns

def starts(corpus: Corpus) -> npt.NDArray[np.uint32]:
    return corpus.file_starts

def paths(corpus: Corpus) -> object:
    return corpus.file_pathz

def hashes(corpus: Corpus) -> npt.NDArray[np.uint32]:
    return corpus.digests

built = {Columns.file_starts: 1, Columns.file_startz: 2}
"""
    # The project's own settings, but for what it checks: what mypy keeps of the project serves here too.
    settings = (ROOT / "setup.cfg").read_text(encoding="utf-8").replace("$MYPY_CONFIG_FILE_DIR", str(ROOT))
    config = tmp_path / "mypy.cfg"
    config.write_text(re.sub(r"(?m)^(files|exclude) = .*\n", "", settings), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", f"--config-file={config}", "-c", code],
        env={"MYPY_CACHE_DIR": str(tmp_path), **os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    refused = [line.split(":")[1] for line in done.stdout.splitlines() if line.startswith("<string>:")]
    assert refused == ["10", "13", "15"], done.stdout
    assert '"Corpus" has no attribute "file_pathz"' in done.stdout


def described(column: Column[Any]) -> str:
    """The row that docs/corpus.md has for a column."""
    of = column.runs or column.numbers
    each = f"{column.table.value}, and 1 more" if column.runs else column.table.value
    said = f"{column.holds}; sorted" if column.is_sorted else column.holds
    return f"| `{column.name}` | {np.dtype(column.dtype).name} | {each} | {of.value if of else ''} | {said} |"


def test_the_page_on_the_corpus_file_has_the_keys_of_the_header() -> None:
    page = (ROOT / "docs" / "corpus.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]*) \|", page.partition("| Column |")[0], re.MULTILINE)
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row)} == {*corpus_of().header(), "digest"}


def test_the_page_on_the_corpus_file_has_the_columns_in_their_order() -> None:
    page = (ROOT / "docs" / "corpus.md").read_text("utf-8")
    narrowing = sorted(name for name, column in COLUMNS.items() if column.narrows)
    assert f"small enough: {', '.join(f'`{name}`' for name in narrowing)}." in page.replace("\n", " ")
    assert "\n".join(map(described, COLUMNS.values())) in page
    assert f"| `format` | {FORMAT};" in page


def test_what_one_file_has_no_room_for_is_an_error_and_never_wraps_around(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CorpusError, match=r"\Atoo much for one corpus \(postings\): divide"):
        fitted(Columns.postings, np.array([2**32]))
    monkeypatch.setattr(model, "LONGEST_HEADER", 100)
    with pytest.raises(CorpusError, match=r"\Atoo much for one corpus \(its header\): divide"):
        corpus_of(*THREE).content()


def test_a_corpus_has_room_for_more_projects_and_releases_than_16_bits_count(tmp_path: Path) -> None:
    builder, many = CorpusBuilder(), 65_540
    for number in range(many):
        builder.add_release(Project(str(number), "MIT", "", ""), Release(0, "1.0", "2020-01-02", ""))
    release = builder.add_release(Project("lantern", "MIT", "", ""), Release(0, "1.0", "2021-01-02", ""))
    builder.add_file(release, "a.py", b"x = 1\n", "")
    builder.add_listing(many, b"a.py", Listing(lacking=frozenset([Release(many, "0.9", "2020-01-01", "")])))
    corpus = builder.finish("large")
    corpus.save(tmp_path / "large.safetensors")
    opened = open_corpus(tmp_path / "large.safetensors")
    assert same(opened, corpus)
    (version,) = opened.versions(0)
    assert (version.project.name, version.release.released) == ("lantern", "2021-01-02")
    before = opened.known_release(int(opened.lineage_without[0]))
    assert before is not None
    assert (before.version, before.project) == ("0.9", many)
    assert verify(tmp_path / "large.safetensors") == []


def test_a_column_that_narrows_is_held_in_half_as_many_bits_until_its_numbers_are_larger(tmp_path: Path) -> None:
    builder = CorpusBuilder()
    release = builder.add_release(Project("lantern", "MIT", "", ""), Release(0, "1.0", "", ""))
    builder.add_file(release, "a.py", b"x = 1\n", "")
    assert builder.finish("small").version_notices.dtype == np.uint16
    for number in range(65_536):
        builder.notices[Notice(str(number), ())]
    builder.add_file(release, "b.py", b"# Copyright 2020 Someone\nx = 1\n", "other")
    corpus = builder.finish("large")
    assert corpus.version_notices.dtype == np.uint32
    corpus.save(tmp_path / "large.safetensors")
    assert same(open_corpus(tmp_path / "large.safetensors"), corpus)
    assert verify(tmp_path / "large.safetensors") == []


def test_the_folder_is_made_and_the_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "small.safetensors"
    umask = os.umask(0o022)
    try:
        corpus_of(*THREE).save(path)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [entry.name for entry in path.parent.iterdir()] == ["small.safetensors"]


def test_a_link_outside_the_current_folder_keeps_pointing_where_it_does(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("small.safetensors")
    corpus_of(*THREE).save(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert verify(tmp_path / "small.safetensors") == []


@pytest.mark.parametrize("name", ["link", "sub/small.safetensors"])
def test_below_the_current_folder_no_link_is_followed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "small.safetensors").write_bytes(b"kept")
    (tmp_path / "here/link").symlink_to("../small.safetensors")
    (tmp_path / "here/sub").symlink_to("..")
    monkeypatch.chdir(tmp_path / "here")
    for attempt in (corpus_of(*THREE).save, check_writable):
        with pytest.raises(
            CorpusError, match=r"\A(link|sub) is a symbolic link to [^\n]+ itself, or remove the link\Z"
        ):
            attempt(Path(name))
    assert (tmp_path / "small.safetensors").read_bytes() == b"kept"


@pytest.mark.parametrize("target", ["folder", "pipe", "file/below", "x" * 300], ids=lambda name: name[:12])
def test_what_cannot_be_written_is_an_error_in_one_line(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    for attempt in (corpus_of().save, check_writable):
        with pytest.raises(CorpusError, match=r"\A[^\n]*: cannot be written: [^\n]+\Z"):
            attempt(tmp_path / target)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder", "pipe"]


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that others may enter but not write to, with a corpus."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "small.safetensors")
        corpus_of(*THREE).save(path)
        Path(folder).chmod(0o555)
        yield path
        Path(folder).chmod(0o755)


def test_a_folder_that_may_not_be_written_is_an_error_and_the_corpus_stays(shared: Path) -> None:
    before = shared.read_bytes()
    with without_privileges():
        for attempt in (corpus_of().save, check_writable):
            with pytest.raises(CorpusError, match=r"small\.safetensors: cannot be written: Permission denied"):
                attempt(shared)
    assert shared.read_bytes() == before
    assert [entry.name for entry in shared.parent.iterdir()] == ["small.safetensors"]


def files_of_20_kb() -> None:
    """As a full disk does, end a longer write with an error."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_full_disk_is_an_error_in_one_line_and_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text("".join(f"def name_{n}(x):\n    return x + {n}\n" for n in range(400)))
    corpus_of(*THREE).save(tmp_path / "small.safetensors")
    before = (tmp_path / "small.safetensors").read_bytes()
    words = "corpus add new.py --name new --licence MIT --corpus small.safetensors".split()
    command = [sys.executable, "-m", "modelkin", *words]
    done = subprocess.run(
        command, cwd=tmp_path, preexec_fn=files_of_20_kb, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "modelkin: error: small.safetensors: cannot be written: File too large\n"
    assert (tmp_path / "small.safetensors").read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["new.py", "small.safetensors"]


def half_written(file: BinaryIO, content: bytes) -> None:
    file.write(content[: len(content) // 2])
    raise KeyboardInterrupt


def not_moved(_path: str, _target: str, **_folders: int) -> None:
    raise KeyboardInterrupt


def moved(path: str, target: str, **folders: int) -> None:
    os.rename(path, target, **folders)  # noqa: PTH104 - within an open folder
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "step", "interrupted"),
    [(Folder, "_fill", half_written), (os, "replace", not_moved), (os, "replace", moved)],
)
def test_an_interrupted_save_leaves_a_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: Any, step: str, interrupted: Callable[..., object]
) -> None:
    path = tmp_path / "small.safetensors"
    old, new = corpus_of(*THREE), corpus_of(*THREE[1:])
    old.save(path)
    monkeypatch.setattr(where, step, staticmethod(interrupted) if where is Folder else interrupted)
    with pytest.raises(KeyboardInterrupt):
        new.save(path)
    monkeypatch.undo()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert verify(path) == []
    assert facts(path).digest == (new if interrupted is moved else old).digest
