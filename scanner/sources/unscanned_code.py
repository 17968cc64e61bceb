"""Tells of code that is not read: the Python files of a folder that is not scanned, and files of other kinds.

Edit this when reports should say more, or less, of such a folder, or when one more kind of file holds code.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import islice

from ..results import Skipped, Unread, UnreadKind
from ..support.lazy import lazy_pattern
from .checkout import Entry, os_reason, sort_key
from .specs import ARCHIVE_SUFFIXES, CODE_SUFFIXES

# Of more files a report says only how many there are.
MOST_NAMED = 20
# As many paths of unread code are kept of each kind.
MOST_UNREAD = 500

# Of files whose names do not tell, so much is looked into: of one, in number, in all. Real ones are small.
_MOST_BYTES = 512 * 1024
_MOST_FILES = 20_000
_MOST_TOTAL_BYTES = 64 * 1024**2
# A usage example in a README is shorter, and defines nothing.
_LESSON_LINES = 40

_SUFFIXES = {
    UnreadKind.NATIVE: "c cc cpp cxx c++ h hh hpp hxx inl ipp cu cuh hip cl metal m mm pyx pxd pxi f for f77 f90 f95 "
    "f03 rs go zig s asm ptx glsl comp wgsl mojo",
    UnreadKind.PYTHON: "pyi pyw py2 py3 pyt",
    UnreadKind.MARKDOWN: "md markdown mdx rst qmd rmd rmarkdown myst",
    UnreadKind.ARCHIVE: "egg pyz pyzw 7z rar tbz2 txz",
    UnreadKind.COMPILED: "pyc pyo pyd so dll dylib o a obj lib exe class jar wasm",
    UnreadKind.OTHER: "js mjs cjs ts mts tsx jsx vue svelte r jl lua java kt kts scala swift cs rb pl pm php dart hs "
    "ml sh bash zsh fish ps1 bat cmd tcl",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
# model.py.in, model.py.bak; libmodel.so.1.2
_PYTHON_INSIDE = lazy_pattern(
    r"\.py[._-]?(?:in|j2|jinja2?|tmpl|tpl|template|txt|bak|orig|old|save|example|dist|\d{1,4})\Z"
)
_LIBRARY = lazy_pattern(r"\.so(?:\.\d+)+\Z")
_SHEBANG = lazy_pattern(rb"#![^\n]{0,200}\bpython[\d.]*\b")
_FENCE = lazy_pattern(rb"[ \t]{0,40}(?P<fence>`{3,}|~{3,})[ \t]*\{?[ \t]*\.?(?P<language>[A-Za-z]*)")
_DIRECTIVE = lazy_pattern(
    rb"[ \t]{0,40}\.\. (?:code-block|code|sourcecode|ipython|jupyter-execute)::[ \t]*(?P<language>[A-Za-z]*)"
)
_DEFINITION = lazy_pattern(rb"[ \t]{0,40}(?:async[ \t]+)?(?:def|class)[ \t]+\w")
_LANGUAGES = frozenset((b"python", b"py", b"ipython"))


def unscanned_code(
    disk: str, path: str, reason: str, is_harmless: Callable[[os.DirEntry[str]], bool], but: str = ""
) -> list[Skipped]:
    """A line for each Python file in the folder ``disk``, except below ``but``; past `MOST_NAMED`, their count.

    ``path`` is what the report calls the folder. A file that ``is_harmless`` is no code in spite of its name.
    """
    found = _code_in(disk, path, reason, is_harmless, but)
    named = list(islice(found, MOST_NAMED))
    more = sum(1 for _ in found)
    if more:
        return [Skipped(path, f"{len(named) + more:,} Python files {reason}")]
    return sorted(named, key=lambda skipped: sort_key(skipped.path))


def _code_in(
    disk: str, path: str, reason: str, is_harmless: Callable[[os.DirEntry[str]], bool], but: str
) -> Iterator[Skipped]:
    waiting, but = [(disk, path)], but and os.path.normpath(but)
    while waiting:
        folder, inner = waiting.pop()
        try:
            with os.scandir(folder) as found:
                children = [(child, child.is_dir(follow_symlinks=False)) for child in found]
        except OSError as error:
            yield Skipped(inner, os_reason(error))
            continue
        for child, is_folder in children:
            if is_folder:
                if not but or os.path.normpath(child.path) != but:
                    waiting.append((child.path, f"{inner}/{child.name}"))
            elif child.name.lower().endswith(CODE_SUFFIXES) and not is_harmless(child):
                yield Skipped(f"{inner}/{child.name}", reason)


class UnreadCode:
    """Collects the files of a source that hold code and are not read. Most are told by their names alone."""

    def __init__(self) -> None:
        self._paths: dict[UnreadKind, list[str]] = {kind: [] for kind in UnreadKind}
        self._counts: dict[UnreadKind, int] = dict.fromkeys(UnreadKind, 0)
        self._files_left = _MOST_FILES
        self._bytes_left = _MOST_TOTAL_BYTES
        self.native: list[Entry] = []
        """The native files, the first of very many: to be read while the source is open."""

    def see(self, entry: Entry) -> None:
        """Count ``entry``, which is neither a Python file nor a notebook, if it holds code."""
        kind = self._kind(entry)
        if kind is None:
            return
        self._counts[kind] += 1
        if kind is UnreadKind.NATIVE and len(self.native) < _MOST_FILES:
            self.native.append(entry)
        if len(self._paths[kind]) < MOST_UNREAD:
            self._paths[kind].append(entry.path)

    def found(self, upstream: str = "") -> tuple[Unread, ...]:
        """What was seen, by kind; ``upstream`` is the name of the upstream that it is of."""
        counted = ((kind, count, tuple(self._paths[kind])) for kind, count in self._counts.items() if count)
        return tuple(Unread(*each, upstream) for each in counted)

    def told(self) -> str:
        """How many files were seen, to follow the words that there is no Python; empty for none."""
        count = sum(self._counts.values())
        return f", and other code that is not read ({count:,} file{'s' * (count != 1)})" if count else ""

    def _kind(self, entry: Entry) -> UnreadKind | None:
        name = entry.path.rpartition("/")[2].lower()
        stem, dot, suffix = name.rpartition(".")
        if not (dot and stem):
            return UnreadKind.SCRIPT if _SHEBANG.match(self._start(entry)) else None
        if name.endswith(ARCHIVE_SUFFIXES):
            return UnreadKind.ARCHIVE
        kind = _BY_SUFFIX.get(suffix)
        if kind is UnreadKind.MARKDOWN:
            return kind if _holds_python(self._start(entry), is_rst=suffix == "rst") else None
        if kind is None and _PYTHON_INSIDE.search(name):
            return UnreadKind.PYTHON
        return UnreadKind.COMPILED if kind is None and _LIBRARY.search(name) else kind

    def _start(self, entry: Entry) -> bytes:
        """What stands in the file, where it is small enough and not too much was looked into."""
        if not 0 < entry.size <= min(_MOST_BYTES, self._bytes_left) or not self._files_left:
            return b""
        self._files_left -= 1
        self._bytes_left -= entry.size
        stored = entry.read()
        return b"" if isinstance(stored, Skipped) else stored[:_MOST_BYTES]


def _holds_python(text: bytes, is_rst: bool) -> bool:
    """Whether a text has a definition in its blocks of Python, or many lines."""
    if not re.search(rb"\bi?py", text, re.IGNORECASE):
        return False
    lines = 0
    for line in _directive_lines(text) if is_rst else _fenced_lines(text):
        lines += bool(line.strip())
        if lines >= _LESSON_LINES or _DEFINITION.match(line):
            return True
    return False


def _fenced_lines(text: bytes) -> Iterator[bytes]:
    """The lines between fences that say Python: ```python, ~~~ py, ```{python}, ```{.python .input}."""
    closing, is_python = b"", False
    for line in text.splitlines():
        fence = _FENCE.match(line)
        if closing:
            if fence and fence["fence"].startswith(closing) and not line.strip(b" \t`~"):
                closing = b""
            elif is_python:
                yield line
        elif fence:
            closing, is_python = fence["fence"], _is_python(fence["language"])


def _directive_lines(text: bytes) -> Iterator[bytes]:
    """The lines of reStructuredText that are indented below a directive that says Python."""
    is_python = False
    for line in text.splitlines():
        directive = _DIRECTIVE.match(line)
        if directive:
            is_python = _is_python(directive["language"]) or b"ipython::" in line or b"jupyter-execute::" in line
        elif line[:1] not in (b"", b" ", b"\t"):
            is_python = False
        elif is_python:
            yield line


def _is_python(language: bytes) -> bool:
    return language.lower() in _LANGUAGES
