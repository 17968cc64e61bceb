"""The notices file: which file it is, and the part of it that says what a repository took from each upstream.

The part stands between two marks: a later run adds to what is there and never repeats it. One layout for all: what is
underlined is a heading, what hangs from a dash a list, what is indented a quotation, in Markdown and to the eye. Edit
this to change that layout, or which file is chosen; a file written before must still be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ..repository.layout import PROSE, legal_place
from ..repository.model import LegalKind
from .header_lines import one_line
from .model import Edit, UnwritableError
from .work_tree import WorkTree, reason, work_tree

# The file that is made where there is none. Not NOTICE: what is in that one, Apache-2.0 §4(d) has everyone carry on.
NEW_FILE = "THIRD_PARTY_NOTICES.md"
_MOST_BYTES = 4 * 1024**2
_COMMENTS = {".md": "<!-- {} -->", ".markdown": "<!-- {} -->", ".rst": ".. {}"}

_BEGIN = "modelkin:begin - from here to the end mark written by `modelkin attribute`"
_END = "modelkin:end"
_LICENCES, _COPYRIGHTS, _FILES, _NOTICE = "Licence:", "Copyright notices:", "Files of this repository:", "Its NOTICE:"
_QUOTED = "    "
_ITEM = "- "
_SPELLED = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")


class Acknowledgement(Struct, frozen=True):
    """What the notices file says of one upstream project."""

    project: str
    licences: tuple[str, ...] = ()
    """Each begins with the id of a licence and a comma."""
    copyrights: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Each begins with the path of a copy, as `spelled` has it, and a comma."""
    notice: tuple[str, ...] = ()
    """The lines of the project's own NOTICE."""


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
            raise UnwritableError("the file cannot be read back after the change; write the notices there by hand")
        return Edit(path, stored, after, _why(told))


def acknowledged(text: str, told: Sequence[Acknowledgement], exists: Callable[[str], bool], comment: str) -> str:
    """``text`` with ``told`` in it, what it said of other files kept as long as these exist.

    ``comment`` is how a comment is written in it, as ``# {}``. Raises UnwritableError when the marks are broken.
    """
    before, inner, after = _parted(text, comment)
    known = {each.project: _existing(each, exists) for each in read_acknowledgements(inner)}
    for each in told:
        known[each.project] = _joined(known.get(each.project, Acknowledgement(each.project)), each)
    kept = [known[project] for project in sorted(known) if known[project].files]
    if not kept:
        return text
    lines = [comment.format(_BEGIN), "", *(line for each in kept for line in _laid_out(each)), comment.format(_END)]
    return before + "\n".join(lines) + "\n" + after


def spelled(path: str) -> str:
    """``path`` on one line, so that it can be read again: what would be lost in a line stands as ``\\u000a``."""
    awkward = [number for number, sign in enumerate(path) if _is_awkward(path, number, sign)]
    if not awkward:
        return path
    signs = list(path)
    for number in awkward:
        code = ord(signs[number])
        signs[number] = f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
    return "".join(signs)


def _is_awkward(path: str, number: int, sign: str) -> bool:
    """A space at an end or beside another, a comma that would end the path, and all that `one_line` drops."""
    if sign == " ":
        return number in (0, len(path) - 1) or path[number - 1] == " "
    return sign == "\\" or path.startswith(", ", number) or one_line(sign) != sign


def _unspelled(path: str) -> str:
    return _SPELLED.sub(lambda found: chr(int(found[1] or found[2], 16)), path)


def is_marked(text: str, comment: str) -> bool:
    """Whether an earlier run wrote into ``text``."""
    return comment.format(_BEGIN) in text


def read_acknowledgements(inner: str) -> list[Acknowledgement]:
    """What stands between the marks."""
    lines = inner.split("\n")
    headings = [number for number, line in enumerate(lines[1:]) if line and set(line) == {"-"} and lines[number]]
    return [
        _read(lines[start], lines[start + 2 : end])
        for start, end in zip(headings, [*headings, len(lines)][1:], strict=True)
    ]


def _parted(text: str, comment: str) -> tuple[str, str, str]:
    """Before, between and after the marks; all before, and a blank line, where there are none."""
    lines = text.split("\n")
    begins, ends = ([n for n, line in enumerate(lines) if line == comment.format(mark)] for mark in (_BEGIN, _END))
    if not begins and not ends:
        body = text.rstrip("\n")
        return (f"{body}\n\n" if body else ""), "", ""
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise UnwritableError(
            f"it has {len(begins)} begin and {len(ends)} end marks of modelkin: repair or remove them"
        )
    before, inner, after = lines[: begins[0]], lines[begins[0] + 1 : ends[0]], lines[ends[0] + 1 :]
    return "".join(f"{line}\n" for line in before), "\n".join(inner), "\n".join(after)


def _read(project: str, lines: Sequence[str]) -> Acknowledgement:
    found: dict[str, list[str]] = {_LICENCES: [], _COPYRIGHTS: [], _FILES: [], _NOTICE: []}
    part = _LICENCES
    for line in lines:
        if line in found:
            part = line
        elif part == _NOTICE:
            found[part].append(line.removeprefix(_QUOTED))
        elif line.startswith(_ITEM):
            found[part].append(line.removeprefix(_ITEM))
    notice = "\n".join(found[_NOTICE]).strip("\n")
    return Acknowledgement(
        project,
        tuple(found[_LICENCES]),
        tuple(found[_COPYRIGHTS]),
        tuple(found[_FILES]),
        tuple(notice.split("\n")) if notice else (),
    )


def _laid_out(told: Acknowledgement) -> Iterator[str]:
    yield from (told.project, "-" * max(len(told.project), 3), "")
    for title, items in ((_LICENCES, told.licences), (_COPYRIGHTS, told.copyrights), (_FILES, told.files)):
        if items:
            yield from (title, "", *(_ITEM + item for item in items), "")
    if told.notice:
        yield from (_NOTICE, "", *((_QUOTED + line).rstrip() for line in told.notice), "")


def _existing(told: Acknowledgement, exists: Callable[[str], bool]) -> Acknowledgement:
    return replace(told, files=tuple(file for file in told.files if exists(_unspelled(_key(file)))))


def _joined(old: Acknowledgement, new: Acknowledgement) -> Acknowledgement:
    return Acknowledgement(
        old.project,
        _renewed(old.licences, new.licences),
        tuple(filter(None, dict.fromkeys((*old.copyrights, *map(one_line, new.copyrights))))),
        _renewed(old.files, new.files),
        new.notice or old.notice,
    )


def _renewed(old: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """Items by what they begin with, the newer of two, sorted."""
    items = {_key(item): item for item in (*old, *map(_on_one_line, new)) if item}
    return tuple(items[key] for key in sorted(items))


def _on_one_line(item: str) -> str:
    """What it begins with stays whole, however long: by that it is known again."""
    key, comma, rest = item.partition(", ")
    return key + comma + one_line(rest) if comma else one_line(item)


def _key(item: str) -> str:
    return item.partition(", ")[0]


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
        raise UnwritableError("it is too large for a text file")
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
        raise UnwritableError("its lines end in different ways: use one of them")
    return plain, ending
