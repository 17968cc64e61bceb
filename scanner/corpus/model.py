"""A corpus in memory: facts about upstream code as flat arrays behind a JSON header, and how they are saved.

No code is stored: hashes of statements and definitions, the names in them in order of first occurrence, where they
stand, and for each upstream file its release, date, licence, copyright lines and the sources that it names. Edit this
when the header changes; what follows the last entry of its rows, and keys unknown here, are passed over when a file
opens, so that only what changes the meaning of the rest needs another FORMAT.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import astuple, replace

from ..errors import CorpusError
from ..fingerprints.window import WINNOWING
from ..notices.model import Notice
from ..results import Unread
from ..sources.specs import REGISTRY_PREFIX
from ..support.atomic_write import Target, opened_target
from ..support.folders import LinkError
from .schema import COLUMNS, Columns, Table

if TYPE_CHECKING:
    from ..models.model import ModelFacts
    from ..support.arrays import Array

FORMAT = 3
# Files of it have none of the optional columns, and are still read.
OLDEST_FORMAT = 2
HEADER_KEY = "modelkin"

# The longest header the format's own reference reader takes.
LONGEST_HEADER = 100_000_000

CORPUS_SUFFIX = ".safetensors"
# A full hash of git, of which reports show the first digits.
COMMIT_DIGITS = 40
_SHOWN_DIGITS = 12
_HEXADECIMAL = "0123456789abcdef"


# What is told of plain forms in columns of their own.
_IN_PLAIN = {
    Columns.digest_weights.name: Columns.plain_digest_weights.name,
    Columns.statement_weights.name: Columns.plain_statement_weights.name,
    Columns.digest_lineages.name: Columns.digest_plain_lineages.name,
    Columns.statement_lineages.name: Columns.statement_plain_lineages.name,
}


Number = Annotated[int, Meta(ge=0)]


class Project(Struct, frozen=True, array_like=True):
    """An upstream project, its fields in the order of its row in a header."""

    name: str
    licence: str
    """What a file is under that names no licence."""
    homepage: str
    source: str
    """The address of a file in a release, with ``{release}`` and ``{path}`` to fill in."""
    package: str = ""
    """Its name at the package registry, if it is there."""
    published: str = ""
    """The ISO date on which any of its code was first public; empty where that is not known."""
    also: tuple[str, ...] = ()
    """Its other packages at the registry."""

    @property
    def packages(self) -> tuple[str, ...]:
        """What its packages are called, its own name where it has none."""
        return (self.package or self.name, *self.also)


class Release(Struct, frozen=True, array_like=True):
    """A release of an upstream project, in the same way."""

    project: Number
    """The number of the project."""
    version: str
    released: str
    """An ISO date; empty where none is known."""
    sha256: str
    """That of the file it was read from."""
    copyrights: tuple[str, ...] = ()
    """The copyright lines of its licence files."""
    has_notice_file: bool = False
    """Whether a NOTICE comes with it."""
    licence: str = ""
    """What a file of it is under that names no licence, where that is not its project's."""
    origin: str = ""
    """Where it is from, without its version, as a source is named (pypi:mmcv-full, git+https://…, hf:ORG/NAME); empty
    where that is the package of its project, or not known."""
    source: str = ""
    """The address of a file in it, as `Project.source`, where that is another one."""

    @property
    def shown(self) -> str:
        """Its version, a commit by the first digits of its hash."""
        return self.version[:_SHOWN_DIGITS] if is_commit(self.version) else self.version

    @property
    def day(self) -> str:
        """The date to order by: one without a date is younger than any that has one, so never taken for an origin."""
        return self.released or "9999-12-31"


class Version(Struct, frozen=True):
    """An upstream file as it stands in one release."""

    project: Project
    release: Release
    path: str
    notice: Notice

    @property
    def licence(self) -> str:
        """What its own header names, else what its release, else its project is under."""
        return self.notice.licence or self.release.licence or self.project.licence

    @property
    def package(self) -> str:
        """The package at the registry that its release is of; empty where that is of none."""
        origin = self.release.origin
        if not origin:
            return self.project.package
        return origin.removeprefix(REGISTRY_PREFIX) if origin.startswith(REGISTRY_PREFIX) else ""

    def address(self, version: str) -> str:
        """Where the file can be read in the release ``version``; empty where that is not known."""
        source = self.release.source or self.project.source
        return source.replace("{release}", version).replace("{path}", self.path)


class Corpus(Columns, frozen=True, dict=True):
    """Known upstream code: the columns, and what is in the header; ``path`` is the file it was opened from."""

    name: str
    projects: tuple[Project, ...]
    releases: tuple[Release, ...]
    notices: Sequence[Notice]
    version: str = ""
    digest: str = ""
    path: Path | None = None
    file_key: str = ""
    """What tells that file from all others, and from what it was before a change."""
    unlisted: Sequence[Release] = ()
    """Releases of which only the paths are known, to date the paths of others."""
    unread: tuple[Unread, ...] = ()
    """Code of a source that was indexed in memory, and not read; no file of a corpus tells of it."""

    is_plain: bool = False
    """Whether definitions are read in their plain form, where they have another one."""
    knows_plain: bool = False
    """Whether the plain forms of definitions are known, of those that have another one."""
    segment_of: Path | None = None
    """The corpus that it is a segment of, where it is one of several."""

    @cached_property
    def plain(self) -> Corpus:
        """The same, with definitions in their plain form."""
        tokens = self.definition_tokens.copy()
        tokens[self.plain_definitions] = self.plain_tokens
        arrays = {**self.arrays, Columns.definition_tokens.name: tokens}
        arrays |= {name: arrays[plain] for name, plain in _IN_PLAIN.items() if plain in arrays}
        return replace(self, arrays=arrays, is_plain=True)

    def held(self, definitions: Array) -> tuple[Array, Array]:
        """The statements of these definitions, one definition after the other, and which of them each stands in."""
        import numpy as np

        from ..support.arrays import among, runs

        places, owners = runs(self.definition_statement_starts, definitions)
        statements = self.definition_statements[places]
        if not self.is_plain:
            return statements, owners
        rows, known = among(self.plain_definitions, definitions)
        places, of_row = runs(self.plain_statement_starts, rows[known])
        kept = ~known[owners]
        owners = np.concatenate([owners[kept], np.flatnonzero(known)[of_row]])
        order = np.argsort(owners, kind="stable")
        return np.concatenate([statements[kept], self.plain_statements[places]])[order], owners[order]

    def statements_in(self, definitions: Array) -> Array:
        """The same statements, in no order."""
        import numpy as np

        from ..support.arrays import among, runs

        if not self.is_plain:
            return self.definition_statements[runs(self.definition_statement_starts, definitions)[0]]
        rows, known = among(self.plain_definitions, definitions)
        as_they_are = runs(self.definition_statement_starts, definitions[~known])[0]
        plain = runs(self.plain_statement_starts, rows[known])[0]
        return np.concatenate([self.definition_statements[as_they_are], self.plain_statements[plain]])

    def members_of(self, file: int) -> slice:
        """The rows of the definitions of file content ``file``."""
        return slice(*self.file_starts[file : file + 2].tolist())

    def text(self, number: int) -> str:
        """The name with that number."""
        text = self._texts.get(number)
        if text is None:
            text = self._texts[number] = self.spelling(number).decode("utf-8", "replace")
        return text

    @cached_property
    def _texts(self) -> dict[int, str]:
        return {}

    def spelling(self, number: int) -> bytes:
        """The name with that number, as it stands in the code; of a path, in UTF-8."""
        first, last = self.name_starts[number : number + 2].tolist()
        return self.name_bytes[first:last].tobytes()

    @cached_property
    def file_count(self) -> int:
        """How many distinct file contents there are."""
        return self.count(Table.FILES)

    def versions(self, file: int) -> list[Version]:
        """The releases that hold file content ``file``, oldest first."""
        first, last = self.file_version_starts[file : file + 2].tolist()
        return sorted(map(self.version_at, range(first, last)), key=lambda version: version.release.day)

    def known_release(self, number: int) -> Release | None:
        """The release of that number, counted from 1 over ``releases`` and ``unlisted``; None for 0."""
        if not number:
            return None
        place = number - 1 - len(self.releases)
        return self.releases[number - 1] if place < 0 else self.unlisted[place]

    def version_at(self, row: int) -> Version:
        """What row number ``row`` of the versions says."""
        release = self.releases[self.version_releases[row]]
        return Version(
            self.projects[release.project],
            release,
            self.text(int(self.version_paths[row])),
            self.notices[self.version_notices[row]],
        )

    @property
    def model_count(self) -> int:
        """How many models it knows."""
        return self.length(Columns.model_hashes.name)

    @cached_property
    def models(self) -> tuple[ModelFacts, ...]:
        """The models that it knows, by name and release, read at the first call. Raises CorpusError."""
        if not self.model_count:
            return ()
        from .model_table import read_models  # what knows models: most runs are about code alone

        try:
            return read_models(self)
        except ValueError as error:
            told = f"damaged corpus file ({error}); build or download it again"
            raise CorpusError(f"{self.path or self.name}: {told}") from None

    def save(self, path: Path) -> None:
        """Write the corpus, whole or not at all, and make its folder. The same corpus gives the same bytes.

        Below the current folder no link is followed; elsewhere, as in the user's data folder, links are. Raises
        CorpusError.
        """
        write(path, self.content())

    def content(self) -> bytes:
        """What `save` writes."""
        import json

        import numpy as np
        from safetensors.numpy import save

        # One key only: the library writes several in no fixed order.
        header = {HEADER_KEY: json.dumps(self.header() | {"digest": self.content_digest()}, sort_keys=True)}
        if len(header[HEADER_KEY]) > LONGEST_HEADER // 2:  # its quotes are escaped once more
            raise CorpusError("too much for one corpus (its header): divide the upstreams among several")
        return save({name: np.ascontiguousarray(array) for name, array in self._written.items()}, header)

    def header(self) -> dict[str, Any]:
        """All that is not in the columns, but for the digest."""
        return {
            "format": FORMAT,
            "name": self.name,
            "version": self.version,
            "k": WINNOWING.k,
            "window": WINNOWING.window,
            "projects": [[*astuple(each)[:6], *([list(each.also)] if each.also else [])] for each in self.projects],
            "releases": [_release_row(each) for each in self.releases],
            "unlisted": _unlisted_rows(self.unlisted),
            "notices": [
                [n.licence, n.form.value, n.last_line, list(n.copyrights), list(n.sources)] for n in self.notices
            ],
        }

    def content_digest(self) -> str:
        """The digest of what `save` writes."""
        return content_digest(self.header(), {name: _bytes(array) for name, array in self._written.items()})

    @property
    def _written(self) -> Mapping[str, Array]:
        """The columns of a file: without those of plain forms, native files and models, where it has none."""
        absent = [] if self.knows_plain else ["plain_"]
        absent += [] if self.model_count else ["model_"]
        absent += [] if self.length(Columns.native_hashes.name) else ["native_"]
        return {name: array for name, array in self.arrays.items() if not any(each in name for each in absent)}


def _release_row(release: Release) -> list[Any]:
    further = [release.licence, release.origin, release.source]
    row = [*astuple(release)[:4], list(release.copyrights), release.has_notice_file]
    return row + further if any(further) else row


def _unlisted_rows(releases: Sequence[Release]) -> list[list[Any]]:
    """All of one length, as an older modelkin asks for."""
    rows = [[each.project, each.version, each.released, each.origin] for each in releases]
    return rows if any(row[-1] for row in rows) else [row[:-1] for row in rows]


def is_commit(version: str) -> bool:
    """Whether a version is the full hash of a commit."""
    return len(version) == COMMIT_DIGITS and not version.strip(_HEXADECIMAL)


def _bytes(array: Array) -> memoryview:
    import numpy as np

    return np.ascontiguousarray(array).data.cast("B")


def content_digest(header: Mapping[str, Any], columns: Mapping[str, memoryview]) -> str:
    """A SHA-256 over a header without its digest, and over all columns, unknown ones too, each after its name."""
    import hashlib
    import json

    content = {key: value for key, value in header.items() if key != "digest"}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
    known = [name for name in COLUMNS if name in columns]
    for name in known if header["format"] == OLDEST_FORMAT else sorted(columns):
        digest.update(name.encode())
        digest.update(columns[name])
    return digest.hexdigest()


def write(path: Path, content: bytes) -> None:
    """Make ``content`` the whole file, as `Corpus.save` does. Raises CorpusError."""
    with replaced(path) as target:
        target.folder.replace(target.name, content)


def check_writable(path: Path, distrusted: Iterable[str] = ()) -> None:
    """Raise CorpusError when a corpus could not be written to ``path``: known before the work rather than after it.

    Below ``distrusted`` folders, too, no link is followed.
    """
    with replaced(path, distrusted) as target:
        target.folder.try_replacing(target.name)


@contextmanager
def replaced(path: Path, distrusted: Iterable[str] = ()) -> Iterator[Target]:
    """Where the file at ``path`` is to be written; what goes wrong there is a CorpusError."""
    try:
        with opened_target(path, distrusted, make=True) as target:
            yield target
    except LinkError as error:
        raise CorpusError(error.strerror) from error
    except FileExistsError as error:
        raise CorpusError(f"{path}: cannot be written: not a regular file, or no folder to write it to") from error
    except OSError as error:
        raise CorpusError(f"{path}: cannot be written: {error.strerror}") from error


def is_corpus(path: Path) -> bool:
    """Whether a ``.safetensors`` file is a corpus rather than weights; also where it cannot be read, for the error."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            return HEADER_KEY.encode() in file.read(min(length, LONGEST_HEADER))
    except OSError:
        return True
