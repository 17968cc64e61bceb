"""The one place that reads SPDX licence expressions: the licences one names, those a copy answers for, several joined.

To be edited where an expression is read wrongly. They stand in what is scanned: their length and depth are bounded, and
where one cannot be parsed no licence in it is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from re import IGNORECASE
from typing import Any

from msgspec import Struct

from ..support.lazy import lazy_pattern

# A longer one names no licence: metadata may hold a whole text, which is for `identify`.
MOST_CHARACTERS = 1_000
# Of parentheses in each other; real ones have two or three.
MOST_DEPTH = 20

_OPERATOR = lazy_pattern(r"[()]|(?<!\S)(?:and|or|with)(?!\S)", IGNORECASE)
_PARENTHESIS = lazy_pattern(r"[()]")
_AND_OR = lazy_pattern(r"(?<!\S)(and|or)(?!\S)", IGNORECASE)
_WITH = lazy_pattern(r"(?<!\S)with(?!\S)", IGNORECASE)
_LISTED = lazy_pattern(r"[/;&|]|,(?! ?v)| (?:and|or) ", IGNORECASE)
_ID = r"[A-Za-z0-9][\w.+:-]*"
_EXPRESSION = lazy_pattern(rf"{_ID}(?: (?:AND|OR|WITH|and|or|with) {_ID})*")
# What the SPDX list had before -only and -or-later, and a plus after any other version.
_OLD_ID = lazy_pattern(r"(?P<gnu>[AL]?GPL-\d\.\d)(?P<later>\+?)|(?P<other>.*\d)\+")
_VERSIONED = lazy_pattern(r"(?P<stem>[AL]?GPL)-(?P<version>\d\.\d)-(?P<span>only|or-later)")


class _Licence(Struct, frozen=True):
    """A licence, and the exception to it, empty where there is none."""

    id: str
    exception: str = ""

    @property
    def current_id(self) -> str:
        """The id as the SPDX list has it today; who may take Apache-2.0 or a later one may take Apache-2.0."""
        old = _OLD_ID.fullmatch(self.id)
        if old is None:
            return self.id
        return old["other"] or f"{old['gnu']}-{'or-later' if old['later'] else 'only'}"


class _AllOf(Struct, frozen=True):
    """Parts that all hold."""

    parts: tuple[_Tree, ...]


class _OneOf(Struct, frozen=True):
    """Parts of which one may be chosen."""

    parts: tuple[_Tree, ...]


_Tree = _Licence | _AllOf | _OneOf


def licences_stated(expression: str) -> tuple[str, ...]:
    """The ids of all licences that an expression names, each once, in its order; exceptions are left out.

    An id that the SPDX list has no longer is the one it has today: GPL-2.0-or-later for GPL-2.0+.
    """
    return tuple(dict.fromkeys(each.current_id for each in _licences(_tree(expression))))


def licences_owed(expression: str, whole: Iterable[str]) -> tuple[str, ...]:
    """The ids that a copy answers for: of each choice the first that the licences of the whole cover, else the first.

    ``(MIT OR Apache-2.0) AND GPL-3.0-only`` in a work under MIT is MIT and GPL-3.0-only.
    """
    return tuple(dict.fromkeys(_owed(_tree(expression), tuple(whole))))


def is_covered(licence: str, whole: Iterable[str]) -> bool:
    """Whether one of the ids of ``whole`` is ``licence``, or a version of it that it allows."""
    return any(other.casefold() == licence.casefold() or _is_later(licence, other) for other in whole)


def conjunction(expressions: Iterable[str]) -> str:
    """The expression that all of ``expressions`` hold, each once."""
    distinct = tuple(dict.fromkeys(expressions))
    if len(distinct) == 1:
        return distinct[0]
    return " AND ".join(f"({each})" if _needs_parentheses(each) else each for each in distinct)


def is_expression(text: str) -> bool:
    """Whether ``text`` is made of ids and operators alone, as a tag has them; its parentheses may be broken."""
    if len(text) > MOST_CHARACTERS:
        return False
    return _EXPRESSION.fullmatch(" ".join(_PARENTHESIS.sub(" ", text).split())) is not None


def ids_of_expression(stated: str, named: Callable[[str], str]) -> tuple[str, ...]:
    """The ids that ``named`` knows of the names in ``stated``, each once; a list with commas or slashes is read too."""
    found = parsed(stated)
    if found is None:
        names = _LISTED.split(stated)
    else:
        names = [name for each in _licences(_converted(found)) for name in (each.id, each.exception) if name]
    return tuple(dict.fromkeys(known for name in names if (known := named(name))))


def parsed(expression: str, licensing: Any = None) -> Any:
    """The tree that ``license_expression`` makes, by default taking any words for a licence; None where it makes none.

    That library takes tens of milliseconds to import: one id alone is to be told without it.
    """
    if len(expression) > MOST_CHARACTERS or max(_depths(expression), default=0) > MOST_DEPTH:
        return None
    from license_expression import Licensing  # type: ignore[import-untyped]

    try:
        return (Licensing() if licensing is None else licensing).parse(expression)
    except Exception:  # noqa: BLE001 - besides its own error, IndexError for "()" and AssertionError for "(OR MIT)"
        return None


def _tree(expression: str) -> _Tree:
    return _broken(expression) if len(expression) > MOST_CHARACTERS else _read(expression)


@lru_cache(maxsize=512)
def _read(expression: str) -> _Tree:
    if not _OPERATOR.search(expression):
        name = " ".join(expression.split())
        return _Licence(name) if name else _AllOf(())
    found = parsed(expression)
    return _broken(expression) if found is None else _converted(found)


def _converted(node: Any) -> _Tree:
    from license_expression import AND, OR, LicenseWithExceptionSymbol

    if isinstance(node, AND | OR):
        parts = tuple(map(_converted, node.args))
        return _AllOf(parts) if isinstance(node, AND) else _OneOf(parts)
    if isinstance(node, LicenseWithExceptionSymbol):
        return _Licence(node.license_symbol.key, node.exception_symbol.key)
    return _Licence(node.key)


def _broken(expression: str) -> _Tree:
    """Read without its parentheses, which tell nothing where all operators are OR; else all that it names holds."""
    pieces = _AND_OR.split(_PARENTHESIS.sub(" ", expression))
    names = dict.fromkeys(" ".join(_WITH.split(piece, 1)[0].split()) for piece in pieces[::2])
    licences = tuple(_Licence(name) for name in names if name)
    return _OneOf(licences) if {each.lower() for each in pieces[1::2]} == {"or"} else _AllOf(licences)


def _needs_parentheses(expression: str) -> bool:
    is_enclosed = expression.startswith("(") and all(_depths(expression[:-1]))
    return not is_enclosed and isinstance(_tree(expression), _OneOf)


def _depths(expression: str) -> Iterator[int]:
    """After each character, how many parentheses are open."""
    return accumulate((character == "(") - (character == ")") for character in expression)


def _licences(tree: _Tree) -> Iterator[_Licence]:
    if isinstance(tree, _Licence):
        yield tree
    else:
        for part in tree.parts:
            yield from _licences(part)


def _owed(tree: _Tree, whole: tuple[str, ...]) -> Iterator[str]:
    if isinstance(tree, _Licence):
        yield tree.current_id
    elif isinstance(tree, _AllOf):
        for part in tree.parts:
            yield from _owed(part, whole)
    elif tree.parts:
        yield from _owed(next((part for part in tree.parts if _fits(part, whole)), tree.parts[0]), whole)


def _fits(tree: _Tree, whole: tuple[str, ...]) -> bool:
    """Whether some way to take it is covered by the licences of the whole."""
    if isinstance(tree, _Licence):
        return is_covered(tree.current_id, whole)
    fitting = (_fits(part, whole) for part in tree.parts)
    return all(fitting) if isinstance(tree, _AllOf) else any(fitting)


def _is_later(licence: str, other: str) -> bool:
    ours, theirs = _VERSIONED.fullmatch(licence), _VERSIONED.fullmatch(other)
    if not ours or not theirs or ours["stem"] != theirs["stem"]:
        return False
    return ours["version"] == theirs["version"] or (ours["span"] == "or-later" and theirs["version"] > ours["version"])
