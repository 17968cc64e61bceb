"""A cache of statements' tokens: worked out once for each text, and once for each shape that texts have but for names.

Edit this only for speed: what comes out is what `linear` says, seen before or not.
"""

from __future__ import annotations

import hashlib
import keyword
import re
from array import array
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from ..support.arrays import U64
from ..support.budget import check
from ..syntax.linear import LinearStatement, linearise
from ..syntax.parser import Statement
from ..syntax.token_format import TOKEN_SIZE

# Statements repeat: in modeling code a third of the texts are distinct, and a tenth of the shapes.
MOST_TEXTS = 50_000

_STRING = re.compile(
    rb"""[bruBRU]{0,2}(?:\'\'\'(?:[^\\]|\\.)*?\'\'\'|\"\"\"(?:[^\\]|\\.)*?\"\"\""""
    rb"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")""",
    re.DOTALL,
)
_FORMATTED = re.compile(rb"""[fFtT][rR]?["']""")
# A comment may hold quotes, and a string a hash: whichever comes first decides.
_STRING_OR_COMMENT = re.compile(_STRING.pattern + rb"|#[^\n]*", re.DOTALL)
_POINT_EXPONENT = re.compile(rb"\d\.[eEjJ_]")
# Words that may change the syntax stay in a shape; all others are names.
_KEYWORDS = "|".join((*keyword.kwlist, "print", "exec", "match", "case", "type", "_"))
_NAME = re.compile(rf"\b(?!(?:{_KEYWORDS})\b)([A-Za-z_]\w*)".encode())


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
        self._shapes: dict[tuple[bytes, int], tuple[_Template, ...] | _Sighting | None] = {}

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
            self._shapes.clear()
        encoded = self._texts[statement.text, statement.form] = self._linearise(statement, source)
        return encoded

    def _linearise(self, statement: Statement, source: bytes) -> tuple[EncodedStatement, ...]:
        # In a class body it is a name's spelling that makes it an attribute, which a shape leaves out.
        parts = None if statement.in_class else _split(statement.text)
        if parts is None:
            return tuple(self._exact(linear) for linear in linearise(statement, source))
        shape = b"\0".join(parts[::2])
        if b"\n" in shape:
            shape = b" ".join(shape.split())
        key = (shape, statement.form)
        templates = self._templates(key)
        if templates is None:
            return tuple([self._exact(linear) for linear in self._first(key, statement, source)])
        names = self.names
        numbers = [names[word] for word in parts[1::2]]
        return tuple([_filled(template, numbers) for template in templates])

    def _templates(self, key: tuple[bytes, int]) -> tuple[_Template, ...] | None:
        """The templates of a shape, which are made when it is seen again."""
        known = self._shapes.get(key)
        if isinstance(known, _Sighting):
            known = self._shapes[key] = _templates(known)
        return known

    def _first(self, key: tuple[bytes, int], statement: Statement, source: bytes) -> list[LinearStatement]:
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


def _split(text: bytes) -> list[bytes] | None:
    """Text between names, name, text between names, ...; None where the words alone do not tell the names."""
    if b'"' in text or b"'" in text:
        if _FORMATTED.search(text):
            return None
        if b"#" not in text:
            text = _STRING.sub(b"''", text)
    if b"#" in text:
        text = _STRING_OR_COMMENT.sub(_emptied, text)
    if not text.isascii() or _POINT_EXPONENT.search(text):
        return None
    return _NAME.split(text)


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
    """The number of each name in a statement's text, by where in the file it stands."""

    def blank(match: re.Match[bytes]) -> bytes:
        return b" " * len(match[0])

    text = _STRING_OR_COMMENT.sub(blank, first.text)
    return {first.start + match.start(): place for place, match in enumerate(_NAME.finditer(text))}
