"""The scopes of a module, and the names seen from them."""

from __future__ import annotations

import libcst
from msgspec import Struct, field

from .token_format import Namespace


class Scope(Struct, eq=False):
    """The module (no ``parent``), a class body or a function; filled while its text is walked.

    ``bound`` are the names assigned in it, ``definitions`` those of them that are functions and classes; ``outer`` are
    those declared nonlocal and ``file_wide`` those declared global.
    """

    qualname: str
    parent: Scope | None
    is_class: bool
    bound: set[str] = field(default_factory=set)
    definitions: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)
    file_wide: set[str] = field(default_factory=set)

    def owner(self, name: str) -> Scope:
        """The scope whose name it is when ``name`` is read here; the module's for a name that nothing binds."""
        scope = self
        while scope.parent is not None:
            if name in scope.file_wide:
                return scope.module
            if name in scope.bound and name not in scope.outer and (scope is self or not scope.is_class):
                return scope
            scope = scope.parent
        return scope

    @property
    def module(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


class Occurrence(Struct, frozen=True):
    """One name in the text, and where it is seen from."""

    node: libcst.Name
    namespace: Namespace
    scope: Scope


class Names(Struct, frozen=True):
    """All occurrences in a file, and its scopes: ``scopes[0]`` is the module's."""

    occurrences: tuple[Occurrence, ...]
    scopes: tuple[Scope, ...]
