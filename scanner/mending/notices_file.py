"""A folder and what it took from upstreams in, the edit of its notices file that says so out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..statements import LegalKind
from ..statements.places import PROSE, legal_place
from .acknowledgements import Acknowledgement, acknowledged, is_marked
from .applying import inside
from .model import Edit, UnwritableError

# Made where there is neither. Not NOTICE: Apache-2.0 §4(d) has everyone downstream carry what stands in that one.
NEW_FILE = "THIRD_PARTY_NOTICES.md"
_MOST_BYTES = 4 * 1024**2
_COMMENTS = {".md": "<!-- {} -->", ".markdown": "<!-- {} -->", ".rst": ".. {}"}


def notices_path(root: Path) -> str:
    """The file that such notices go into: the one they are in, else a THIRD_PARTY file, a NOTICE, or a new file."""
    found = sorted(filter(None, (_rank(path, root) for path in root.iterdir())))
    return found[0][1] if found else NEW_FILE


def notices_edit(root: Path, path: str, told: Sequence[Acknowledgement]) -> Edit | None:
    """The edit that adds ``told`` to the notices file ``path``; None when it says all of it. Raises UnwritableError."""
    stored = _stored(root, path)
    text, ending = _text(stored or b"")
    comment = _comment(path)

    def exists(name: str) -> bool:
        place = inside(name, root)
        return place is not None and place.is_file()

    after = acknowledged(text, told, exists, comment).replace("\n", ending).encode()
    return None if after == (stored or b"") else Edit(path, stored, after, _why(told))


def _why(told: Sequence[Acknowledgement]) -> str:
    return "what is from " + ", ".join(sorted({each.project for each in told}))


def _rank(path: Path, root: Path) -> tuple[int, str] | None:
    """How well it suits, least first; None when it does not."""
    place = legal_place(path.name)
    if place is None or place.kind is LegalKind.LICENCE or path.suffix.lower() not in PROSE or not path.is_file():
        return None
    try:
        text, _ = _text(_stored(root, path.name) or b"")
    except UnwritableError:
        return None
    marked = is_marked(text, _comment(path.name))
    return (0 if marked else 1 if place.kind is LegalKind.THIRD_PARTY else 2), path.name


def _comment(path: str) -> str:
    return _COMMENTS.get(Path(path).suffix.lower(), "# {}")


def _stored(root: Path, path: str) -> bytes | None:
    place = inside(path, root)
    if place is None:
        raise UnwritableError("it leads out of the folder")
    if not place.exists():
        return None
    try:
        if not place.is_file() or place.stat().st_size > _MOST_BYTES:
            raise UnwritableError("it is no file of text, or too large for one")
        return place.read_bytes()
    except OSError as error:
        raise UnwritableError(f"it cannot be read: {error.strerror}") from None


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
