"""Which corpora a source was compared with, how old they are and how far they reach: in words and as data.

Edit this when a corpus is to tell more of itself in reports.
"""

from __future__ import annotations

from typing import Any

from ..results import CorpusIdentity, KnownCorpus
from ..support.clock import days_since
from ..support.escaping import encodable, escape
from .phrases import counted

_SHOWN_DIGITS = 12


def corpora_words(identity: CorpusIdentity, digests: bool = True) -> str:
    """``corpus base 2026.03.04, 270 days old, digest 0123456789ab · 55 projects, 218 releases``, on one line; a source
    names no date. The digest may be left out.
    """
    if not identity.name:
        return "no corpus"
    known = identity.corpora
    if not known:  # of a journal of before they were told apart
        return f"corpus {escape(identity.name)} {escape(identity.version)}".rstrip()
    projects = counted(sum(each.projects for each in known), "project")
    releases = counted(sum(each.releases for each in known), "release")
    models = _models(sum(each.models for each in known))
    return f"corpus {' + '.join(map(_named if digests else _words, known))} · {projects}, {releases}{models}"


def _named(known: KnownCorpus) -> str:
    return _words(known) + (f", digest {known.digest[:_SHOWN_DIGITS]}" if known.digest else "")


def corpus_words(known: KnownCorpus) -> str:
    """``base 2026.03.04, 270 days old · 55 projects, 218 releases · digest 0123456789ab``."""
    reach = f"{counted(known.projects, 'project')}, {counted(known.releases, 'release')}{_models(known.models)}"
    return f"{_words(known)} · {reach} · digest {known.digest[:_SHOWN_DIGITS]}"


def _models(count: int) -> str:
    return f", {counted(count, 'model')}" if count else ""


def _words(known: KnownCorpus) -> str:
    age = days_since(known.newest) if known.version else None
    named = f"{escape(known.name)} {escape(known.version)}".rstrip()
    return named if age is None else f"{named}, {counted(age, 'day')} old"


def corpora_data(identity: CorpusIdentity) -> list[dict[str, Any]]:
    """Each corpus as JSON has it; ``age`` in days since its newest release, null where that has no date."""
    return [
        {
            "name": encodable(each.name),
            "version": encodable(each.version),
            "digest": each.digest,
            "age": days_since(each.newest),
            "newest": each.newest,
            "projects": each.projects,
            "releases": each.releases,
            "models": each.models,
        }
        for each in identity.corpora
    ]
