"""Which contents are known, where the journal holds them, and who waits for the others."""

from __future__ import annotations

from dataclasses import dataclass, field

from .journal import Span
from .records import ContentHead, Identity
from .stages import stands_under


@dataclass(slots=True)
class _Known:
    """One content's closest upstream path, and where its verdicts are by whether a file stands under that path."""

    upstream_path: str
    spans: dict[bool, Span] = field(default_factory=dict)


class KnownContents:
    """An index of a journal's contents."""

    def __init__(self) -> None:
        self._contents: dict[Identity, _Known] = {}

    def __len__(self) -> int:
        return len(self._contents)

    def add(self, head: ContentHead, span: Span) -> None:
        """The journal holds this content there."""
        known = self._contents.setdefault(head.identity, _Known(head.upstream_path))
        known.spans[head.own] = span

    def find(self, identity: Identity, path: str) -> tuple[bool, Span] | None:
        """Where the verdict of a content that stands at ``path`` is, and whether it is that of its own path."""
        known = self._contents.get(identity)
        if known is None:
            return None
        own = stands_under(path, known.upstream_path)
        return (own, known.spans[own]) if own in known.spans else None
