"""A cache of statements' tokens: worked out once for each text, and once for each shape that texts have but for names.

Edit this only for speed: what comes out is what `linear` says, seen before or not.
"""

from __future__ import annotations

import keyword
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from operator import itemgetter

import numpy as np
from msgspec import Struct

from ..support.arrays import U64
from ..support.budget import check
from ..support.lazy import blake2b
from ..syntax.linear import LinearStatement, linearise
from ..syntax.parser import Statement
from ..syntax.token_format import TOKEN_SIZE
from .statement_words import SplitTexts, split_texts, word_places

# Statements repeat: in modeling code a third of the texts are distinct, and a tenth of the shapes. A shape takes more
# time to work out than a text that has it: shapes stay when texts go. Twice as many of them would take 12 MB more.
MOST_TEXTS = 30_000
MOST_SHAPES = 30_000
# Names have their numbers as long as any text: all are forgotten together. So many take 10 MB.
MOST_NAMES = 50_000

# Words that may change the syntax, each with a number, belong to a shape; all others are names.
_KEYWORDS = {
    word.encode(): number
    for number, word in enumerate((*keyword.kwlist, "print", "exec", "match", "case", "type", "_"), 1)
}
_NO_KEYWORD = repeat(0)
_Shape = tuple[bytes, bytes, int]
"""Of a statement, all text but words and what strings hold; for each word which keyword it is, or 0; its form.

In a class body it is a name's spelling that makes it an attribute: there follows for each word the first that is equal.
"""
# So many statements are read together.
_TOGETHER = 1000
# So many words of a statement in a class body are told apart: quadratic time, and numbers of a byte.
_MOST_WORDS = 255


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
    identifiers: int
    pick: Callable[[Sequence[int]], Sequence[int]]
    """Of the numbers of words those of the names."""
    pack: Callable[..., bytes]
    """Of these a uint32 array, as bytes."""
    bound: tuple[int, ...]
    free: tuple[int, ...]


class _Sighting(Struct, frozen=True, gc=False):
    """The first statement of a shape: most shapes are never seen again."""

    text: bytes
    start: int
    linear: tuple[LinearStatement, ...]


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
    return blake2b(name, digest_size=8).digest()


class StatementCache:
    """Encoded statements, remembered by their text, and by its shape: the text without names and strings."""

    def __init__(self) -> None:
        self.names = NameTable()
        self._texts: dict[tuple[bytes, int], tuple[EncodedStatement, ...]] = {}
        self._shapes: dict[_Shape, tuple[_Template, ...] | _Sighting | None] = {}

    def for_another_file(self) -> StatementCache:
        """This one; where it has too many names, another that knows the same shapes, and neither texts nor names."""
        if len(self.names) <= MOST_NAMES:
            return self
        other = StatementCache()
        other._shapes = self._shapes
        return other

    def encode(self, statement: Statement, source: bytes) -> tuple[EncodedStatement, ...]:
        """A statement of the file ``source``; a tuple assignment counts as several."""
        return self.encode_all([statement], source)[0]

    def encode_all(self, statements: Sequence[Statement], source: bytes) -> list[tuple[EncodedStatement, ...]]:
        """Each statement of the file ``source``."""
        keys = [(statement.text, statement.form) for statement in statements]
        found = list(map(self._texts.get, keys))
        unseen = {key: each for key, each, known in zip(keys, statements, found, strict=True) if known is None}
        if unseen and len(self._texts) + len(unseen) > MOST_TEXTS:
            self._texts.clear()
        new = list(unseen.values())
        for first in range(0, len(new), _TOGETHER):
            self._read(new[first : first + _TOGETHER], source)
        texts = self._texts
        return [texts[key] if known is None else known for key, known in zip(keys, found, strict=True)]

    def _read(self, statements: Sequence[Statement], source: bytes) -> None:
        """Read statements that were not seen before."""
        check()
        if len(self._shapes) >= MOST_SHAPES:
            self._forget_shapes()
        for group in split_texts([statement.text for statement in statements]):
            self._read_group([statements[place] for place in group.places], group, source)

    def _read_group(self, statements: Sequence[Statement], group: SplitTexts, source: bytes) -> None:
        """Read statements whose texts are taken apart."""
        names, texts, known, words = self.names, self._texts, self._shapes, group.words
        # Keywords among them: no template asks for theirs.
        numbers = [names[word] for word in words]
        untold: list[Statement] = []
        new: dict[_Shape, Statement] = {}
        seen: list[tuple[Statement, _Shape, int, int]] = []
        shapes = _shapes(statements, group)
        for statement, shape, first, last in zip(statements, shapes, group.firsts, group.lasts, strict=True):
            if shape is None:
                untold.append(statement)
            elif shape in known or shape in new:
                seen.append((statement, shape, first, last))
            else:
                new[shape] = statement
        known.update(zip(new, self._sighted(list(new.values()), source), strict=True))
        for statement, shape, first, last in seen:
            templates = known[shape]
            if isinstance(templates, _Sighting):
                templates = known[shape] = _templates(templates)
            if templates is None:
                untold.append(statement)
            else:
                own = numbers[first:last]
                texts[statement.text, statement.form] = tuple([_filled(template, own) for template in templates])
        self._sighted(untold, source)

    def _sighted(self, statements: list[Statement], source: bytes) -> list[_Sighting]:
        """Read statements by their syntax: of each shape the first one, and those that have none."""
        linear = linearise(statements, source, self.names)
        for statement, several in zip(statements, linear, strict=True):
            self._texts[statement.text, statement.form] = tuple([_encoded(each) for each in several])
        return [_Sighting(each.text, each.start, several) for each, several in zip(statements, linear, strict=True)]

    def _forget_shapes(self) -> None:
        """Make room for shapes: those seen again stay, unless they alone are many."""
        for shape in [shape for shape, known in self._shapes.items() if isinstance(known, _Sighting)]:
            del self._shapes[shape]
        if len(self._shapes) > MOST_SHAPES // 2:
            self._shapes.clear()


def _shapes(statements: Sequence[Statement], group: SplitTexts) -> Iterator[_Shape | None]:
    """The shape of each statement; None where that does not tell its syntax."""
    words = group.words
    all_keywords = bytes(map(_KEYWORDS.get, words, _NO_KEYWORD))
    for statement, gaps, first, last in zip(statements, group.gaps, group.firsts, group.lasts, strict=True):
        form = statement.form
        equal = _equal_words(words[first:last]) if statement.in_class else b""
        if gaps is None or equal is None or form < 0:
            yield None
        else:
            yield gaps, all_keywords[first:last] + equal, form


def _equal_words(words: list[bytes]) -> bytes | None:
    """For each word which is the first that is equal; None for too many words."""
    return bytes(map(words.index, words)) if len(words) <= _MOST_WORDS else None


def _filled(template: _Template, numbers: list[int]) -> EncodedStatement:
    bound, free = template.bound, template.free
    return EncodedStatement(
        template.symbols,
        template.pack(*template.pick(numbers)),
        template.width,
        template.identifiers,
        tuple([numbers[word] for word in bound]) if bound else (),
        tuple([numbers[word] for word in free]) if free else (),
    )


def _encoded(linear: LinearStatement) -> EncodedStatement:
    return EncodedStatement(
        linear.symbols,
        linear.names,
        len(linear.symbols) // TOKEN_SIZE,
        len(linear.names) // TOKEN_SIZE,
        tuple([name for _, name in linear.bound]) if linear.bound else (),
        tuple([name for _, name in linear.free]) if linear.free else (),
    )


def _templates(first: _Sighting) -> tuple[_Template, ...] | None:
    """Templates for a shape, from the first statement of it; None where its names cannot be told from its words."""
    words = {first.start + place: number for number, place in enumerate(word_places(first.text))}
    try:
        return tuple([_template(each, words) for each in first.linear])
    except KeyError:
        return None


def _template(linear: LinearStatement, words: dict[int, int]) -> _Template:
    picked = [words[offset] for offset in memoryview(linear.offsets).cast("I")]
    return _Template(
        linear.symbols,
        len(linear.symbols) // TOKEN_SIZE,
        len(picked),
        _picker(picked),
        _packer(len(picked)),
        tuple([words[offset] for offset, _ in linear.bound]),
        tuple([words[offset] for offset, _ in linear.free]),
    )


def _picker(places: list[int]) -> Callable[[Sequence[int]], Sequence[int]]:
    """What picks the items at some places."""
    if len(places) > 1:
        return itemgetter(*places)
    first = places[0] if places else 0
    return itemgetter(slice(first, first + len(places)))


@lru_cache(1024)
def _packer(count: int) -> Callable[..., bytes]:
    """What writes so many numbers as a uint32 array has them in memory."""
    return struct.Struct(f"{count}I").pack
