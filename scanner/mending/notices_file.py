"""A folder and what it took from upstreams in, the edit of its notices file that says so out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..statements import LegalKind
from ..statements.places import PROSE, legal_place
from .acknowledgements import Acknowledgement, acknowledged, is_marked
from .model import Edit, UnwritableError
from .worktree import WorkTree, reason, work_tree

# Made where there is neither. Not NOTICE: Apache-2.0 §4(d) has everyone downstream carry what stands in that one.
NEW_FILE = "THIRD_PARTY_NOTICES.md"
_MOST_BYTES = 4 * 1024**2
_COMMENTS = {".md": "<!-- {} -->", ".markdown": "<!-- {} -->", ".rst": ".. {}"}


def notices_path(root: Path | WorkTree) -> str:
    """The file that such notices go into: the one they are in, else a THIRD_PARTY file, a NOTICE, or a new file."""
    with work_tree(root) as tree:
        found = sorted(filter(None, (_rank(name, tree) for name in tree.names())))
    return found[0][1] if found else NEW_FILE


def notices_edit(root: Path | WorkTree, path: str, told: Sequence[Acknowledgement]) -> Edit | None:
    """The edit that adds ``told`` to the notices file ``path``; None when it says all of it. Raises UnwritableError."""
    with work_tree(root) as tree:
        if tree.is_link(path):
            raise UnwritableError("it is a link: what it leads to may be code")
        stored = _stored(tree, path)
        after = _added(stored or b"", path, told, tree)
        if after == (stored or b""):
            return None
        if len(after) > _MOST_BYTES or _added(after, path, told, tree) != after:
            raise UnwritableError("what is added would not be found there again")
        return Edit(path, stored, after, _why(told))


def _added(stored: bytes, path: str, told: Sequence[Acknowledgement], tree: WorkTree) -> bytes:
    text, ending = _text(stored)
    return acknowledged(text, told, tree.is_file, _comment(path)).replace("\n", ending).encode()


def _why(told: Sequence[Acknowledgement]) -> str:
    return "what is from " + ", ".join(sorted({each.project for each in told}))


def _rank(name: str, tree: WorkTree) -> tuple[int, str] | None:
    """How well it suits, least first; None when it does not."""
    place = legal_place(name)
    if place is None or place.kind is LegalKind.LICENCE or Path(name).suffix.lower() not in PROSE:
        return None
    try:
        stored = _stored(tree, name)
        text, _ = _text(stored or b"")
        if stored is None or tree.is_link(name):
            return None
    except UnwritableError:
        return None
    marked = is_marked(text, _comment(name))
    return (0 if marked else 1 if place.kind is LegalKind.THIRD_PARTY else 2), name


def _comment(path: str) -> str:
    return _COMMENTS.get(Path(path).suffix.lower(), "# {}")


def _stored(tree: WorkTree, path: str) -> bytes | None:
    try:
        stored = tree.stored(path, _MOST_BYTES + 1)
    except OSError as error:
        raise UnwritableError(f"it cannot be read: {reason(error)}") from None
    if stored is not None and len(stored) > _MOST_BYTES:
        raise UnwritableError("it is too large for a file of text")
    return stored


def _text(stored: bytes) -> tuple[str, str]:
    """With line feeds between lines, and what really is between them."""
    try:
        text = stored.decode()
    except UnicodeDecodeError:
        raise UnwritableError("it is not in UTF-8") from None
    if "\0" in text:
        raise UnwritableError("it is not text")
    ending = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n")
    if plain.replace("\n", ending) != text:
        raise UnwritableError("its lines end in several ways: make them one")
    return plain, ending
