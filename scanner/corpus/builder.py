"""Building a corpus, file by file or out of another corpus. Equal statements, definitions and files are stored once.

Edit this when something else about upstream code should be known, or when corpora are put together in another way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from msgspec.structs import replace

from ..fingerprints.normalize import END_DIGEST, NormalisedFile, normalise, normalise_plainly
from ..fingerprints.plain_form import PlainForm
from ..fingerprints.winnowing import Fingerprints, winnow
from ..notices.credits import read_credits
from ..notices.model import Credit, Strength
from ..notices.notice import read_notice
from ..notices.project_names import second_hand
from ..sources.checkout import sort_key
from ..support.arrays import Array
from ..support.budget import budget
from ..syntax.parser import Definition, parse
from .appearances import Listing, oldest
from .model import Corpus, Project, Release, Version
from .plain_tables import PlainStatement
from .schema import KINDS
from .tables import Tables, VersionRow

# What the corpus has room for; a longer statement is data, and its exact length tells nothing.
MOST_STATEMENT_TOKENS = 65_535
# Of the sources that a file names; one that names more lists what it was compared with.
MOST_SOURCES = 8


class CorpusBuilder(Tables):
    """Collects files release by release. The same files in the same order, the same corpus.

    With ``plain``, their definitions are kept in the plain form as well.
    """

    def __init__(self, plain: bool = True) -> None:
        super().__init__()
        self._form = PlainForm(self.cache.names) if plain else None
        self._seen: dict[bytes, tuple[int, int]] = {}

    def add_release(self, project: Project, release: Release) -> int:
        """A number for a release, to add files to; a version of a project is one release, however often it is added.

        Whatever number ``release`` has for its project is replaced by the builder's.
        """
        owner = self.projects[project]
        for number, known in enumerate(self.releases):
            if (known.project, known.version) == (owner, release.version):
                return number
        self.releases.append(replace(release, project=owner))
        return len(self.releases) - 1

    def add_file(self, release: int, path: str, text: bytes, sha256: str, timeout: float | None = None) -> None:
        """Index one file of a release, under its path in the release. Raises OverBudgetError: then it is not in it."""
        key = sha256.encode()
        self.knows_plain.add(self._form is not None)
        if key not in self._seen:
            # Not abrupt, and nothing is added in it: the tables of all files are never left half changed.
            with budget(len(text), timeout, abrupt=False):
                parsed = parse(text)
                code = normalise(parsed, text, self.cache)
                plain = normalise_plainly(parsed, text, self.cache, self._form, code) if self._form else None
                notice = replace(read_notice(text), sources=named_sources(text, code.definitions))
                prints = winnow(code)
            self._seen[key] = self._index(code, prints, plain), self.notices[notice]
        file, notice_number = self._seen[key]
        number = self.cache.names[path.encode("utf-8", "replace")]
        self.rows.append(VersionRow(file, release, number, notice_number))

    def add_listing(self, project: int, path: bytes, listing: Listing) -> None:
        """Say which releases of a project, whose files need not be added, have a path, and which lack it."""
        key = project, self.cache.names[path]
        self.listings[key] = self.listings.get(key, Listing()) | listing

    def add_holder(self, project: int, path: bytes, file: int, release: Release) -> None:
        """Say that a release, whose files need not be added, has a file under a path."""
        key = project, self.cache.names[path], file
        self.holders[key] = oldest((self.holders.get(key, release), release))

    def _index(self, code: NormalisedFile, prints: Fingerprints, plain: NormalisedFile | None) -> int:
        statements = self._statement_numbers(code)
        rows = []
        for place, definition in enumerate(code.definitions):
            number = self._definition(code, prints, place, statements)
            if plain is not None and _differs(code, plain, place):
                self.plain.add(number, _held(plain, place))
            leaf = definition.qualname.rpartition(".")[2].encode()
            parent = max(definition.parent, 0)
            rows.append((number, self.cache.names[leaf], parent, definition.first_line, definition.last_line))
        return self.files[tuple(rows)]

    def _statement_numbers(self, code: NormalisedFile) -> list[int]:
        """The number of each statement of a file; -1 for the ends of blocks, which no alignment needs."""
        bounds, digests = code.order_starts.tolist(), code.digests.tolist()
        tokens = np.diff(code.statement_token_starts).tolist()
        numbers = []
        for place, digest in enumerate(digests):
            if digest == END_DIGEST:
                numbers.append(-1)
                continue
            names = code.order[bounds[place] : bounds[place + 1]]
            numbers.append(self.add_statement(digest, names.tobytes(), tokens[place]))
        return numbers

    def add_statement(self, digest: int, names: bytes, tokens: int) -> int:
        """The number of a statement: its digest, and its names as bytes of uint32, in order of first occurrence."""
        number = self.statements[digest, names]
        if number == len(self.statement_tokens):
            self.statement_tokens.append(min(tokens, MOST_STATEMENT_TOKENS))
        return number

    def _definition(self, code: NormalisedFile, prints: Fingerprints, place: int, statements: list[int]) -> int:
        first, last = code.statement_starts[place : place + 2].tolist()
        return self.add_definition(
            int(code.hashes[place]),
            code.definitions[place].kind,
            int(code.spellings[place]),
            [number for number in statements[first:last] if number >= 0],
            prints.hashes[prints.starts[place] : prints.starts[place + 1]],
        )

    def add_definition(self, digest: int, kind: str, spelling: int, statements: list[int], prints: Array) -> int:
        """The number of a definition: the hash of its tokens, its kind, and its statements."""
        number = self.definitions[digest, KINDS.index(kind), np.array(statements, np.uint32).tobytes()]
        if number == len(self.fingerprints):
            self.fingerprints.append(prints)
            self.spellings.append(spelling)
            self.definition_tokens.append(sum(self.statement_tokens[statement] for statement in statements))
        return number


def _differs(code: NormalisedFile, plain: NormalisedFile, place: int) -> bool:
    """Whether a definition has another plain form."""
    first, second = (slice(*each.statement_starts[place : place + 2].tolist()) for each in (code, plain))
    if not np.array_equal(code.digests[first], plain.digests[second]):
        return True
    names = code.order[slice(*code.order_starts[[first.start, first.stop]].tolist())]
    others = plain.order[slice(*plain.order_starts[[second.start, second.stop]].tolist())]
    return not np.array_equal(names, others)


def _held(code: NormalisedFile, place: int) -> list[PlainStatement]:
    """The statements of one definition, without the ends of blocks."""
    rows = range(*code.statement_starts[place : place + 2].tolist())
    names, tokens = code.order_starts, code.statement_token_starts
    return [
        (
            int(code.digests[row]),
            code.order[names[row] : names[row + 1]].tobytes(),
            min(int(tokens[row + 1] - tokens[row]), MOST_STATEMENT_TOKENS),
        )
        for row in rows
        if code.digests[row] != END_DIGEST
    ]


def named_sources(text: bytes, definitions: Sequence[Definition]) -> tuple[str, ...]:
    """What the credits above the first of the definitions in a file name as the source of its code, in order.

    Each is an address, else a project by its name, else a path; ``definitions[0]`` is the module. What a source is from
    by the same sentence comes after it.
    """
    first = min((each.first_line for each in definitions[1:]), default=0)
    above = b"".join(text.splitlines(keepends=True)[: first - 1]) if first else text
    return tuple(dict.fromkeys(islice(_sources(read_credits(above), above), MOST_SOURCES)))


def _sources(given: Iterable[Credit], text: bytes) -> Iterator[str]:
    lines = text.decode("utf-8", "replace").splitlines()
    for credit in given:
        source = credit.url or credit.project or credit.path
        if credit.strength is not Strength.IDEA and source:
            yield source
            # The sentence may go on in the next line.
            words = " ".join(line.strip(" \t#*") for line in lines[credit.first_line - 1 : credit.last_line + 1])
            yield from second_hand(words)


def absorb(builder: CorpusBuilder, corpus: Corpus, keeps: Callable[[Version], bool] = lambda _: True) -> None:
    """Put the files that ``keeps`` wants, and the releases they are of, into a builder.

    In the order of a build, release by release and path by path: what is kept is numbered as if it had been alone.
    """
    translator = _Translator(builder, corpus)
    lengths = np.diff(corpus.file_version_starts).astype(np.int64)
    files = np.repeat(np.arange(corpus.file_count), lengths).tolist()
    kept = set()
    for row in sorted(range(len(files)), key=lambda row: _build_order(corpus, row)):
        if keeps(corpus.version_at(row)):
            builder.rows.append(translator.row(row, files[row]))
            kept.add(
                (corpus.releases[corpus.version_releases[row]].project, int(corpus.version_paths[row]), files[row])
            )
    if kept:
        builder.knows_plain.add(corpus.knows_plain)
    translator.pass_on_listings(kept)


def _build_order(corpus: Corpus, row: int) -> tuple[int, list[str]]:
    """Where a build comes to a row: paths in the order of a checkout."""
    return int(corpus.version_releases[row]), sort_key(corpus.text(int(corpus.version_paths[row])))


class _Translator:
    """Translates a corpus's numbers into a builder's, each once."""

    def __init__(self, builder: CorpusBuilder, corpus: Corpus) -> None:
        self.builder, self.corpus = builder, corpus
        self._releases: dict[int, int] = {}
        self._files: dict[int, int] = {}
        self._definitions: dict[int, int] = {}
        self._statements: dict[int, int] = {}
        self._prints = _prints_by_definition(corpus)

    def row(self, row: int, file: int) -> VersionRow:
        corpus, builder = self.corpus, self.builder
        return VersionRow(
            self.file(file),
            self.release(int(corpus.version_releases[row])),
            self.name(int(corpus.version_paths[row])),
            builder.notices[corpus.notices[corpus.version_notices[row]]],
        )

    def release(self, number: int) -> int:
        if number not in self._releases:
            release = self.corpus.releases[number]
            project = self.corpus.projects[release.project]
            self._releases[number] = self.builder.add_release(project, release)
        return self._releases[number]

    def pass_on_listings(self, kept: Collection[tuple[int, int, int]]) -> None:
        """What releases that the corpus does not list tell of the (project, path, file) that are kept."""
        corpus = self.corpus
        bounds = zip(corpus.lineage_appeared.tolist(), corpus.lineage_without.tolist(), strict=True)
        for history, (appeared, without) in enumerate(bounds):
            project, path = int(corpus.lineage_projects[history]), int(corpus.lineage_paths[history])
            rows = range(*corpus.lineage_file_starts[history : history + 2].tolist())
            held = [row for row in rows if (project, path, int(corpus.lineage_files[row])) in kept]
            if not held:
                continue
            number, name = self.builder.projects[corpus.projects[project]], corpus.spelling(path)
            listing = Listing(self._unlisted(number, appeared), self._unlisted(number, without))
            if listing != Listing():
                self.builder.add_listing(number, name, listing)
            for row in held:
                for release in self._unlisted(number, int(corpus.lineage_file_releases[row])):
                    self.builder.add_holder(number, name, self.file(int(corpus.lineage_files[row])), release)

    def _unlisted(self, project: int, number: int) -> frozenset[Release]:
        """The release of that number, where the corpus does not list it, of the builder's ``project``."""
        release = self.corpus.known_release(number)
        is_listed = release is None or number <= len(self.corpus.releases)
        return frozenset() if is_listed or release is None else frozenset((replace(release, project=project),))

    def name(self, number: int) -> int:
        return self.builder.cache.names[self.corpus.spelling(number)]

    def file(self, file: int) -> int:
        if file not in self._files:
            rows = range(*self.corpus.file_starts[file : file + 2].tolist())
            self._files[file] = self.builder.files[tuple(map(self.definition_row, rows))]
        return self._files[file]

    def definition_row(self, row: int) -> tuple[int, int, int, int, int]:
        corpus = self.corpus
        return (
            self.definition(int(corpus.member_definitions[row])),
            self.name(int(corpus.member_names[row])),
            int(corpus.member_parents[row]),
            int(corpus.member_first_lines[row]),
            int(corpus.member_last_lines[row]),
        )

    def definition(self, number: int) -> int:
        if number not in self._definitions:
            corpus = self.corpus
            places = slice(*corpus.definition_statement_starts[number : number + 2].tolist())
            held = [self.statement(int(content)) for content in corpus.definition_statements[places]]
            self._definitions[number] = self.builder.add_definition(
                int(corpus.definition_hashes[number]),
                KINDS[corpus.definition_kinds[number]],
                int(corpus.definition_spellings[number]),
                held,
                self._prints[number],
            )
            self._pass_on_plain(number)
        return self._definitions[number]

    def _pass_on_plain(self, number: int) -> None:
        """The plain form of a definition, where the corpus has one."""
        corpus = self.corpus
        row = int(np.searchsorted(corpus.plain_definitions, number))
        if row < len(corpus.plain_definitions) and corpus.plain_definitions[row] == number:
            places = slice(*corpus.plain_statement_starts[row : row + 2].tolist())
            held = [self._spelled(int(statement)) for statement in corpus.plain_statements[places]]
            self.builder.plain.add(self._definitions[number], held)

    def statement(self, number: int) -> int:
        if number not in self._statements:
            self._statements[number] = self.builder.add_statement(*self._spelled(number))
        return self._statements[number]

    def _spelled(self, number: int) -> PlainStatement:
        corpus = self.corpus
        places = slice(*corpus.statement_name_starts[number : number + 2].tolist())
        names = np.array([self.name(int(name)) for name in corpus.statement_names[places]], np.uint32)
        digest = int(corpus.digests[corpus.statement_digests[number]])
        return digest, names.tobytes(), int(corpus.statement_tokens[number])


def _prints_by_definition(corpus: Corpus) -> list[np.ndarray[tuple[int], np.dtype[np.uint64]]]:
    order = np.argsort(corpus.postings, kind="stable")
    lengths = np.diff(corpus.posting_starts).astype(np.int64)
    hashes = np.repeat(corpus.fingerprints, lengths)[order]
    starts = np.searchsorted(corpus.postings[order], np.arange(len(corpus.definition_hashes) + 1))
    return np.split(hashes, starts[1:-1])
