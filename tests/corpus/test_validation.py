"""A corpus whose columns were altered or forged gives a clear error or an answer, and never a traceback."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelkin import ScanOptions, scan
from modelkin.cli import main
from modelkin.corpus import library
from modelkin.corpus.schema import COLUMNS, FIRST_COLUMNS, Table
from modelkin.corpus.store import damage_explained, open_corpus
from modelkin.corpus.validation import problems
from modelkin.errors import CorpusError, ModelkinError

from ..support.damaged_corpora import DAMAGED, forged, others, refused
from ..support.small_corpora import ATTENTION, SCHEDULE, WITH_ALL, corpus_of

COPY = SCHEDULE.replace("warmup", "ramp") + ATTENTION.replace("heads", "parts") + "def own(x):\n    return x\n"
UNCHECKED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
REUSED = settings(max_examples=60, deadline=None, suppress_health_check=UNCHECKED)
# Found by the whole check alone: a scan reads these arrays only where it looks something up.
IN_HEADER = {Table.KINDS, Table.PROJECTS, Table.RELEASES, Table.KNOWN_RELEASES, Table.NOTICES}
NUMBERS = {name for name, column in COLUMNS.items() if column.numbers and column.numbers not in IN_HEADER}
DEEP = sorted(NUMBERS - {"file_ancestors", "file_lineages"})
RUNS = {name: FIRST_COLUMNS[column.runs].name for name, column in COLUMNS.items() if column.runs}
SORTED = [name for name, column in COLUMNS.items() if column.is_sorted]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A corpus file, beside a file to be scanned."""
    (tmp_path / "copy.py").write_text(COPY)
    corpus_of(*WITH_ALL).save(tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


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


def numbers_of_nothing(path: Path, name: str) -> None:
    whole = corpus_of(*WITH_ALL).arrays[name]
    forged(path, **{name: np.full(len(whole), np.iinfo(whole.dtype).max)})


def test_every_table_is_counted_by_a_column_or_by_the_header() -> None:
    assert {*FIRST_COLUMNS, *IN_HEADER} == set(Table)
    assert not IN_HEADER & FIRST_COLUMNS.keys()


def test_every_column_is_as_long_as_its_table_and_counts_no_further_than_there_is() -> None:
    corpus = corpus_of(*WITH_ALL)
    assert set(corpus.arrays) == set(COLUMNS)
    for name, column in COLUMNS.items():
        array = corpus.arrays[name]
        assert array.dtype == column.held_in[0].dtype, name
        assert len(array) == corpus.count(column.table) + (column.runs is not None), name
        if column.numbers in FIRST_COLUMNS:
            assert array.max() < corpus.count(column.numbers), name


def test_an_array_of_another_length_is_an_error(path: Path) -> None:
    told, whole = {}, corpus_of(*WITH_ALL).arrays
    for name in {*COLUMNS} - {"digest_weights", "name_lineages"}:
        for other in (whole[name][:-1], np.zeros(0)):
            forged(path, **{name: other})
            told[name, len(other)] = refused(path)
    del told["native_hashes", 0], told["model_hashes", 0]  # then there are no native files, and no models
    assert not others(told)


def test_bounds_out_of_order_are_an_error_when_the_corpus_opens(path: Path) -> None:
    told, whole = {}, corpus_of(*WITH_ALL).arrays
    for name in RUNS:
        for place, value in ((1, 2**32 - 1), (0, 1), (-1, 2**32 - 1), (-1, 0)):
            other = whole[name].copy()
            other[place] = value
            forged(path, **{name: other})
            told[name, place, value] = refused(path)
    expected = "damaged corpus file ({} does not bound {}); build or download it again".format
    assert told == {case: expected(case[0], RUNS[case[0]]) for case in told}


def test_what_would_be_followed_without_end_is_an_error_when_the_corpus_opens(path: Path) -> None:
    for name in ("member_parents", "file_ancestors"):
        whole = corpus_of(*WITH_ALL).arrays[name]
        forged(path, **{name: np.roll(np.arange(len(whole)), 1)})
        assert "does not lead to" in refused(path)
        numbers_of_nothing(path, name)
        assert refused(path).startswith(DAMAGED)


def test_numbers_of_nothing_are_found_by_the_check_and_refused_by_whatever_rewrites(path: Path) -> None:
    for name in DEEP:
        numbers_of_nothing(path, name)
        message = f"{name} counts further than there is"
        assert library.verify(path) == [message]
        for use in (library.projects, lambda path: library.remove("lantern", path)):
            with pytest.raises(CorpusError, match=rf"damaged corpus file \({message}\); build or download it again"):
                use(path)
        assert main(["corpus", "verify", "--corpus", str(path)]) == 1


def test_releases_that_there_are_not_are_found_by_the_check(path: Path) -> None:
    numbers = {name: column for name, column in COLUMNS.items() if column.numbers in IN_HEADER - {Table.KINDS}}
    assert {"lineage_appeared", "lineage_without", "lineage_file_releases"} < set(numbers)
    for name in numbers:
        numbers_of_nothing(path, name)
        told = library.verify(path) if name != "lineage_first_releases" else [refused(path)]
        assert told == [f"{name} counts further than there is"] or told[0].startswith(DAMAGED), name
        assert "damaged" in answered(path), name


def test_releases_that_cannot_bound_an_interval_are_found_by_the_check(path: Path) -> None:
    # The releases are 1.0 and 2.0 of lantern, numbers 1 and 3, and 0.3 of beacon, number 2.
    whole = corpus_of(*WITH_ALL)
    paths = [whole.text(int(number)) for number in whole.lineage_paths]
    place = paths.index("lantern/attention.py")

    def told(name: str, value: int, place: int = place) -> list[str]:
        other = whole.arrays[name].copy()
        other[place] = value
        forged(path, **{name: other})
        return library.verify(path)

    not_before = "lineage_appeared is not before the releases that hold the paths"
    assert told("lineage_appeared", 1) == []
    assert told("lineage_appeared", 0) == told("lineage_appeared", 2) == told("lineage_appeared", 3) == [not_before]
    for value in (1, 2, 3):
        assert told("lineage_without", value) == ["lineage_without is not before lineage_appeared"]
    for value in (0, 2):
        assert told("lineage_file_releases", value, 0) == ["lineage_file_releases are of other projects"]


def test_tables_out_of_order_are_found_by_the_check(path: Path) -> None:
    for name in SORTED:
        forged(path, **{name: corpus_of(*WITH_ALL).arrays[name][::-1]})
        assert f"{name} is not in order" in library.verify(path)
        assert "damaged" in answered(path)


def test_a_file_of_no_release_is_found_by_the_check(path: Path) -> None:
    starts = corpus_of(*WITH_ALL).file_version_starts.copy()
    starts[1] = starts[0]
    forged(path, file_version_starts=starts)
    assert library.verify(path) == ["file_version_starts leaves a file without a release"]


def test_an_error_that_damage_explains_names_the_corpus(path: Path) -> None:
    for name in DEEP:
        numbers_of_nothing(path, name)
        with pytest.raises(CorpusError) as raised, damage_explained([corpus_of(*WITH_ALL), open_corpus(path)]):
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
    corpus_of(*WITH_ALL).save(path)
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
    array = corpus_of(*WITH_ALL).arrays[name].copy()
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


def test_a_whole_corpus_has_no_problems() -> None:
    assert problems(corpus_of(*WITH_ALL)) == []
    assert problems(corpus_of()) == []
