"""A corpus several times over, made from its columns: as unrelated projects, or as near-copies of itself.

Of an unrelated replica every hash is another one, so that nothing in it equals anything elsewhere. Of a near-copy some
of the statements that each definition holds are others; definitions without such a one are those of the original.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from modelkin.corpus.model import Corpus
from modelkin.corpus.rarity import idf_weights
from modelkin.corpus.schema import Columns, fitted
from modelkin.corpus.spellings import keys_in
from modelkin.support.arrays import Array, run_bounds, runs

# Of the fingerprints of a definition about twice the share of its changed statements are others: each spans 16 tokens.
PRINTS_PER_STATEMENT = 2.0
_DAYS = 30


class Replica(NamedTuple):
    """A corpus whose tables need not be in order, and its fingerprints beside the definitions that have them."""

    corpus: Corpus
    prints: Array
    owners: Array


def replica_of(corpus: Corpus) -> Replica:
    """The corpus as it is."""
    lengths = np.diff(corpus.posting_starts).astype(np.int64)
    return Replica(corpus, np.repeat(corpus.fingerprints, lengths), corpus.postings.astype(np.int64))


def unrelated(original: Replica, number: int) -> Replica:
    """Replica ``number`` with all hashes changed."""
    rng = np.random.default_rng(number)
    names = ("name_hashes", "digests", "definition_hashes", "definition_spellings")
    salts = {name: np.uint64(rng.integers(1, 2**63)) for name in (*names, "prints")}
    arrays = {**original.corpus.arrays, **{name: original.corpus.arrays[name] ^ salts[name] for name in names}}
    corpus = _of_other_projects(replace(original.corpus, arrays=arrays), number)
    return Replica(corpus, original.prints ^ salts["prints"], original.owners)


def near_copy(original: Replica, number: int, share: float) -> Replica:
    """Replica ``number``, younger, in which this share of the statements in definitions is changed."""
    rng, corpus = np.random.default_rng(number), original.corpus
    salt = np.uint64(rng.integers(1, 2**63))
    changed = rng.random(len(corpus.definition_statements)) < share
    statements = corpus.definition_statements.astype(np.int64)
    others = np.unique(statements[changed])
    held = statements.copy()
    held[changed] = len(corpus.statement_digests) + np.searchsorted(others, statements[changed])
    owners = np.repeat(np.arange(len(corpus.definition_hashes)), np.diff(corpus.definition_statement_starts))
    differs = np.bincount(owners[changed], minlength=len(corpus.definition_hashes)) > 0
    places, _ = runs(corpus.statement_name_starts, others)
    lengths = np.diff(corpus.statement_name_starts).astype(np.int64)
    arrays = {
        **corpus.arrays,
        "digests": np.concatenate([corpus.digests, corpus.digests ^ salt]),
        "statement_digests": np.append(
            corpus.statement_digests, corpus.statement_digests[others].astype(np.int64) + len(corpus.digests)
        ),
        "statement_tokens": np.append(corpus.statement_tokens, corpus.statement_tokens[others]),
        "statement_names": np.append(corpus.statement_names, corpus.statement_names[places]),
        "statement_name_starts": run_bounds(np.append(lengths, lengths[others])),
        "definition_statements": held,
        "definition_hashes": np.where(differs, corpus.definition_hashes ^ salt, corpus.definition_hashes),
    }
    turned = differs[original.owners] & (rng.random(len(original.owners)) < PRINTS_PER_STATEMENT * share)
    prints = np.where(turned, original.prints ^ salt, original.prints)
    return Replica(_of_other_projects(replace(corpus, arrays=arrays), number, _DAYS), prints, original.owners)


def _of_other_projects(corpus: Corpus, number: int, days: int = 0) -> Corpus:
    """The corpus with other names of its projects, and releases that are younger by ``days`` for each number."""

    def later(day: str) -> str:
        return str(np.datetime64(day) + np.timedelta64(days * number)) if day and days else day

    return replace(
        corpus,
        projects=tuple(
            replace(each, name=f"{each.name}~{number}", published=later(each.published)) for each in corpus.projects
        ),
        releases=tuple(replace(each, released=later(each.released)) for each in corpus.releases),
        unlisted=tuple(replace(each, released=later(each.released)) for each in corpus.unlisted),
    )


class _Merged(NamedTuple):
    """Rows of several tables, equal ones once."""

    first: Array
    """Where among all rows each of them stands first; in that order, or in the order of their keys."""
    numbers: list[Array]
    """For each table the new number of each of its rows."""


def _merged(keys: Sequence[Array], in_order: bool) -> _Merged:
    _, first, inverse = np.unique(np.concatenate(keys), return_index=True, return_inverse=True)
    if not in_order:
        order = np.argsort(first)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        first, inverse = first[order], ranks[inverse]
    return _Merged(first, np.split(inverse, np.cumsum([len(each) for each in keys])[:-1]))


def joined(replicas: Sequence[Replica], name: str) -> Corpus:
    """One corpus of all replicas: equal names, statements and definitions are there once."""
    corpora = [each.corpus for each in replicas]
    names = _merged([each.name_hashes for each in corpora], in_order=True)
    digests = _merged([each.digests for each in corpora], in_order=True)
    statements = _merged([keys_in(each, np.arange(len(each.statement_digests))) for each in corpora], in_order=False)
    definitions = _merged([_definition_keys(each) for each in corpora], in_order=False)
    hashes = np.concatenate([each.definition_hashes for each in corpora])[definitions.first]
    order = np.argsort(hashes, kind="stable")
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    definitions = _Merged(definitions.first[order], [ranks[each] for each in definitions.numbers])
    arrays = {
        **_texts(corpora, names),
        **_statements(corpora, names, digests, statements),
        **_definitions(corpora, definitions, statements),
        **_fingerprints(replicas, definitions),
        **_files(corpora, names, definitions),
        **_counts(corpora, digests, statements),
    }
    base = [_offsets([len(each.projects) for each in corpora]), _offsets([len(each.releases) for each in corpora])]
    pairs = list(zip(corpora, base[0], strict=True))
    columns = {getattr(Columns, each): array for each, array in arrays.items()}
    return Corpus(
        arrays={column.name: fitted(column, array) for column, array in columns.items()}
        | {each: replicas[0].corpus.arrays[each] for each in _PLAIN}
        | {"plain_digest_weights": arrays["digest_weights"], "plain_statement_weights": arrays["statement_weights"]},
        name=name,
        projects=tuple(project for each in corpora for project in each.projects),
        releases=tuple(replace(r, project=r.project + first) for each, first in pairs for r in each.releases),
        unlisted=tuple(replace(r, project=r.project + first) for each, first in pairs for r in each.unlisted),
        notices=corpora[0].notices,
        version=corpora[0].version,
    )


_PLAIN = ("plain_definitions", "plain_tokens", "plain_statement_starts", "plain_statements")


def _offsets(lengths: Sequence[int]) -> list[int]:
    return [*map(int, run_bounds(lengths)[:-1])]


def _joined(corpora: Sequence[Corpus], column: str) -> Array:
    return np.concatenate([each.arrays[column] for each in corpora])


def _bounds(corpora: Sequence[Corpus], column: str) -> Array:
    """The bounds of runs that stand end to end."""
    return run_bounds(np.concatenate([np.diff(each.arrays[column]).astype(np.int64) for each in corpora]))


def _texts(corpora: Sequence[Corpus], names: _Merged) -> dict[str, Array]:
    bounds = _bounds(corpora, "name_starts")
    return {
        "name_hashes": _joined(corpora, "name_hashes")[names.first],
        "name_bytes": _joined(corpora, "name_bytes")[runs(bounds, names.first)[0]],
        "name_starts": run_bounds(np.diff(bounds)[names.first]),
    }


def _statements(corpora: Sequence[Corpus], names: _Merged, digests: _Merged, statements: _Merged) -> dict[str, Array]:
    bounds = _bounds(corpora, "statement_name_starts")
    of_digest = [numbers[each.statement_digests] for each, numbers in zip(corpora, digests.numbers, strict=True)]
    of_names = [numbers[each.statement_names] for each, numbers in zip(corpora, names.numbers, strict=True)]
    return {
        "digests": _joined(corpora, "digests")[digests.first],
        "statement_digests": np.concatenate(of_digest)[statements.first],
        "statement_tokens": _joined(corpora, "statement_tokens")[statements.first],
        "statement_name_starts": run_bounds(np.diff(bounds)[statements.first]),
        "statement_names": np.concatenate(of_names)[runs(bounds, statements.first)[0]],
    }


def _definition_keys(corpus: Corpus) -> Array:
    mixed = corpus.definition_hashes * np.uint64(0x9E3779B97F4A7C15) ^ corpus.definition_spellings
    keys: Array = mixed * np.uint64(3) + corpus.definition_kinds
    return keys


def _definitions(corpora: Sequence[Corpus], definitions: _Merged, statements: _Merged) -> dict[str, Array]:
    bounds = _bounds(corpora, "definition_statement_starts")
    held = [of[each.definition_statements] for each, of in zip(corpora, statements.numbers, strict=True)]
    histories = _offsets([len(each.lineage_projects) for each in corpora])
    pairs = []
    for each, numbers, first in zip(corpora, definitions.numbers, histories, strict=True):
        owners = np.repeat(numbers, np.diff(each.definition_lineage_starts).astype(np.int64))
        pairs.append(owners << 32 | each.definition_lineages.astype(np.int64) + first)
    distinct = np.unique(np.concatenate(pairs))
    columns = ("definition_hashes", "definition_spellings", "definition_kinds", "definition_tokens")
    return {
        **{column: _joined(corpora, column)[definitions.first] for column in columns},
        "definition_statement_starts": run_bounds(np.diff(bounds)[definitions.first]),
        "definition_statements": np.concatenate(held)[runs(bounds, definitions.first)[0]],
        "definition_lineage_starts": run_bounds(np.bincount(distinct >> 32, minlength=len(definitions.first))),
        "definition_lineages": distinct & 0xFFFFFFFF,
    }


def _fingerprints(replicas: Sequence[Replica], definitions: _Merged) -> dict[str, Array]:
    prints, inverse = np.unique(np.concatenate([each.prints for each in replicas]), return_inverse=True)
    owners = np.concatenate([of[each.owners] for each, of in zip(replicas, definitions.numbers, strict=True)])
    pairs = np.unique(inverse << 32 | owners)
    return {
        "fingerprints": prints,
        "posting_starts": run_bounds(np.bincount(pairs >> 32, minlength=len(prints))),
        "postings": pairs & 0xFFFFFFFF,
    }


def _files(corpora: Sequence[Corpus], names: _Merged, definitions: _Merged) -> dict[str, Array]:
    files = _offsets([each.file_count for each in corpora])
    histories = _offsets([len(each.lineage_projects) for each in corpora])
    projects = _offsets([len(each.projects) for each in corpora])
    releases = _offsets([len(each.releases) for each in corpora])
    alike = ("member_parents", "member_first_lines", "member_last_lines", "version_notices")
    bounds = ("file_starts", "lineage_file_starts", "file_version_starts")

    def renumbered(column: str, numbers: Sequence[Array]) -> Array:
        return np.concatenate([of[each.arrays[column]] for each, of in zip(corpora, numbers, strict=True)])

    def shifted(column: str, offsets: Sequence[int]) -> Array:
        return np.concatenate(
            [each.arrays[column].astype(np.int64) + first for each, first in zip(corpora, offsets, strict=True)]
        )

    def dated(column: str) -> Array:
        """Numbers of releases from 1, those that are not listed behind all that are."""
        last = sum(len(each.releases) for each in corpora)
        behind = _offsets([len(each.unlisted) for each in corpora])
        found = []
        for each, first, later in zip(corpora, releases, behind, strict=True):
            number = each.arrays[column].astype(np.int64)
            listed = number <= len(each.releases)
            found.append(np.where(listed, number + first, number - len(each.releases) + last + later) * (number > 0))
        return np.concatenate(found)

    return {
        **{column: _joined(corpora, column) for column in alike},
        **{column: _bounds(corpora, column) for column in bounds},
        **{column: dated(column) for column in ("lineage_appeared", "lineage_without", "lineage_file_releases")},
        "member_definitions": renumbered("member_definitions", definitions.numbers),
        "member_names": renumbered("member_names", names.numbers),
        "lineage_paths": renumbered("lineage_paths", names.numbers),
        "version_paths": renumbered("version_paths", names.numbers),
        "file_lineages": shifted("file_lineages", histories),
        "file_ancestors": shifted("file_ancestors", files),
        "lineage_projects": shifted("lineage_projects", projects),
        "lineage_first_releases": shifted("lineage_first_releases", releases),
        "lineage_files": shifted("lineage_files", files),
        "version_releases": shifted("version_releases", releases),
        "name_lineages": _summed(corpora, names, lambda each: each.name_lineages),
    }


def _summed(corpora: Sequence[Corpus], merged: _Merged, counts: Callable[[Corpus], Array]) -> Array:
    sums = np.zeros(len(merged.first), np.int64)
    for each, numbers in zip(corpora, merged.numbers, strict=True):
        np.add.at(sums, numbers, counts(each).astype(np.int64))
    return sums


def _counts(corpora: Sequence[Corpus], digests: _Merged, statements: _Merged) -> dict[str, Array]:
    of_digest, of_statement = np.zeros(len(digests.first), np.int64), np.zeros(len(statements.first), np.int64)
    for each, digest_numbers, numbers in zip(corpora, digests.numbers, statements.numbers, strict=True):
        owners = np.repeat(np.arange(len(each.definition_hashes)), np.diff(each.definition_lineage_starts))
        places, of_owner = runs(each.definition_statement_starts, owners)
        histories = each.definition_lineages.astype(np.int64)[of_owner]
        pairs = np.unique(each.definition_statements[places].astype(np.int64) << 32 | histories)
        of_statement += np.bincount(numbers[pairs >> 32], minlength=len(of_statement))
        of_row = each.statement_digests[pairs >> 32].astype(np.int64)
        pairs = np.unique(of_row << 32 | pairs & 0xFFFFFFFF)
        of_digest += np.bincount(digest_numbers[pairs >> 32], minlength=len(of_digest))
    total = sum(len(each.lineage_projects) for each in corpora)
    return {
        "digest_lineages": of_digest,
        "statement_lineages": of_statement,
        "digest_plain_lineages": of_digest,
        "statement_plain_lineages": of_statement,
        "digest_weights": idf_weights(of_digest, total),
        "statement_weights": idf_weights(of_statement, total),
    }
