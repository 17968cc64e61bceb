"""Which contents are known, where the journal holds them, and who waits for the others."""

from __future__ import annotations

from msgspec import Struct

from ..verdict import stands_under
from .reading import Span
from .records import ContentHead, Identity


class Found(Struct, frozen=True):
    """A content that is known: its head, and where the journal holds all of it."""

    head: ContentHead
    span: Span


class KnownContents:
    """An index of a journal's contents."""

    def __init__(self) -> None:
        self._contents: dict[Identity, dict[bool, Found]] = {}

    def __len__(self) -> int:
        return len(self._contents)

    def add(self, head: ContentHead, span: Span) -> None:
        """The journal holds this content there."""
        self._contents.setdefault(head.identity, {})[head.own] = Found(head, span)

    def find(self, identity: Identity, path: str) -> Found | None:
        """What is known of a content that stands at ``path``."""
        known = self._contents.get(identity)
        if known is None:
            return None
        upstream_path = next(iter(known.values())).head.upstream_path
        return known.get(stands_under(path, upstream_path))
