"""Sources indexed: the files of a checkout as a release in a corpus, or as a corpus of their own in memory.

Edit this when more of a source should be read into a corpus than its Python files, the notices that come with it,
the hashes of native files, and the facts of the model in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import CorpusError
from ..repository.declarations import read_declarations
from ..repository.lookup import repository_licence
from ..repository.model import LegalKind, Subject
from ..repository.own_names import project_name
from ..repository.readme_licence import readme_licences
from ..results import Skipped
from ..sources import open_source
from ..sources.checkout import Checkout
from ..sources.files import Selection, read_files
from ..sources.specs import REGISTRY_PREFIX, split_name
from ..sources.unscanned_code import UnreadCode
from ..support.budget import OverBudgetError
from .builder import CorpusBuilder
from .model import Corpus, Project, Release
from .native_table import hashed, taken_natives

if TYPE_CHECKING:
    from ..models.model import ModelFacts, WeightSamples
    from ..models.model_files import ReadModel

EVERYTHING = Selection()
OF_CODE = (Subject.WORK, Subject.CODE)
# A configuration with fewer is not one of a model.
_LEAST_VALUES = 8
# A licence file with more copyright lines lists the holders of what is bundled.
MOST_COPYRIGHTS = 40


def add_checkout(
    builder: CorpusBuilder,
    checkout: Checkout,
    project: Project,
    release: str = "",
    sha256: str = "",
    selection: Selection = EVERYTHING,
    skipped: list[Skipped] | None = None,
    unread: UnreadCode | None = None,
    origin: str = "",
    native: Sequence[str] | None = None,
) -> int:
    """Index the files of a checkout as one release of ``project``; how many. Those not read go to ``skipped``.

    ``origin`` is `Release.origin`. ``unread`` is shown the files that are neither Python files nor notebooks. Of native
    files the hashes are kept: of all, or where ``native`` has globs, of these and of those at and below the files read.
    """
    said = replace(_release(checkout, release or checkout.release, sha256), origin=origin)
    number = builder.add_release(project, said)
    left: list[Skipped] = [] if skipped is None else skipped
    count, folders = 0, set[str]()
    for file in read_files(checkout, selection, unread=unread):
        if isinstance(file, Skipped):
            left.append(file)
            continue
        try:
            builder.add_file(number, file.path, file.text, file.sha256, selection.timeout)
            count += 1
            folders.add(file.path.rpartition("/")[0])
        except OverBudgetError as over:
            left.append(Skipped(file.path, str(over)))
    if count:
        takes = taken_natives(folders, native, selection.exclude)
        for each in hashed(entry for entry in checkout.entries() if takes(entry.path)):
            if isinstance(each, Skipped):
                left.append(each)
            else:
                builder.add_native(number, each.path.encode("utf-8", "replace"), each.hash)
    return count


def _release(checkout: Checkout, version: str, sha256: str) -> Release:
    """The release that a checkout is, with what its own legal files say."""
    legal = [file for file in read_declarations(checkout).legal_files if not file.folder]
    licences = [file for file in legal if file.kind is LegalKind.LICENCE and file.subject in OF_CODE]
    copyrights = dict.fromkeys(line for file in licences for line in file.copyrights)
    notice = any(file.kind is LegalKind.NOTICE for file in legal)
    return Release(0, version, checkout.released, sha256, tuple(copyrights)[:MOST_COPYRIGHTS], notice)


def index_source(spec: str, timeout: float | None = None) -> Corpus:
    """A corpus of one source to compare with, in memory, each file read within ``timeout`` seconds.

    ``NAME=SOURCE`` gives its project a name; else it goes by its metadata, or the last part of its place. Raises
    SourceError, and CorpusError when there is no Python in it.
    """
    # The user vouches for an upstream: what its git ignores, an environment say, is none of it.
    with open_source(split_name(spec)[1], obey=True) as checkout:
        return index_opened(checkout, spec, timeout)


def index_opened(
    checkout: Checkout, spec: str, timeout: float | None = None, may_be_empty: Callable[[], bool] | None = None
) -> Corpus:
    """As ``index_source``, of the source ``spec`` that is open already.

    ``may_be_empty`` is asked where there is no Python in it: whether that is no error.
    """
    name, source = split_name(spec)
    said = read_declarations(checkout)
    licences = repository_licence(said) or readme_licences(said.model_cards)
    known = name or project_name(checkout, said.names)
    project = Project(known, "".join(licences[:1]), said.address, said.address, _package(source, checkout))
    return _indexed(checkout, source, project, "compare with", Selection(timeout=timeout), may_be_empty=may_be_empty)


def index_release(
    source: str, name: str, licence: str, release: str, skipped: list[Skipped], released: str = ""
) -> Corpus:
    """A corpus of one source as a release of the project ``name``; what could not be read goes to ``skipped``.

    ``released`` is its ISO date, where the source says none or another. Where it holds a model, its facts come with
    the code, or alone. Raises SourceError, and CorpusError when there is neither Python nor a model in it.
    """
    with open_source(source, obey=True) as checkout:
        project = Project(name, licence, "", "", _package(source, checkout))
        dated = replace(checkout, released=released or checkout.released)
        model = _model(dated, project, release or checkout.release, skipped)
        return _indexed(dated, source, project, "add", release=release, skipped=skipped, model=model)


def _model(checkout: Checkout, project: Project, release: str, skipped: list[Skipped]) -> ModelFacts | None:
    """The facts of the model in a source, under the name, licence and release that the user gives it."""
    from ..models.model_reading import holds_model, read_model
    from ..models.stored_facts import kept_facts

    read = read_model(checkout, project.name, read_declarations(checkout)) if holds_model(checkout) else None
    if read is None:
        return None
    skipped += read.skipped
    known = replace(read.facts, licence=project.licence, release=release, weights=_samples(checkout, read))
    facts, left_out = kept_facts(known)
    skipped += left_out
    return facts if facts and (facts.configurations or facts.tokenizer or facts.files or facts.layouts) else None


def _samples(checkout: Checkout, read: ReadModel) -> WeightSamples | None:
    """Some values of the weights in a source, those of the largest model; of the Hub's none are fetched."""
    if not read.files or checkout.repository:
        return None
    from ..weights.checkpoint import largest
    from ..weights.samples import samples_of

    checkpoint = largest(read.facts.name, read.layouts, read.files, checkout.archive is not None)
    return samples_of(checkpoint) if checkpoint else None


def _is_beside_code(model: ModelFacts) -> bool:
    """Whether files that stand in a source of code are those of a model, and not of its tools."""
    return bool(model.tokenizer or model.layouts) or any(
        len(each.values) >= _LEAST_VALUES for each in model.configurations
    )


def _indexed(
    checkout: Checkout,
    source: str,
    project: Project,
    purpose: str,
    selection: Selection = EVERYTHING,
    release: str = "",
    skipped: list[Skipped] | None = None,
    may_be_empty: Callable[[], bool] | None = None,
    model: ModelFacts | None = None,
) -> Corpus:
    builder = CorpusBuilder()
    left: list[Skipped] = [] if skipped is None else skipped
    unread = UnreadCode()
    count = add_checkout(builder, checkout, project, release, selection=selection, skipped=left, unread=unread)
    if model is not None and (not count or _is_beside_code(model)):
        builder = builder if count else CorpusBuilder()  # of a release without code nothing else is told
        builder.models.add(model)
    elif not count and not (may_be_empty and may_be_empty()):
        told = f": {left[0].path} {left[0].reason}" if left else ""
        raise CorpusError(f"{source}: no Python file or notebook in it to {purpose}{unread.told()}{told}")
    return replace(builder.finish(project.name), unread=unread.found(project.name))


def _package(spec: str, checkout: Checkout) -> str:
    """The name that ``spec`` has at the package registry; empty for a source from elsewhere."""
    return checkout.project if spec.startswith(REGISTRY_PREFIX) else ""


def index_text(text: bytes) -> Corpus:
    """A corpus of one text of Python code, UTF-8."""
    builder = CorpusBuilder()
    release = builder.add_release(Project("original", "", "", ""), Release(0, "", "", ""))
    builder.add_file(release, "original.py", text, hashlib.sha256(text).hexdigest())
    return builder.finish("original")
