"""A corpus file is opened whole, or refused in one line that says why."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from modelkin.corpus import library
from modelkin.corpus.model import FORMAT, OLDEST_FORMAT, Release
from modelkin.corpus.plain_tables import without_plain
from modelkin.corpus.schema import COLUMNS, PLAIN_COUNTS, Columns
from modelkin.corpus.store import open_corpus
from modelkin.errors import CorpusError
from modelkin.fingerprints.window import WINNOWING

from ..support.damaged_corpora import DAMAGED, as_format_2, others, refused, rewritten
from ..support.small_corpora import THREE, corpus_of

# How many path histories hold something: a file may be without them.
COUNTS = PLAIN_COUNTS | {Columns.digest_lineages, Columns.statement_lineages}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A corpus file."""
    corpus_of(*THREE).save(tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def test_every_file_cut_short_is_an_error(path: Path) -> None:
    whole = path.read_bytes()
    told = {}
    for kept in {*range(0, len(whole) - 1, 97), 1, 7, 8, 9, len(whole) - 1}:
        path.write_bytes(whole[:kept])
        told[kept] = refused(path)
    assert not {
        kept: each for kept, each in told.items() if not each.startswith((DAMAGED, "cannot be read as a corpus"))
    }


def test_a_file_with_more_behind_it_still_opens_and_counts_as_altered_by_no_one(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")
    assert library.verify(path) == []


def test_a_header_of_another_length_is_an_error(path: Path) -> None:
    whole, told = path.read_bytes(), {}
    for length in (0, 1, 2**31, 2**63, 2**64 - 1):
        path.write_bytes(length.to_bytes(8, "little") + whole[8:])
        told[length] = refused(path)
    assert not others(told)


def test_a_header_that_is_none_is_an_error(path: Path) -> None:
    told = {}
    for header in (
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"\xff\xfe",
        b"[" * 200_000,
        b"9" * 5_000,
        b'{"__metadata__": null}',
    ):
        path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 100)
        told[header[:20]] = refused(path)
    assert not others(told)


def test_a_checkpoint_is_not_taken_for_a_corpus(path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"weight": np.zeros(3, np.float32)}, path)
    assert refused(path) == "a .safetensors file, but not a corpus: name one that modelkin wrote"


OTHER_VALUES: tuple[tuple[str, object, str], ...] = (
    ("format", FORMAT + 1, f"corpus format {FORMAT + 1}, but this modelkin reads {FORMAT}; upgrade modelkin"),
    ("format", OLDEST_FORMAT - 1, f"corpus format {OLDEST_FORMAT - 1}, but this modelkin reads {FORMAT}; build or"),
    ("format", "1", "damaged corpus file (its settings are no numbers)"),
    ("k", 99, f"built with k 99 and window {WINNOWING.window}, but this modelkin works with k {WINNOWING.k} and"),
    ("window", 99, f"built with k {WINNOWING.k} and window 99, but this modelkin works with k {WINNOWING.k} and"),
    ("k", None, "damaged corpus file (its settings are no numbers)"),
    ("name", 7, "damaged corpus file (its header: Expected `"),
    ("digest", None, "damaged corpus file (its header: Expected `"),
    ("projects", [["lantern", "MIT", "", 7]], "damaged corpus file (its header: Expected `"),
    ("projects", [["lantern"]], "damaged corpus file ("),
    ("projects", {}, "damaged corpus file ("),
    ("projects", None, "damaged corpus file ("),
    ("releases", [[9, "1.0", "2020-01-01", "", [], False]], "damaged corpus file (its header has a release of no"),
    ("releases", [[-1, "1.0", "2020-01-01", "", [], False]], "damaged corpus file (its header: Expected `int` >= 0"),
    ("releases", [[True, "1.0", "", "", [], False]], "damaged corpus file (its header: Expected `int`, got `bool`"),
    (
        "releases",
        [[0, "1.0", 2020, "", [], False]],
        "damaged corpus file (its header: Expected `",
    ),
    ("releases", [[0, "1.0", "", "", [7], False]], "damaged corpus file (its header: Expected `"),
    ("releases", [[0, "1.0", "", "", [], 0]], "damaged corpus file (its header: Expected `bool`"),
    ("releases", [[]], "damaged corpus file ("),
    ("releases", [], "damaged corpus file ("),
    ("unlisted", [[9, "1.0", "2020-01-01"]], "damaged corpus file (its header has a release of no project"),
    ("unlisted", [[0, "1.0", 2020]], "damaged corpus file (its header: Expected `str`"),
    ("unlisted", [[0, "1.0"]], "damaged corpus file ("),
    ("unlisted", None, "damaged corpus file ("),
    ("notices", [["MIT", "", 0, [], 7]], "damaged corpus file (its header: Expected `"),
    ("notices", [["MIT", "", 0, [], [7]]], "damaged corpus file (its header: Expected `"),
    ("notices", ["text"], "damaged corpus file (its header: Expected `array`"),
    ("notices", [[None, "", 0, []]], "damaged corpus file (its header: Expected `"),
    ("notices", [["MIT", "", 0, [7]]], "damaged corpus file (its header: Expected `"),
    ("notices", [["MIT", "sung", 0, []]], "damaged corpus file (its header: Invalid enum value 'sung'"),
    ("notices", [["MIT", "tag", -1, []]], "damaged corpus file (its header: Expected `int` >= 0"),
)


def test_a_header_with_other_values_is_an_error(path: Path) -> None:
    whole, told = path.read_bytes(), []
    for key, value, message in OTHER_VALUES:
        rewritten(path, whole, lambda _, inner: inner.update({key: value}))  # noqa: B023 - called before the next
        told.append((key, value, refused(path), message))
    assert not [each for each in told if not each[2].startswith(each[3])]


def test_a_header_without_a_key_is_an_error(path: Path) -> None:
    whole, told = path.read_bytes(), {}
    for key in ("format", "k", "window", "name", "digest", "projects", "releases", "notices"):
        rewritten(path, whole, lambda _, inner: inner.pop(key))  # noqa: B023 - called before the next
        told[key] = refused(path)
    assert not others(told)


OTHER_ENTRIES: tuple[object, ...] = (
    None,
    {},
    {"dtype": "U64", "shape": [3]},
    {"dtype": "F32", "shape": [3], "data_offsets": [0, 24]},
    {"dtype": ["U64"], "shape": [3], "data_offsets": [0, 24]},
    {"dtype": "U64", "shape": [3], "data_offsets": [0, 2**70]},
    {"dtype": "U64", "shape": [3], "data_offsets": [-8, 16]},
    {"dtype": "U64", "shape": [3], "data_offsets": [24, 0]},
    {"dtype": "U64", "shape": [3], "data_offsets": [0.5, 24.5]},
    {"dtype": "U64", "shape": [3], "data_offsets": [0, 23]},
    {"dtype": "U64", "shape": [3], "data_offsets": [0]},
    {"dtype": "U64", "shape": [0], "data_offsets": [0, 0]},
)


def test_an_array_that_is_not_where_it_should_be_is_an_error(path: Path) -> None:
    whole, told = path.read_bytes(), {}
    for entry in OTHER_ENTRIES:
        rewritten(path, whole, lambda outer, _: outer.update(fingerprints=entry))  # noqa: B023 - called before the next
        told[str(entry)] = refused(path)
    assert not others(told)


def test_a_missing_array_is_an_error_that_names_it(path: Path) -> None:
    whole, told = path.read_bytes(), {}
    needed = [name for name, column in COLUMNS.items() if not column.optional]
    for name in needed:
        rewritten(path, whole, lambda outer, _: outer.pop(name))  # noqa: B023 - called before the next
        told[name] = refused(path)
    assert told == {name: f"damaged corpus file ('{name}'); build or download it again" for name in needed}


def test_an_optional_array_that_is_missing_is_worked_out_and_counts_as_altered(path: Path) -> None:
    whole, expected = path.read_bytes(), corpus_of(*THREE)
    optional = [name for name, column in COLUMNS.items() if column.optional and not name.startswith("plain_")]
    optional = [name for name in optional if COLUMNS[name] not in COUNTS and not name.startswith(("native_", "model_"))]
    for name in optional:
        rewritten(path, whole, lambda outer, _: outer.pop(name))  # noqa: B023 - called before the next
        assert np.array_equal(open_corpus(path).arrays[name], expected.arrays[name]), name
        assert library.verify(path) == ["its content does not match its digest"]
    assert optional == ["lineage_appeared", "lineage_without", "lineage_file_releases"]


def test_a_file_of_format_2_opens_as_if_it_had_been_built_today(path: Path) -> None:
    older = path.parent / "older.safetensors"
    older.write_bytes(as_format_2(path.read_bytes()))
    corpus, expected = open_corpus(older), open_corpus(path)
    assert corpus.header() == expected.header()
    assert not corpus.knows_plain
    told = [name for name, column in COLUMNS.items() if not name.startswith("plain_") and column not in COUNTS]
    assert all(np.array_equal(corpus.arrays[name], expected.arrays[name]) for name in told)
    assert library.verify(older) == []
    replace(expected, arrays={**expected.arrays, **without_plain(expected)}, knows_plain=False).save(path)
    library.remove("beacon", older)
    library.remove("beacon", path)
    assert older.read_bytes() == path.read_bytes()


def test_a_file_of_format_2_that_was_altered_fails_the_check(path: Path) -> None:
    older = as_format_2(path.read_bytes())
    path.write_bytes(older[:-1] + bytes([older[-1] ^ 1]))
    assert library.verify(path)


def from_later(outer: dict[str, Any], inner: dict[str, Any]) -> None:
    """What a later modelkin may have added to a file: columns of another type, keys, entries at the ends of rows."""
    at = max(entry["data_offsets"][1] for name, entry in outer.items() if name != "__metadata__")
    outer["model_layouts"] = {"dtype": "F32", "shape": [2], "data_offsets": [at, at + 8]}
    inner["models"] = [{"name": "lantern-7b"}]
    inner["projects"] = [[*row, [], "more"] for row in inner["projects"]]
    inner["releases"] = [[*row, "", "", "", 7, None] for row in inner["releases"]]
    inner["unlisted"] = [[0, "0.9", "2021-01-01", "", "more"]]
    inner["notices"] = [[*row, {"more": 1}] for row in inner["notices"]]


def test_what_a_later_modelkin_added_is_passed_over_and_counts_in_the_digest(path: Path) -> None:
    expected = open_corpus(path)
    rewritten(path, path.read_bytes(), from_later, b"12345678")
    corpus = open_corpus(path)
    assert (corpus.projects, corpus.releases) == (expected.projects, expected.releases)
    assert list(corpus.notices) == list(expected.notices)
    assert [each.version for each in corpus.unlisted] == ["0.9"]
    assert library.verify(path) == []
    whole = path.read_bytes()
    for other in (
        whole.replace(b"lantern-7b", b"lantern-8b"),
        whole.replace(b"model_layouts", b"model_layoutz"),
        whole.removesuffix(b"12345678") + b"12345679",
    ):
        assert other != whole
        path.write_bytes(other)
        assert library.verify(path) == ["its content does not match its digest"]


def test_what_a_project_and_its_releases_say_besides_survives_the_file_and_takes_no_room_where_they_do_not(
    path: Path,
) -> None:
    corpus = open_corpus(path)
    first, rest = corpus.releases[0], corpus.releases[1:]
    said = replace(first, licence="GPL-3.0-only", origin="git+https://example.org/l.git", source="https://l/{path}")
    unlisted = (Release(0, "0.9", "2020-01-01", ""), Release(0, "0.8", "2019-01-01", "", origin="pypi:other"))
    project = replace(corpus.projects[0], also=("lantern-full",))
    fuller = replace(corpus, projects=(project, *corpus.projects[1:]), releases=(said, *rest), unlisted=unlisted)
    fuller.save(path)
    opened = open_corpus(path)
    assert (opened.projects, opened.releases) == (fuller.projects, fuller.releases)
    assert tuple(opened.unlisted) == unlisted
    assert library.verify(path) == []
    rows = corpus.header()
    assert {*map(len, rows["projects"]), *map(len, rows["releases"])} == {6}


def test_unknown_columns_that_overlap_are_not_read_again_and_again(path: Path) -> None:
    def overlapping(outer: dict[str, Any], _: dict[str, Any]) -> None:
        at = max(entry["data_offsets"][1] for name, entry in outer.items() if name != "__metadata__")
        outer.update({f"c{n}": {"dtype": "U8", "shape": [at], "data_offsets": [0, at]} for n in range(9)})

    rewritten(path, path.read_bytes(), overlapping)
    assert refused(path) == ""
    with pytest.raises(CorpusError, match=r"damaged corpus file \(its columns overlap\)"):
        library.verify(path)


@pytest.mark.parametrize("name", ["gone", "folder", "pipe", "empty", "loop"])
def test_what_is_no_file_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    assert re.match("no such corpus file|cannot be read as a corpus: [^'/]+$", refused(tmp_path / name))
