"""A corpus that was cut, altered or forged gives a clear error or an answer, and never a traceback."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modelkin import ScanOptions, scan
from modelkin.cli import main
from modelkin.corpus import library
from modelkin.corpus.model import FORMAT
from modelkin.corpus.schema import COLUMNS, FIRST_COLUMNS, Table
from modelkin.corpus.store import open_corpus
from modelkin.corpus.validation import damage_explained, problems
from modelkin.errors import CorpusError, ModelkinError
from modelkin.fingerprints.winnowing import WINNOWING

from ..support.small_corpora import ATTENTION, SCHEDULE, THREE, corpus_of

COPY = SCHEDULE.replace("warmup", "ramp") + ATTENTION.replace("heads", "parts") + "def own(x):\n    return x\n"
UNCHECKED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
REUSED = settings(max_examples=60, deadline=None, suppress_health_check=UNCHECKED)
# Found by the whole check alone: a scan reads these arrays only where it looks something up.
IN_HEADER = {Table.KINDS, Table.PROJECTS, Table.RELEASES, Table.NOTICES}
NUMBERS = {name for name, column in COLUMNS.items() if column.numbers and column.numbers not in IN_HEADER}
DEEP = sorted(NUMBERS - {"file_ancestors", "file_lineages"})
RUNS = {name: FIRST_COLUMNS[column.runs].name for name, column in COLUMNS.items() if column.runs}
SORTED = [name for name, column in COLUMNS.items() if column.is_sorted]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A corpus file, beside a file to be scanned."""
    (tmp_path / "copy.py").write_text(COPY)
    corpus_of(*THREE).save(tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def refused(path: Path) -> str:
    """What opening says, in one line that begins with the path."""
    with pytest.raises(CorpusError) as raised:
        open_corpus(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def answered(path: Path) -> str:
    """What everything that reads a corpus makes of this one: an answer, or an error in one line."""
    try:
        library.verify(path)
        library.facts(path)
        with damage_explained([open_corpus(path)]):
            scan(str(path.parent / "copy.py"), ScanOptions(corpora=(path,)))
        library.projects(path)
        library.remove("lantern", path)
    except ModelkinError as error:
        return str(error)
    return "answered"


def forged(path: Path, **arrays: Any) -> None:
    """A corpus with other arrays and a digest to match, as an attacker would write it."""
    corpus = corpus_of(*THREE)
    other = {name: np.asarray(array, COLUMNS[name].dtype) for name, array in arrays.items()}
    replace(corpus, arrays={**corpus.arrays, **other}).save(path)


def rewritten(path: Path, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> None:
    """The file with its outer and inner header changed."""
    stored = path.read_bytes()
    length = int.from_bytes(stored[:8], "little")
    outer = json.loads(stored[8 : 8 + length])
    inner = json.loads(outer["__metadata__"]["modelkin"])
    change(outer, inner)
    if "modelkin" in outer.get("__metadata__", ()):
        outer["__metadata__"]["modelkin"] = json.dumps(inner)
    header = json.dumps(outer).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + stored[8 + length :])


def test_every_table_is_counted_by_a_column_or_by_the_header() -> None:
    assert {*FIRST_COLUMNS, *IN_HEADER} == set(Table)
    assert not IN_HEADER & FIRST_COLUMNS.keys()


def test_every_column_is_as_long_as_its_table_and_counts_no_further_than_there_is() -> None:
    corpus = corpus_of(*THREE)
    assert set(corpus.arrays) == set(COLUMNS)
    for name, column in COLUMNS.items():
        array = corpus.arrays[name]
        assert array.dtype == column.dtype, name
        assert len(array) == corpus.count(column.table) + (column.runs is not None), name
        if column.numbers in FIRST_COLUMNS:
            assert array.max() < corpus.count(column.numbers), name


def test_every_file_cut_short_is_an_error(path: Path) -> None:
    whole = path.read_bytes()
    for kept in {*range(0, len(whole) - 1, 97), 1, 7, 8, 9, len(whole) - 1}:
        path.write_bytes(whole[:kept])
        assert re.match("damaged corpus file|cannot be read as a corpus", refused(path))


def test_a_file_with_more_behind_it_still_opens_and_counts_as_altered_by_no_one(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")
    assert library.verify(path) == []


@pytest.mark.parametrize("length", [0, 1, 2**31, 2**63, 2**64 - 1])
def test_a_header_of_another_length_is_an_error(path: Path, length: int) -> None:
    path.write_bytes(length.to_bytes(8, "little") + path.read_bytes()[8:])
    assert refused(path).startswith("damaged corpus file (")


@pytest.mark.parametrize(
    "header",
    [b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe", b"[" * 200_000, b"9" * 5_000, b'{"__metadata__": null}'],
    ids=lambda header: repr(header[:8]),
)
def test_a_header_that_is_none_is_an_error(path: Path, header: bytes) -> None:
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 100)
    assert re.match("damaged corpus file", refused(path))


def test_a_checkpoint_is_not_taken_for_a_corpus(path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"weight": np.zeros(3, np.float32)}, path)
    assert refused(path) == "a .safetensors file, but not a corpus: name one that modelkin wrote"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", FORMAT + 1, f"corpus format {FORMAT + 1}, but this modelkin reads {FORMAT}; upgrade modelkin"),
        ("format", FORMAT - 1, f"corpus format {FORMAT - 1}, but this modelkin reads {FORMAT}; build or download it"),
        ("format", "1", "damaged corpus file (its settings are no numbers)"),
        ("k", 99, f"built with k 99 and window {WINNOWING.window}, but this modelkin works with k {WINNOWING.k} and"),
        ("window", 99, f"built with k {WINNOWING.k} and window 99, but this modelkin works with k {WINNOWING.k} and"),
        ("k", None, "damaged corpus file (its settings are no numbers)"),
        ("name", 7, "damaged corpus file (its header has something else where text belongs)"),
        ("digest", None, "damaged corpus file (its header has something else where text belongs)"),
        ("projects", [["lantern", "MIT", "", 7]], "damaged corpus file (its header has something else where text"),
        ("projects", [["lantern"]], "damaged corpus file ("),
        ("projects", {}, "damaged corpus file ("),
        ("projects", None, "damaged corpus file ("),
        ("releases", [[9, "1.0", "2020-01-01", "", [], False]], "damaged corpus file (its header has a release of no"),
        ("releases", [[-1, "1.0", "2020-01-01", "", [], False]], "damaged corpus file (its header has a release of no"),
        ("releases", [[True, "1.0", "", "", [], False]], "damaged corpus file (its header has a release of no project"),
        (
            "releases",
            [[0, "1.0", 2020, "", [], False]],
            "damaged corpus file (its header has something else where text",
        ),
        ("releases", [[0, "1.0", "", "", [7], False]], "damaged corpus file (its header has something else where text"),
        ("releases", [[0, "1.0", "", "", [], 0]], "damaged corpus file (its header has something else where yes or no"),
        ("releases", [[]], "damaged corpus file ("),
        ("releases", [], "damaged corpus file ("),
        ("notices", ["text"], "damaged corpus file (its header has something else where a line number belongs)"),
        ("notices", [[None, "", 0, []]], "damaged corpus file (its header has something else where text belongs)"),
        ("notices", [["MIT", "", 0, [7]]], "damaged corpus file (its header has something else where text belongs)"),
        ("notices", [["MIT", "sung", 0, []]], "damaged corpus file ('sung' is no way to state a licence)"),
        ("notices", [["MIT", "tag", -1, []]], "damaged corpus file (its header has something else where a line number"),
    ],
    ids=str,
)
def test_a_header_with_other_values_is_an_error(path: Path, key: str, value: object, message: str) -> None:
    rewritten(path, lambda _, inner: inner.update({key: value}))
    assert refused(path).startswith(message)


@pytest.mark.parametrize("key", ["format", "k", "window", "name", "digest", "projects", "releases", "notices"])
def test_a_header_without_a_key_is_an_error(path: Path, key: str) -> None:
    rewritten(path, lambda _, inner: inner.pop(key))
    assert refused(path).startswith("damaged corpus file (")


@pytest.mark.parametrize(
    "entry",
    [
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
    ],
    ids=str,
)
def test_an_array_that_is_not_where_it_should_be_is_an_error(path: Path, entry: object) -> None:
    rewritten(path, lambda outer, _: outer.update(fingerprints=entry))
    assert refused(path).startswith("damaged corpus file (")


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_missing_array_is_an_error_that_names_it(path: Path, name: str) -> None:
    rewritten(path, lambda outer, _: outer.pop(name))
    assert refused(path) == f"damaged corpus file ('{name}'); build or download it again"


@pytest.mark.parametrize("name", sorted({*COLUMNS} - {"digest_weights", "name_lineages"}))
def test_an_array_of_another_length_is_an_error(path: Path, name: str) -> None:
    for other in (corpus_of(*THREE).arrays[name][:-1], np.zeros(0)):
        forged(path, **{name: other})
        assert refused(path).startswith("damaged corpus file (")


@pytest.mark.parametrize("name", sorted(RUNS))
def test_bounds_out_of_order_are_an_error_when_the_corpus_opens(path: Path, name: str) -> None:
    starts = corpus_of(*THREE).arrays[name].copy()
    for place, value in ((1, 2**32 - 1), (0, 1), (-1, 2**32 - 1), (-1, 0)):
        other = starts.copy()
        other[place] = value
        forged(path, **{name: other})
        assert refused(path) == f"damaged corpus file ({name} does not bound {RUNS[name]}); build or download it again"


@pytest.mark.parametrize("name", ["member_parents", "file_ancestors"])
def test_what_would_be_followed_without_end_is_an_error_when_the_corpus_opens(path: Path, name: str) -> None:
    whole = corpus_of(*THREE).arrays[name]
    forged(path, **{name: np.roll(np.arange(len(whole)), 1)})
    assert "does not lead to" in refused(path)
    forged(path, **{name: np.full(len(whole), np.iinfo(whole.dtype).max)})
    assert refused(path).startswith("damaged corpus file (")


@pytest.mark.parametrize("name", DEEP)
def test_numbers_of_nothing_are_found_by_the_check_and_refused_by_whatever_rewrites(path: Path, name: str) -> None:
    numbers_of_nothing(path, name)
    message = f"{name} counts further than there is"
    assert library.verify(path) == [message]
    for use in (library.projects, lambda path: library.remove("lantern", path)):
        with pytest.raises(CorpusError, match=rf"damaged corpus file \({message}\); build or download it again"):
            use(path)
    assert main(["corpus", "verify", "--corpus", str(path)]) == 1


@pytest.mark.parametrize("name", SORTED)
def test_tables_out_of_order_are_found_by_the_check(path: Path, name: str) -> None:
    forged(path, **{name: corpus_of(*THREE).arrays[name][::-1]})
    assert f"{name} is not in order" in library.verify(path)
    assert "damaged" in answered(path)


def test_a_file_of_no_release_is_found_by_the_check(path: Path) -> None:
    starts = corpus_of(*THREE).file_version_starts.copy()
    starts[1] = starts[0]
    forged(path, file_version_starts=starts)
    assert library.verify(path) == ["file_version_starts leaves a file without a release"]


def numbers_of_nothing(path: Path, name: str) -> None:
    whole = corpus_of(*THREE).arrays[name]
    forged(path, **{name: np.full(len(whole), np.iinfo(whole.dtype).max)})


@pytest.mark.parametrize("name", DEEP)
def test_an_error_that_damage_explains_names_the_corpus(path: Path, name: str) -> None:
    numbers_of_nothing(path, name)
    with pytest.raises(CorpusError) as raised, damage_explained([corpus_of(*THREE), open_corpus(path)]):
        raise IndexError
    assert str(raised.value).startswith(f"{path}: damaged corpus file ({name} counts further than there is)")


def test_an_error_that_no_damage_explains_passes(path: Path) -> None:
    with pytest.raises(IndexError, match="ours"), damage_explained([open_corpus(path)]):
        raise IndexError("ours")


@pytest.mark.parametrize("name", ["member_definitions", "version_paths", "lineage_files"])
def test_a_scan_against_a_forged_corpus_is_an_error_in_one_line(
    path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers_of_nothing(path, name)
    assert main(["scan", str(path.parent / "copy.py"), "--corpus", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"modelkin: error: {path}: damaged corpus file (")
    assert error.count("\n") == 1


@REUSED
@given(flips=st.lists(st.tuples(st.integers(0), st.integers(0, 7)), min_size=1, max_size=4))
def test_bits_that_flipped_give_an_error_or_an_answer(path: Path, flips: list[tuple[int, int]]) -> None:
    corpus_of(*THREE).save(path)
    stored = bytearray(path.read_bytes())
    for place, bit in flips:
        stored[place % len(stored)] ^= 1 << bit
    path.write_bytes(stored)
    assert "\n" not in answered(path)


@REUSED
@given(
    name=st.sampled_from(sorted(COLUMNS)),
    places=st.lists(st.tuples(st.integers(0), st.integers(0, 2**64 - 1)), min_size=1, max_size=3),
    small=st.booleans(),
)
def test_a_forged_array_gives_an_error_or_an_answer(
    path: Path, name: str, places: list[tuple[int, int]], small: bool
) -> None:
    array = corpus_of(*THREE).arrays[name].copy()
    for place, value in places:
        array[place % len(array)] = value % (min(len(array), 255) if small else 2 ** (8 * array.itemsize))
    forged(path, **{name: array})
    assert "\n" not in answered(path)


def test_a_bit_that_flipped_anywhere_fails_the_check(path: Path) -> None:
    whole = path.read_bytes()
    for place in range(8, len(whole), 211):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 2]) + whole[place + 1 :])
        with suppress(CorpusError):
            assert library.verify(path), place


@pytest.mark.parametrize("name", ["gone", "folder", "pipe", "empty", "loop"])
def test_what_is_no_file_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    assert re.match("no such corpus file|cannot be read as a corpus: [^'/]+$", refused(tmp_path / name))


def test_a_whole_corpus_has_no_problems() -> None:
    assert problems(corpus_of(*THREE)) == []
    assert problems(corpus_of()) == []
