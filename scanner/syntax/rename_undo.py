"""Renames undone: the text of a copy with the original's names put back, every other byte as it was.

Edit this when another use of a name should be put back, or when a file that libcst cannot rewrite should be told why.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import libcst

from ..errors import RestoreError
from ..results import Kind, Rename
from ..support.decoding import normal_name, own_codec, to_utf8
from .grammar import NAMES
from .scopes import NameScope, Occurrence, ScopedNames, find_names
from .token_format import Namespace
from .tree import syntax_tree

# A name that fewer than half of the original's occurrences became is an edit: it is not undone, so that it is seen.
_MAJORITY = 0.5
# libcst descends on the machine's stack: it crashes at 1,000 to 3,000 levels, and takes seconds before that.
# Python itself refuses 200 brackets.
_DEEPEST = 400
# libcst parses a pattern of `case` four times for each level of brackets in it: in about this many microseconds in all.
_MOST_PATTERNS = 2_000_000
_CASE = re.compile(rb"(?:^|(?<=[\r\n]))[ \t\f]*case\b")
_BRACKET = re.compile(rb"[(\[{]|[)\]}]|\\?\r?\n|\r")
_ENDING = re.compile(rb"\r\n|\r|\n")
_COMMENT = re.compile(rb"(?:^|\r)[ \t\f]*#")
_CODING = re.compile(rb"coding[:=][ \t]*([-\w.]+)")
_NAMESPACES = {Kind[namespace.name]: namespace for namespace in Namespace}


class _RenameScope(NamedTuple):
    """Where a rename holds: for names of one kind, in the function ``qualname``; in the whole file, if it is empty."""

    namespace: Namespace
    qualname: str


_Originals = dict[tuple[_RenameScope, str], str]


def restore(copy: bytes, renames: Sequence[Rename]) -> bytes:
    """``copy`` with each renamed name put back, all at once, so that names may have changed places.

    A variable is put back in its own function and where nested functions see it; a class or function where its name
    means that definition; an attribute wherever it is read, assigned or defined in a class body; a keyword where it is
    passed. Of renames that exclude each other the most frequent is applied, even where the original's name has another
    use in the copy. Strings and comments stay, and so does `a` in `from m import a as b`.

    Raises RestoreError when the copy does not parse as Python 3, is nested too deeply, or cannot hold an original's
    name in its encoding.
    """
    module = _parse_exactly(copy)
    try:
        names = find_names(module)
        originals = _originals(renames, names)
        restored = {each.node: name for each in names.occurrences if (name := _original(each, originals)) is not None}
        return module.visit(_Renamer(restored)).bytes
    except RecursionError as error:
        raise RestoreError(_too_deep(copy)) from error
    except UnicodeEncodeError as error:
        raise RestoreError(f"the file is in {module.encoding}, which has no {error.object[error.start]!r}") from error


def undoable(renames: Iterable[Rename]) -> list[Rename]:
    """The renames that are undone, the most frequent first: of those that exclude each other the first counts."""
    undone = (each for each in renames if each.consistency >= _MAJORITY and each.original.isidentifier())
    return sorted(undone, key=lambda each: (-each.count, -each.consistency, each.original, each.copy))


def plain_qualname(qualname: str) -> str:
    """A qualified name as reports have it, without the `<locals>` of functions in functions."""
    return qualname.replace("<locals>.", "")


class _Renamer(libcst.CSTTransformer):
    """``restored`` is by identity: the tree's own name nodes."""

    def __init__(self, restored: dict[libcst.Name, str]) -> None:
        super().__init__()
        self.restored = restored

    def leave_Name(self, original_node: libcst.Name, updated_node: libcst.Name) -> libcst.Name:  # noqa: N802
        name = self.restored.get(original_node)
        return updated_node if name is None else updated_node.with_changes(value=name)


def _originals(renames: Sequence[Rename], names: ScopedNames) -> _Originals:
    """Which name to put back where: in each place one original for a copy's name, one copy's name for an original."""
    found: _Originals = {}
    taken: set[tuple[_RenameScope, str]] = set()
    for rename in undoable(renames):
        for place in _rename_scopes(rename, names):
            if (place, rename.copy) not in found and (place, rename.original) not in taken:
                found[place, rename.copy] = rename.original
                taken.add((place, rename.original))
    return found


def _rename_scopes(rename: Rename, names: ScopedNames) -> Iterator[_RenameScope]:
    """Where a rename holds: a class or function may be a name of the file, an attribute (as methods are), or both."""
    qualname = plain_qualname(rename.scope)
    namespace = _NAMESPACES.get(rename.kind)
    if namespace is not None:
        yield _RenameScope(namespace, qualname if namespace is Namespace.VARIABLE else "")
        return
    is_member = any(scope.is_class and rename.copy in scope.definitions for scope in names.scopes)
    if is_member:
        yield _RenameScope(Namespace.ATTRIBUTE, "")
    if qualname or not is_member or rename.copy in names.scopes[0].bound:
        yield _RenameScope(Namespace.VARIABLE, qualname)


def _original(occurrence: Occurrence, originals: _Originals) -> str | None:
    """The name to put back at an occurrence, None where it stays."""
    name, namespace = occurrence.node.value, occurrence.namespace
    if namespace is not Namespace.VARIABLE:
        return originals.get((_RenameScope(namespace, ""), name))
    owner = occurrence.scope.owner(name)
    if owner.is_class:
        return originals.get((_RenameScope(Namespace.ATTRIBUTE, ""), name))
    return _variable(name, owner, originals)


def _variable(name: str, owner: NameScope, originals: _Originals) -> str | None:
    """The original of a variable of ``owner``.

    Renames may name only the outermost function: a name which that one does not bind is meant in a function inside.
    """
    scope: NameScope | None = owner
    while scope is not None:
        original = originals.get((_RenameScope(Namespace.VARIABLE, scope.qualname), name))
        if original is not None or scope.parent is None:
            return original
        scope = scope.parent
        if scope.parent is None or (name in scope.bound and not scope.is_class):
            return None
    return None


def _parse_exactly(source: bytes) -> libcst.Module:
    """Parse a file in whatever encoding it declares.

    Raises RestoreError for a file that does not parse as Python 3, that is nested more than 400 levels deep, or that
    libcst would write back differently.
    """
    if any(own_codec(normal_name(name.decode("ascii", "replace"))) is None for name in _declared_encodings(source)):
        raise RestoreError("line 1 or 2 declares an encoding that Python does not know")
    if _deepest(source)[0] > _DEEPEST:
        raise RestoreError(_too_deep(source))
    if line := _costly_pattern(source):
        raise RestoreError(f"line {line} is nested too deeply to rewrite")
    try:
        module = libcst.parse_module(source)
        if source.endswith(b"\r"):  # which libcst does not take for the end of a last line
            module = module.with_changes(has_trailing_newline=True)
        written = module.bytes
    except libcst.ParserSyntaxError as error:
        raise RestoreError(f"line {_broken_line(source, error.raw_line)} does not parse as Python 3") from error
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise RestoreError(f"line {line} is not in the encoding of the file, {error.encoding}") from error
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise RestoreError("line 1 or 2 declares an encoding that Python does not know") from error
    except RecursionError as error:
        raise RestoreError(_too_deep(source)) from error
    if written != source:
        raise RestoreError("libcst would write it back differently, so nothing in it was rewritten")
    return module


def _declared_encodings(source: bytes) -> Iterator[bytes]:
    """The encodings that Python or libcst may look up: either reads the first two lines in its own way."""
    for line in source.split(b"\n", 2)[:2]:
        if comment := _COMMENT.search(line):
            yield from _CODING.findall(line, comment.end())


def _too_deep(source: bytes) -> str:
    """What to say of a file whose nesting exceeds what libcst can take."""
    return f"line {_deepest(source)[1]} is nested too deeply to rewrite"


def _deepest(source: bytes) -> tuple[int, int]:
    """The depth of the deepest syntax node, and its line (1-based).

    Counted as deep although they are flat in the tree: the `elif`s of an `if`, the parts of an implicit concatenation
    (libcst nests both), and whatever lies side by side in a region that does not parse.
    """
    text = to_utf8("", source)
    tree = syntax_tree(text if isinstance(text, bytes) else source)
    cursor = tree.root.walk()
    depths, deepest, line = [0], 0, 1
    while True:
        node = cursor.node
        assert node is not None
        depth = depths[-1]
        if depth > deepest:
            deepest, line = depth, tree.line_of(node.start_point, node.start_byte)
        if cursor.goto_first_child():
            depths.append(depth + 1 + (node.child_count if NAMES[node.kind_id] == "ERROR" else 0))
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return deepest, line
            depths.pop()
        following = cursor.node
        if following is not None and NAMES[following.kind_id] in ("elif_clause", "string"):
            depths[-1] += 1


def _costly_pattern(source: bytes) -> int:
    """The line (1-based) of the `case` with which the patterns take too long; 0 when they do not."""
    cost = place = 0
    while case := _CASE.search(source, place):
        deepest, place = _brackets(source, case.end())
        cost += 4 ** min(deepest, 50)
        if cost > _MOST_PATTERNS:
            return len(_ENDING.findall(source, 0, case.end())) + 1
    return 0


def _brackets(source: bytes, start: int) -> tuple[int, int]:
    """How deep brackets nest on the logical line from ``start``, and where it ends; those in strings count as well."""
    depth = deepest = 0
    for found in _BRACKET.finditer(source, start):
        sign = found[0]
        if sign in b"([{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in b")]}":
            depth -= 1
        elif depth <= 0 and not sign.startswith(b"\\"):
            return deepest, found.start()
    return deepest, len(source)


def _broken_line(source: bytes, reported: int) -> int:
    """The line of a syntax error. libcst places those of its tokeniser on line 1, so CPython is asked first."""
    if b"\0" in source:
        return source.partition(b"\0")[0].count(b"\n") + 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source, "")  # unnamed: Python opens the file of that name to quote an error
    except SyntaxError as error:
        return error.lineno or reported
    except (ValueError, RecursionError, MemoryError):
        return reported
    return reported
