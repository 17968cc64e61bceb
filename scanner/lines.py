"""A statement in, its line of the token stream out, worked out once per text and once per shape of text."""

from __future__ import annotations

import hashlib
import keyword
import re
from array import array
from typing import NamedTuple

from .linear import Stream, linearise
from .parsing import Statement

# Statements repeat: in modeling code a third of the texts are distinct, and a tenth of the shapes.
MOST_TEXTS = 50_000

_STRING = re.compile(
    rb"""[bruBRU]{0,2}(?:\'\'\'(?:[^\\]|\\.)*?\'\'\'|\"\"\"(?:[^\\]|\\.)*?\"\"\""""
    rb"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")""",
    re.DOTALL,
)
_FORMATTED = re.compile(rb"""[fFtT][rR]?["']""")
_COMMENT = re.compile(rb"#[^\n]*")
_POINT_EXPONENT = re.compile(rb"\d\.[eEjJ_]")
# Words that may change the syntax stay in a shape; all others are names.
_KEYWORDS = "|".join((*keyword.kwlist, "print", "exec", "match", "case", "type", "_"))
_NAME = re.compile(rf"\b(?!(?:{_KEYWORDS})\b)([A-Za-z_]\w*)".encode())


class Line(NamedTuple):
    """The tokens of one statement; ``symbols`` and ``names`` are uint32 as bytes, one per token and per identifier."""

    symbols: bytes
    names: bytes
    width: int
    identifiers: int
    bound: tuple[int, ...]
    free: tuple[int, ...]


class _Template(NamedTuple):
    """A line but for its names: which word of the text stands at each identifier, and which words are bound or free."""

    symbols: bytes
    width: int
    words: tuple[int, ...]
    bound: tuple[int, ...]
    free: tuple[int, ...]


class Names(dict[bytes, int]):
    """Numbers for names, given out in the order they are first asked for.

    ``spelled`` has the name of each number, ``hashes`` (uint64) a hash of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.spelled: list[bytes] = []
        self.hashes = array("Q")

    def __missing__(self, name: bytes) -> int:
        self[name] = number = len(self)
        self.spelled.append(name)
        self.hashes.frombytes(hashlib.blake2b(name, digest_size=8).digest())
        return number


class Lines:
    """Linearised statements, remembered by their text, and by their text's shape with names and strings left out."""

    def __init__(self) -> None:
        self.names = Names()
        self._texts: dict[tuple[bytes, int, bool], tuple[Line, ...]] = {}
        self._shapes: dict[tuple[bytes, int, bool], tuple[_Template, ...] | None] = {}

    def of(self, statement: Statement, source: bytes) -> tuple[Line, ...]:
        """The lines of a statement of the file ``source``."""
        key = (statement.text, statement.role, statement.member)
        lines = self._texts.get(key)
        if lines is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
                self._shapes.clear()
            lines = self._texts[key] = self._linearise(statement, source)
        return lines

    def _linearise(self, statement: Statement, source: bytes) -> tuple[Line, ...]:
        parts = _split(statement.text)
        if parts is None:
            return tuple(self._exact(stream) for stream in linearise(statement, source))
        shape = b"\0".join(parts[::2])
        if b"\n" in shape:
            shape = b" ".join(shape.split())
        key = (shape, statement.role, statement.member)
        numbers = [self.names[word] for word in parts[1::2]]
        if key not in self._shapes:
            streams = linearise(statement, source)
            self._shapes[key] = _templates(streams, statement)
            return tuple(self._exact(stream) for stream in streams)
        templates = self._shapes[key]
        if templates is None:
            return tuple(self._exact(stream) for stream in linearise(statement, source))
        return tuple(_filled(template, numbers) for template in templates)

    def _exact(self, stream: Stream) -> Line:
        names = self.names
        return Line(
            array("I", stream.symbols).tobytes(),
            array("I", [names[token.name] for token in stream.identifiers]).tobytes(),
            len(stream.symbols),
            len(stream.identifiers),
            tuple(names[name] for name in sorted(stream.bound)),
            tuple(names[name] for name in sorted(stream.free)),
        )


def _filled(template: _Template, numbers: list[int]) -> Line:
    words = template.words
    return Line(
        template.symbols,
        array("I", [numbers[word] for word in words]).tobytes(),
        template.width,
        len(words),
        tuple([numbers[word] for word in template.bound]),
        tuple([numbers[word] for word in template.free]),
    )


def _split(text: bytes) -> list[bytes] | None:
    """Text between names, name, text between names, ...; None where the words alone do not tell the names."""
    if b'"' in text or b"'" in text:
        if _FORMATTED.search(text):
            return None
        text = _STRING.sub(b"''", text)
    if b"#" in text:
        text = _COMMENT.sub(b"", text)
    if not text.isascii() or _POINT_EXPONENT.search(text):
        return None
    return _NAME.split(text)


def _templates(streams: list[Stream], statement: Statement) -> tuple[_Template, ...] | None:
    """Templates for a shape, from one statement of it; None where its names cannot be told from its words."""
    words = _word_offsets(statement)
    if any(token.offset not in words for stream in streams for token in stream.identifiers):
        return None
    return tuple(_template(stream, words) for stream in streams)


def _template(stream: Stream, words: dict[int, int]) -> _Template:
    places = {token.name: words[token.offset] for token in reversed(stream.identifiers)}
    return _Template(
        array("I", stream.symbols).tobytes(),
        len(stream.symbols),
        tuple(words[token.offset] for token in stream.identifiers),
        tuple(sorted(places[name] for name in stream.bound)),
        tuple(sorted(places[name] for name in stream.free)),
    )


def _word_offsets(statement: Statement) -> dict[int, int]:
    """File offset of each name in a statement's text -> its number among the names."""

    def blank(match: re.Match[bytes]) -> bytes:
        return b" " * len(match[0])

    text = _COMMENT.sub(blank, _STRING.sub(blank, statement.text))
    return {statement.start + match.start(): place for place, match in enumerate(_NAME.finditer(text))}
