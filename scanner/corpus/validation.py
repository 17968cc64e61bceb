"""Whether a corpus is whole: what can be wrong with its columns, by the schema and beyond it.

What keeps a scan from reading without end is checked whenever a corpus opens: bounds, lengths, what is followed step by
step. What takes reading all of the file is for `corpus verify`, and for after an error that damage may explain. Edit
this when a damaged corpus does harm that no check finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..support.arrays import Array, run_sums
from .model import Corpus
from .schema import COLUMNS, FIRST_COLUMNS, KINDS, Columns, Table


def problems(corpus: Corpus) -> list[str]:
    """All that is wrong with the columns of a corpus."""
    return (
        list(shape_problems(corpus))
        or list(content_problems(corpus))
        or [
            *endless_problems(corpus),
            *history_problems(corpus),
            *interval_problems(corpus),
            *_token_problems(corpus),
            *_model_problems(corpus),
        ]
    )


def shape_problems(columns: Columns) -> Iterator[str]:
    """Columns of different lengths, and bounds that are out of order or do not end where what they bound does."""
    there = {name: column for name, column in COLUMNS.items() if name in columns.arrays}
    for name, column in there.items():
        if column.runs is None and len(columns.arrays[name]) != columns.count(column.table):
            yield f"{name} is not as long as {FIRST_COLUMNS[column.table].name}"
    for name, column in there.items():
        if column.runs is None:
            continue
        starts, last = columns.arrays[name], columns.count(column.runs)
        whole = len(starts) == columns.count(column.table) + 1 and starts[0] == 0 and starts[-1] == last
        if not whole or not _ascends(starts):
            yield f"{name} does not bound {FIRST_COLUMNS[column.runs].name}"


# So many entries are gone through at a time that they stay near the processor.
_AT_A_TIME = 1 << 16


def _ascends(starts: Array) -> bool:
    return not any(
        bool(
            np.any(
                starts[first + 1 : first + _AT_A_TIME + 1]
                < starts[first : first + _AT_A_TIME][: len(starts) - first - 1]
            )
        )
        for first in range(0, len(starts) - 1, _AT_A_TIME)
    )


def content_problems(corpus: Corpus) -> Iterator[str]:
    """Numbers of nothing, tables out of order, files of no release, where the shape is sound."""
    listed: dict[Table, Sequence[object]] = {
        Table.KINDS: KINDS,
        Table.PROJECTS: corpus.projects,
        Table.RELEASES: corpus.releases,
        Table.KNOWN_RELEASES: range(1 + len(corpus.releases) + len(corpus.unlisted)),
        Table.NOTICES: corpus.notices,
    }
    for name, column in COLUMNS.items():
        array, counted = corpus.arrays.get(name), column.numbers
        if array is None or counted is None or not len(array):
            continue
        if int(array.max()) >= (len(listed[counted]) if counted in listed else corpus.count(counted)):
            yield f"{name} counts further than there is"
    for name, column in COLUMNS.items():
        if column.is_sorted and bool(np.any(corpus.arrays[name][1:] < corpus.arrays[name][:-1])):
            yield f"{name} is not in order"
    if bool(np.any(np.diff(corpus.file_starts.astype(np.int64)) < 1)):
        yield "file_starts leaves a file without definitions"
    if bool(np.any(np.diff(corpus.file_version_starts.astype(np.int64)) < 1)):
        yield "file_version_starts leaves a file without a release"


def history_problems(corpus: Corpus) -> Iterator[str]:
    """Path histories that are not the paths that the versions tell of, where the content is sound."""
    owners = np.array([release.project for release in corpus.releases], np.int64)
    files = _of_rows(corpus.file_version_starts)
    told = np.stack([owners[corpus.version_releases], corpus.version_paths, files], axis=1)
    histories = _of_rows(corpus.lineage_file_starts)
    held = np.stack([corpus.lineage_projects[histories], corpus.lineage_paths[histories], corpus.lineage_files], axis=1)
    if not np.array_equal(np.unique(told, axis=0), np.unique(held, axis=0)):
        yield "lineage_files are not those of the versions"
    pairs = np.stack([np.arange(corpus.file_count), corpus.file_lineages], axis=1)
    of_files = np.unique(np.stack([corpus.lineage_files, histories], axis=1), axis=0)
    if len(np.unique(np.concatenate([of_files, pairs]), axis=0)) != len(of_files):
        yield "file_lineages are not those that hold the files"


def interval_problems(corpus: Corpus) -> Iterator[str]:
    """Releases around the first appearance of a path that cannot be those, where the content is sound."""
    known = (*corpus.releases, *corpus.unlisted)
    owners = np.array([-1, *(release.project for release in known)], np.int64)
    ages = np.unique(["", *(release.day for release in known)], return_inverse=True)[1]
    appeared, without = corpus.lineage_appeared, corpus.lineage_without
    first = corpus.lineage_first_releases.astype(np.int64) + 1
    if bool(np.any((owners[appeared] != corpus.lineage_projects) | (ages[appeared] > ages[first]))):
        yield "lineage_appeared is not before the releases that hold the paths"
    if bool(np.any((without > 0) & ((owners[without] != corpus.lineage_projects) | (ages[without] >= ages[appeared])))):
        yield "lineage_without is not before lineage_appeared"
    projects = corpus.lineage_projects[_of_rows(corpus.lineage_file_starts)]
    if bool(np.any(owners[corpus.lineage_file_releases] != projects)):
        yield "lineage_file_releases are of other projects"


def _token_problems(corpus: Corpus) -> Iterator[str]:
    told = run_sums(corpus.statement_tokens[corpus.definition_statements], corpus.definition_statement_starts)
    if not np.array_equal(told, corpus.definition_tokens):
        yield "definition_tokens are not those of the statements"
    told = run_sums(corpus.statement_tokens[corpus.plain_statements], corpus.plain_statement_starts)
    if not np.array_equal(told, corpus.plain_tokens):
        yield "plain_tokens are not those of the statements"


def _model_problems(corpus: Corpus) -> Iterator[str]:
    if not corpus.model_count:
        return
    from ..models.layout_templates import unpack_layout
    from .model_table import read_models

    try:
        for model in read_models(corpus):
            for layout in model.layouts:
                unpack_layout(layout)
    except ValueError as error:
        yield str(error)


def _of_rows(starts: Array) -> Array:
    """The number of the run that each item is in, by the bounds of the runs."""
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts).astype(np.int64))


def endless_problems(corpus: Corpus) -> Iterator[str]:
    """What never ends when it is followed, where the shape is sound. Raises IndexError for numbers of nothing."""
    counts = np.diff(corpus.file_starts.astype(np.int64))
    # A file without definitions would put off the places of all after it.
    if bool(np.any(counts < 1)) or not _parents_come_first(corpus.member_parents, corpus.file_starts.astype(np.int64)):
        yield "member_parents does not lead to the module"
    days = np.array([release.day for release in corpus.releases], np.str_)
    ages = np.unique(days, return_inverse=True)[1][corpus.lineage_first_releases][corpus.file_lineages]
    younger = ages[corpus.file_ancestors] >= ages
    if bool(np.any(younger & (corpus.file_ancestors != np.arange(corpus.file_count)))):
        yield "file_ancestors does not lead to older files"


def _parents_come_first(parents: Array, starts: Array) -> bool:
    """Whether each definition stands after its parent or is in the module; files begin at ``starts``."""
    first, last = 0, len(starts) - 1
    while first < last:
        end = max(int(np.searchsorted(starts, starts[first] + _AT_A_TIME, "right")) - 1, first + 1)
        held = parents[starts[first] : starts[end]]
        begin = np.repeat((starts[first:end] - starts[first]).astype(np.int32), np.diff(starts[first : end + 1]))
        places = np.arange(len(held), dtype=np.int32) - begin
        if bool(np.any((held >= places) & (held != 0))):
            return False
        first = end
    return True
