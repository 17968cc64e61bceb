"""Whether the names in ``--exclude-upstream`` are names of known upstreams: a slip must not go unnoticed.

Edit this when upstreams are to be left out by something other than their names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..corpus.model import Corpus
from ..errors import ConfigurationError
from ..support.globs import matcher

_WILDCARDS = frozenset("*?[")


def check_excluded(globs: Iterable[str], corpora: Iterable[Corpus]) -> None:
    """Raise ConfigurationError for the first of ``globs`` that fits no name of a project or a model in ``corpora``."""
    globs = tuple(globs)
    corpora = tuple(corpora) if globs else ()
    names = sorted({project.name for corpus in corpora for project in corpus.projects})
    has_models = False
    for glob in globs:
        wanted = glob.removeprefix("!")
        fits = matcher((wanted,))
        if not any(map(fits, names)) and not has_models:  # which are read for what is no project alone
            names, has_models = sorted({*names, *(model.name for corpus in corpora for model in corpus.models)}), True
        if not any(map(fits, names)):
            told = "has a name that fits" if _WILDCARDS & set(wanted) else "is called"
            raise ConfigurationError(f"exclude-upstream: no upstream {told} {wanted!r}{_nearest(wanted, names)}")


def _nearest(word: str, names: Collection[str]) -> str:
    """The name that was meant, as the end of a message; else where to find them all."""
    from rapidfuzz import process  # needed for slips alone

    nearest = process.extractOne(word, list(names), processor=str.lower, score_cutoff=60)
    return f"; did you mean {nearest[0]!r}?" if nearest else "; `modelkin corpus list` lists them"
