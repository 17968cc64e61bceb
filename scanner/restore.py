"""A copy and its renames in, the copy with its original names put back out; every other byte stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst

from .clones import Kind, Rename, plain_qualname, undoable
from .errors import RestoreError
from .rewriting import parse_exactly, too_deep
from .scopes import Names, Occurrence, Scope
from .scoping import find_names
from .token_format import Namespace

_NAMESPACES = {Kind[namespace.name]: namespace for namespace in Namespace}


class _Place(NamedTuple):
    """Where a rename holds; ``qualname`` is empty for the whole file."""

    namespace: Namespace
    qualname: str


_Originals = dict[tuple[_Place, str], str]


def restore(copy: bytes, renames: Sequence[Rename]) -> bytes:
    """``copy`` with each renamed name put back, all at once, so that names may have changed places.

    A variable is put back in its own function and where nested functions see it; a class or function where its name
    means that definition; an attribute wherever it is read, assigned or defined in a class body; a keyword where it is
    passed. Of renames that exclude each other the most frequent is applied, even where the original's name has another
    use in the copy. Strings and comments stay, and so does `a` in `from m import a as b`.

    Raises RestoreError when the copy does not parse as Python 3, is nested too deeply, or cannot hold an original's
    name in its encoding.
    """
    module = parse_exactly(copy)
    try:
        names = find_names(module)
        originals = _originals(renames, names)
        restored = {each.node: name for each in names.occurrences if (name := _original(each, originals)) is not None}
        return module.visit(_Renamer(restored)).bytes
    except RecursionError as error:
        raise RestoreError(too_deep(copy)) from error
    except UnicodeEncodeError as error:
        raise RestoreError(f"the file is in {module.encoding}, which has no {error.object[error.start]!r}") from error


class _Renamer(libcst.CSTTransformer):
    """``restored`` is by identity: the tree's own name nodes."""

    def __init__(self, restored: dict[libcst.Name, str]) -> None:
        super().__init__()
        self.restored = restored

    def leave_Name(self, original_node: libcst.Name, updated_node: libcst.Name) -> libcst.Name:  # noqa: N802
        name = self.restored.get(original_node)
        return updated_node if name is None else updated_node.with_changes(value=name)


def _originals(renames: Sequence[Rename], names: Names) -> _Originals:
    """Which name to put back where: in each place one original for a copy's name, one copy's name for an original."""
    found: _Originals = {}
    taken: set[tuple[_Place, str]] = set()
    for rename in undoable(renames):
        for place in _places(rename, names):
            if (place, rename.copy) not in found and (place, rename.original) not in taken:
                found[place, rename.copy] = rename.original
                taken.add((place, rename.original))
    return found


def _places(rename: Rename, names: Names) -> Iterator[_Place]:
    """Where a rename holds: a class or function may be a name of the file, an attribute (as methods are), or both."""
    qualname = plain_qualname(rename.scope)
    namespace = _NAMESPACES.get(rename.kind)
    if namespace is not None:
        yield _Place(namespace, qualname if namespace is Namespace.VARIABLE else "")
        return
    is_member = any(scope.is_class and rename.copy in scope.definitions for scope in names.scopes)
    if is_member:
        yield _Place(Namespace.ATTRIBUTE, "")
    if qualname or not is_member or rename.copy in names.scopes[0].bound:
        yield _Place(Namespace.VARIABLE, qualname)


def _original(occurrence: Occurrence, originals: _Originals) -> str | None:
    """The name to put back at an occurrence, None where it stays."""
    name, namespace = occurrence.node.value, occurrence.namespace
    if namespace is not Namespace.VARIABLE:
        return originals.get((_Place(namespace, ""), name))
    owner = occurrence.scope.owner(name)
    if owner.is_class:
        return originals.get((_Place(Namespace.ATTRIBUTE, ""), name))
    return _variable(name, owner, originals)


def _variable(name: str, owner: Scope, originals: _Originals) -> str | None:
    """The original of a variable of ``owner``.

    Renames may name only the outermost function: a name which that one does not bind is meant in a function inside.
    """
    scope: Scope | None = owner
    while scope is not None:
        original = originals.get((_Place(Namespace.VARIABLE, scope.qualname), name))
        if original is not None or scope.parent is None:
            return original
        scope = scope.parent
        if scope.parent is None or (name in scope.bound and not scope.is_class):
            return None
    return None
