"""A cache of statements' tokens: worked out once for each text, and once for each shape that texts have but for names.

Edit this only for speed: what comes out is what `linear` says, seen before or not.
"""

from __future__ import annotations

import hashlib
import keyword
import re
from array import array
from collections.abc import Sequence
from itertools import repeat

import numpy as np
from msgspec import Struct

from ..support.arrays import U64
from ..support.budget import check
from ..syntax.linear import LinearStatement, linearise
from ..syntax.parser import Statement
from ..syntax.token_format import TOKEN_SIZE

# Statements repeat: in modeling code a third of the texts are distinct, and a tenth of the shapes. A shape takes more
# time to work out than a text that has it: shapes stay when texts go. Twice as many of them would take 28 MB more.
MOST_TEXTS = 50_000
MOST_SHAPES = 25_000

_STRING = re.compile(
    rb"""[bruBRU]{0,2}(?:\'\'\'(?:[^\\]|\\.)*?\'\'\'|\"\"\"(?:[^\\]|\\.)*?\"\"\""""
    rb"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")""",
    re.DOTALL,
)
# Once strings are emptied: a prefix is left of one that is formatted.
_PREFIXED = re.compile(rb"\w''")
# A comment may hold quotes, and a string a hash: whichever comes first decides.
_STRING_OR_COMMENT = re.compile(_STRING.pattern + rb"|#[^\n]*", re.DOTALL)
_POINT_EXPONENT = re.compile(rb"\d\.[eEjJ_]")
_WORD = re.compile(rb"([A-Za-z_]\w*)")
# A word where one begins: slower, and right where a number ends in letters, as `1e-5` does.
_WHOLE_WORD = re.compile(rb"\b" + _WORD.pattern)
_NUMBER_AND_WORD = re.compile(rb"\d\.?\0")
# Words that may change the syntax, each with a number, belong to a shape; all others are names.
_KEYWORDS = {
    word.encode(): number
    for number, word in enumerate((*keyword.kwlist, "print", "exec", "match", "case", "type", "_"), 1)
}
_NO_KEYWORD = repeat(0)
_Shape = tuple[bytes, bytes, int]
"""Of a statement, all text but words and what strings hold; for each word which keyword it is, or 0; its form."""


class EncodedStatement(Struct, frozen=True, gc=False):
    """The tokens of one statement, its names as numbers of the name table."""

    symbols: bytes
    """One for each token, as a uint32 array has them in memory."""
    names: bytes
    """In the same way, one for each token that is a name."""
    width: int
    """How many tokens there are."""
    identifiers: int
    """How many of them are names."""
    bound: tuple[int, ...]
    """The names that it binds in its scope."""
    free: tuple[int, ...]
    """The names that it declares global or nonlocal."""


class _Template(Struct, frozen=True, gc=False):
    """The tokens of a shape: an encoded statement with, for each name, which word of the text it is."""

    symbols: bytes
    width: int
    words: tuple[int, ...]
    bound: tuple[int, ...]
    free: tuple[int, ...]


class _Sighting(Struct, frozen=True, gc=False):
    """The first statement of a shape: most shapes are never seen again."""

    linear_statements: list[LinearStatement]
    text: bytes
    start: int


class NameTable(dict[bytes, int]):
    """Numbers for names, given in the order they are asked for; ``spelled`` has the name of each number."""

    def __init__(self) -> None:
        super().__init__()
        self.spelled: list[bytes] = []
        self._hashes = np.empty(1024, np.uint64)

    def __missing__(self, name: bytes) -> int:
        self[name] = number = len(self)
        self.spelled.append(name)
        if number == len(self._hashes):
            self._hashes = np.resize(self._hashes, 2 * number)
        self._hashes[number] = int.from_bytes(name_digest(name), "little")
        return number

    @property
    def hashes(self) -> U64:
        """A hash of the name of each number: a view, good until the next name is asked for."""
        return self._hashes[: len(self)]


def name_digest(name: bytes) -> bytes:
    """The hash of a name, as a uint64 array has it in memory."""
    return hashlib.blake2b(name, digest_size=8).digest()


class StatementCache:
    """Encoded statements, remembered by their text, and by its shape: the text without names and strings."""

    def __init__(self) -> None:
        self.names = NameTable()
        self._texts: dict[tuple[bytes, int], tuple[EncodedStatement, ...]] = {}
        self._shapes: dict[_Shape, tuple[_Template, ...] | _Sighting | None] = {}

    def encode(self, statement: Statement, source: bytes) -> tuple[EncodedStatement, ...]:
        """A statement of the file ``source``; a tuple assignment counts as several."""
        return self.encode_all([statement], source)[0]

    def encode_all(self, statements: Sequence[Statement], source: bytes) -> list[tuple[EncodedStatement, ...]]:
        """Each statement of the file ``source``."""
        seen = self._texts.get
        return [
            known if (known := seen((statement.text, statement.form))) is not None else self._unseen(statement, source)
            for statement in statements
        ]

    def _unseen(self, statement: Statement, source: bytes) -> tuple[EncodedStatement, ...]:
        check()
        if len(self._texts) >= MOST_TEXTS:
            self._texts.clear()
        if len(self._shapes) >= MOST_SHAPES:
            self._shapes.clear()
        encoded = self._texts[statement.text, statement.form] = self._linearise(statement, source)
        return encoded

    def _linearise(self, statement: Statement, source: bytes) -> tuple[EncodedStatement, ...]:
        # In a class body it is a name's spelling that makes it an attribute, which a shape leaves out.
        split = None if statement.in_class else _split(statement.text)
        if split is None:
            return tuple([self._exact(linear) for linear in linearise(statement, source)])
        gaps, words = split
        if b"\n" in gaps:
            gaps = b" ".join(gaps.split())
        key = (gaps, bytes(map(_KEYWORDS.get, words, _NO_KEYWORD)), statement.form)
        templates = self._templates(key)
        if templates is None:
            return tuple([self._exact(linear) for linear in self._first(key, statement, source)])
        names = self.names
        # Keywords among them: no template asks for theirs.
        numbers = [names[word] for word in words]
        return tuple([_filled(template, numbers) for template in templates])

    def _templates(self, key: _Shape) -> tuple[_Template, ...] | None:
        """The templates of a shape, which are made when it is seen again."""
        known = self._shapes.get(key)
        if isinstance(known, _Sighting):
            known = self._shapes[key] = _templates(known)
        return known

    def _first(self, key: _Shape, statement: Statement, source: bytes) -> list[LinearStatement]:
        linear_statements = linearise(statement, source)
        if key not in self._shapes:
            self._shapes[key] = _Sighting(linear_statements, statement.text, statement.start)
        return linear_statements

    def _exact(self, linear: LinearStatement) -> EncodedStatement:
        names = self.names
        return EncodedStatement(
            linear.symbols,
            array("I", [names[name] for name in linear.names]).tobytes(),
            len(linear.symbols) // TOKEN_SIZE,
            len(linear.names),
            tuple([names[name] for _, name in linear.bound]),
            tuple([names[name] for _, name in linear.free]),
        )


def _filled(template: _Template, numbers: list[int]) -> EncodedStatement:
    words = template.words
    return EncodedStatement(
        template.symbols,
        array("I", [numbers[word] for word in words]).tobytes(),
        template.width,
        len(words),
        tuple([numbers[word] for word in template.bound]),
        tuple([numbers[word] for word in template.free]),
    )


def _split(text: bytes) -> tuple[bytes, list[bytes]] | None:
    """What stands between the words of a statement, and the words; None where they do not tell its names."""
    if b'"' in text or b"'" in text:
        text = _STRING.sub(b"''", text) if b"#" not in text else _STRING_OR_COMMENT.sub(_emptied, text)
        if _PREFIXED.search(text):
            return None
    elif b"#" in text:
        text = _STRING_OR_COMMENT.sub(b"", text)
    if not text.isascii():
        return None
    parts = _WORD.split(text)
    gaps = b"\0".join(parts[::2])
    if _NUMBER_AND_WORD.search(gaps):
        if _POINT_EXPONENT.search(text):
            return None
        parts = _WHOLE_WORD.split(text)
        gaps = b"\0".join(parts[::2])
    return gaps, parts[1::2]


def _emptied(match: re.Match[bytes]) -> bytes:
    return b"" if match[0][:1] == b"#" else b"''"


def _templates(first: _Sighting) -> tuple[_Template, ...] | None:
    """Templates for a shape, from the first statement of it; None where its names cannot be told from its words."""
    words = _word_offsets(first)
    try:
        return tuple([_template(linear, words) for linear in first.linear_statements])
    except KeyError:
        return None


def _template(linear: LinearStatement, words: dict[int, int]) -> _Template:
    return _Template(
        linear.symbols,
        len(linear.symbols) // TOKEN_SIZE,
        tuple([words[offset] for offset in linear.offsets]),
        tuple([words[offset] for offset, _ in linear.bound]),
        tuple([words[offset] for offset, _ in linear.free]),
    )


def _word_offsets(first: _Sighting) -> dict[int, int]:
    """The number of each word in a statement's text, by where in the file it stands."""

    def blank(match: re.Match[bytes]) -> bytes:
        return b" " * len(match[0])

    text = _STRING_OR_COMMENT.sub(blank, first.text)
    return {first.start + match.start(): place for place, match in enumerate(_WHOLE_WORD.finditer(text))}
