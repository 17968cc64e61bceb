"""A source in, what a corpus holds of it out."""

from __future__ import annotations

import hashlib

from ..errors import CorpusError
from ..files import Selection, SourceFile, read_files
from ..sources import Checkout, open_source
from .builder import CorpusBuilder
from .pack import Corpus, Project

EVERYTHING = Selection()


def add_checkout(
    builder: CorpusBuilder,
    checkout: Checkout,
    project: Project,
    release: str = "",
    sha256: str = "",
    selection: Selection = EVERYTHING,
) -> int:
    """Index the files of a checkout as one release of ``project``; how many there were."""
    number = builder.add_release(project, release or checkout.release, checkout.released, sha256)
    count = 0
    for file in read_files(checkout, selection):
        if isinstance(file, SourceFile):
            builder.add_file(number, file.path, file.text, file.sha256)
            count += 1
    return count


def index_source(spec: str) -> Corpus:
    """A corpus of one source, in memory. Raises SourceError, and CorpusError when there is no Python in it."""
    builder = CorpusBuilder()
    with open_source(spec) as checkout:
        project = Project(checkout.project or spec, "", "", "")
        if not add_checkout(builder, checkout, project):
            raise CorpusError(f"{spec}: no Python file or notebook in it to compare with")
    return builder.finish(project.name)


def index_text(text: bytes) -> Corpus:
    """A corpus of one text of Python code, UTF-8."""
    builder = CorpusBuilder()
    release = builder.add_release(Project("original", "", "", ""), "", "", "")
    builder.add_file(release, "original.py", text, hashlib.sha256(text).hexdigest())
    return builder.finish("original")
