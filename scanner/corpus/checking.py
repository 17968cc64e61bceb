"""The arrays of a corpus in, what is wrong with them out.

What keeps a scan from reading without end is checked whenever a corpus opens: bounds, lengths, what is followed step by
step. What takes reading all of the file is for `corpus verify`, and for after an error that damage may explain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from ..arrays import Array
from ..errors import CorpusError
from .pack import KINDS, Corpus

# Each line is one table: columns of one length, the first of which counts its rows.
TABLES = (
    ("name_hashes", "name_lineages"),
    ("digests", "digest_weights"),
    ("statement_digests", "statement_tokens", "statement_weights"),
    ("definition_hashes", "definition_spellings", "definition_kinds", "definition_tokens"),
    ("fingerprints",),
    ("member_definitions", "member_names", "member_parents", "member_first_lines", "member_last_lines"),
    ("file_lineages", "file_ancestors"),
    ("lineage_projects", "lineage_paths", "lineage_first_releases"),
    ("version_releases", "version_paths", "version_notices"),
)
# Bounds of runs -> the table whose rows have one run each, and what the runs are of.
RUNS = {
    "name_starts": ("name_hashes", "name_bytes"),
    "statement_name_starts": ("statement_digests", "statement_names"),
    "definition_statement_starts": ("definition_hashes", "definition_statements"),
    "definition_lineage_starts": ("definition_hashes", "definition_lineages"),
    "posting_starts": ("fingerprints", "postings"),
    "file_starts": ("file_lineages", "member_definitions"),
    "file_version_starts": ("file_lineages", "version_releases"),
    "lineage_file_starts": ("lineage_projects", "lineage_files"),
}
# Numbers of rows -> the table they are numbers in.
NUMBERS = {
    "statement_digests": "digests",
    "statement_names": "name_hashes",
    "definition_statements": "statement_digests",
    "definition_lineages": "lineage_projects",
    "postings": "definition_hashes",
    "member_definitions": "definition_hashes",
    "member_names": "name_hashes",
    "file_lineages": "lineage_projects",
    "file_ancestors": "file_lineages",
    "lineage_files": "file_lineages",
    "version_paths": "name_hashes",
    "lineage_paths": "name_hashes",
}
SORTED = ("name_hashes", "digests", "definition_hashes", "fingerprints")


def problems(corpus: Corpus) -> list[str]:
    """All that is wrong with the arrays of a corpus."""
    return (
        list(shape_problems(corpus.arrays))
        or list(content_problems(corpus))
        or [*endless_problems(corpus), *lineage_problems(corpus), *_token_problems(corpus)]
    )


def shape_problems(arrays: Mapping[str, Array]) -> Iterator[str]:
    """Columns of different lengths, and bounds that are out of order or do not end where what they bound does."""
    for first, *others in TABLES:
        for other in others:
            if len(arrays[other]) != len(arrays[first]):
                yield f"{other} is not as long as {first}"
    for name, (table, items) in RUNS.items():
        starts = arrays[name]
        whole = len(starts) == len(arrays[table]) + 1 and starts[0] == 0 and starts[-1] == len(arrays[items])
        if not whole or bool(np.any(starts[1:] < starts[:-1])):
            yield f"{name} does not bound {items}"


def content_problems(corpus: Corpus) -> Iterator[str]:
    """Numbers of nothing, tables out of order, files of no release, where the shape is sound."""
    for name, size in _sizes(corpus).items():
        if len(corpus.arrays[name]) and int(corpus.arrays[name].max()) >= size:
            yield f"{name} counts further than there is"
    for name in SORTED:
        if bool(np.any(corpus.arrays[name][1:] < corpus.arrays[name][:-1])):
            yield f"{name} is not in order"
    if bool(np.any(np.diff(corpus.file_starts.astype(np.int64)) < 1)):
        yield "file_starts leaves a file without members"
    if bool(np.any(np.diff(corpus.file_version_starts.astype(np.int64)) < 1)):
        yield "file_version_starts leaves a file without a release"


def lineage_problems(corpus: Corpus) -> Iterator[str]:
    """Lineages that are not the paths that the versions tell of, where the content is sound."""
    owners = np.array([release.project for release in corpus.releases], np.int64)
    files = _of_rows(corpus.file_version_starts)
    told = np.stack([owners[corpus.version_releases], corpus.version_paths, files], axis=1)
    lineages = _of_rows(corpus.lineage_file_starts)
    held = np.stack([corpus.lineage_projects[lineages], corpus.lineage_paths[lineages], corpus.lineage_files], axis=1)
    if not np.array_equal(np.unique(told, axis=0), np.unique(held, axis=0)):
        yield "lineage_files are not those of the versions"
    pairs = np.stack([np.arange(corpus.file_count), corpus.file_lineages], axis=1)
    of_files = np.unique(np.stack([corpus.lineage_files, lineages], axis=1), axis=0)
    if len(np.unique(np.concatenate([of_files, pairs]), axis=0)) != len(of_files):
        yield "file_lineages are not those that hold the files"


def _token_problems(corpus: Corpus) -> Iterator[str]:
    sums = np.concatenate([[0], np.cumsum(corpus.statement_tokens[corpus.definition_statements], dtype=np.int64)])
    if not np.array_equal(np.diff(sums[corpus.definition_statement_starts]), corpus.definition_tokens):
        yield "definition_tokens are not those of the statements"


def _of_rows(starts: Array) -> Array:
    """The number of the run that each item is in, by the bounds of the runs."""
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts).astype(np.int64))


def endless_problems(corpus: Corpus) -> Iterator[str]:
    """What never ends when it is followed, where the shape is sound. Raises IndexError for numbers of nothing."""
    counts = np.diff(corpus.file_starts.astype(np.int64))
    # A file without members would put off the places of all after it.
    if bool(np.any(counts < 1)) or not _parents_come_first(corpus.member_parents, counts):
        yield "member_parents does not lead to the module"
    days = np.array([release.day for release in corpus.releases], np.str_)
    ages = np.unique(days, return_inverse=True)[1][corpus.lineage_first_releases][corpus.file_lineages]
    younger = ages[corpus.file_ancestors] >= ages
    if bool(np.any(younger & (corpus.file_ancestors != np.arange(corpus.file_count)))):
        yield "file_ancestors does not lead to older files"


def _parents_come_first(parents: Array, counts: Array) -> bool:
    """Whether each member of files with ``counts`` members stands after its parent, or is told to be in the module."""
    # One place further each time, and back to 0 at the start of a file; in one array, since fresh memory costs most.
    places = np.ones(len(parents), np.int32)
    places[:1] = 0
    places[np.cumsum(counts)[:-1]] -= counts[:-1].astype(np.int32)
    np.cumsum(places, out=places)
    return not bool(np.any((parents >= places) & (parents != 0)))


def _sizes(corpus: Corpus) -> dict[str, int]:
    """For each array of numbers how many things there are to number."""
    listed: dict[str, Sequence[object]] = {
        "definition_kinds": KINDS,
        "lineage_projects": corpus.projects,
        "lineage_first_releases": corpus.releases,
        "version_releases": corpus.releases,
        "version_notices": corpus.notices,
    }
    tables = {name: len(corpus.arrays[table]) for name, table in NUMBERS.items()}
    return tables | {name: len(things) for name, things in listed.items()}


@contextmanager
def damage_explained(corpora: Sequence[Corpus]) -> Iterator[None]:
    """An error that damage in one of ``corpora`` explains becomes a CorpusError naming it; any other passes."""
    try:
        yield
    except (LookupError, ValueError, ArithmeticError, MemoryError) as error:
        for corpus in corpora:
            if found := problems(corpus):
                raise damaged(corpus, found[0]) from error
        raise


def damaged(corpus: Corpus, problem: str) -> CorpusError:
    """The error that says so."""
    return CorpusError(f"{corpus.path or corpus.name}: damaged corpus file ({problem}); build or download it again")
