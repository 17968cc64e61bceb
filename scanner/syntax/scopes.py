"""The scopes of a module by libcst, and which scope each of its names belongs to. Only undoing renames needs them.

Edit this when Python gets another way to bind a name.
"""

# ruff: noqa: N802 - libcst calls visitors by the names of node classes.
from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst
from msgspec import Struct, field

from .token_format import Namespace


class NameScope(Struct, eq=False):
    """The module, a class body or a function; filled while its text is walked."""

    qualname: str
    parent: NameScope | None
    """The scope around it; None for the module."""
    is_class: bool
    bound: set[str] = field(default_factory=set)
    """The names assigned in it."""
    definitions: set[str] = field(default_factory=set)
    """Those of them that are functions and classes."""
    outer: set[str] = field(default_factory=set)
    """The names declared nonlocal."""
    file_wide: set[str] = field(default_factory=set)
    """The names declared global."""

    def owner(self, name: str) -> NameScope:
        """The scope that ``name`` belongs to when it is read here; the module, where nothing binds it."""
        scope = self
        while scope.parent is not None:
            if name in scope.file_wide:
                return scope.module
            if name in scope.bound and name not in scope.outer and (scope is self or not scope.is_class):
                return scope
            scope = scope.parent
        return scope

    @property
    def module(self) -> NameScope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


class Occurrence(Struct, frozen=True):
    """One name in the text, and where it is seen from."""

    node: libcst.Name
    namespace: Namespace
    scope: NameScope


class ScopedNames(Struct, frozen=True):
    """All occurrences in a file, and its scopes: ``scopes[0]`` is the module's."""

    occurrences: tuple[Occurrence, ...]
    scopes: tuple[NameScope, ...]


def find_names(module: libcst.Module) -> ScopedNames:
    """Walk a module. Raises RecursionError when it is nested too deeply."""
    walk = _Walk()
    module.visit(walk)
    return ScopedNames(tuple(walk.occurrences), tuple(walk.scopes))


class _Walk(libcst.CSTVisitor):
    """A visit method returns False where it has already walked the parts of its node, in their own scopes."""

    def __init__(self) -> None:
        super().__init__()
        self.scope = NameScope("", None, is_class=False)
        self.scopes = [self.scope]
        self.occurrences: list[Occurrence] = []

    def note(self, node: libcst.Name, namespace: Namespace = Namespace.VARIABLE) -> None:
        self.occurrences.append(Occurrence(node, namespace, self.scope))

    def walk(self, *nodes: libcst.CSTNode | None) -> None:
        for node in nodes:
            if node is not None:
                node.visit(self)

    def bind(self, target: libcst.CSTNode | None) -> None:
        self.scope.bound.update(_plain_names(target))

    def within(self, name: str, is_class: bool, names: Sequence[libcst.Name], body: libcst.CSTNode) -> None:
        """Walk parameter ``names`` and ``body`` in a scope of their own."""
        around = self.scope
        self.scope = NameScope(
            f"{around.qualname}.{name}".lstrip("."), around, is_class, {node.value for node in names}
        )
        self.scopes.append(self.scope)
        self.walk(*names, body)
        self.scope = around

    def define(self, node: libcst.FunctionDef | libcst.ClassDef) -> None:
        self.bind(node.name)
        self.scope.definitions.add(node.name.value)
        self.walk(*node.decorators, node.name, node.type_parameters)

    def visit_FunctionDef(self, node: libcst.FunctionDef) -> bool:
        """Annotations and defaults are evaluated outside of the function."""
        self.define(node)
        parameters = _parameters(node.params)
        for parameter in parameters:
            self.walk(parameter.annotation, parameter.default)
        self.walk(node.returns)
        self.within(node.name.value, False, [parameter.name for parameter in parameters], node.body)
        return False

    def visit_ClassDef(self, node: libcst.ClassDef) -> bool:
        self.define(node)
        self.walk(*node.bases, *node.keywords)
        self.within(node.name.value, True, (), node.body)
        return False

    def visit_Name(self, node: libcst.Name) -> bool:
        self.note(node)
        return False

    def visit_Attribute(self, node: libcst.Attribute) -> bool:
        self.walk(node.value)
        self.note(node.attr, Namespace.ATTRIBUTE)
        return False

    def visit_Arg(self, node: libcst.Arg) -> bool:
        if node.keyword is not None:
            self.note(node.keyword, Namespace.KEYWORD)
        self.walk(node.value)
        return False

    def visit_MatchKeywordElement(self, node: libcst.MatchKeywordElement) -> bool:
        self.note(node.key, Namespace.ATTRIBUTE)
        self.walk(node.pattern)
        return False

    def visit_ImportFrom(self, node: libcst.ImportFrom) -> bool:
        if not isinstance(node.names, libcst.ImportStar):
            self.imported(node.names)
        return False

    def visit_Import(self, node: libcst.Import) -> bool:
        self.imported(node.names)
        return False

    def imported(self, aliases: Sequence[libcst.ImportAlias]) -> None:
        """Of an import only the name that the file then uses is a name of the file: `a` in `import a.b`."""
        for alias in aliases:
            name: libcst.BaseExpression = alias.asname.name if alias.asname else alias.name
            while isinstance(name, libcst.Attribute):
                name = name.value
            self.walk(name)

    def visit_Global(self, node: libcst.Global) -> None:
        self.scope.file_wide.update(item.name.value for item in node.names)

    def visit_Nonlocal(self, node: libcst.Nonlocal) -> None:
        self.scope.outer.update(item.name.value for item in node.names)

    def visit_Param(self, node: libcst.Param) -> None:
        self.bind(node.name)

    def visit_AssignTarget(self, node: libcst.AssignTarget) -> None:
        self.bind(node.target)

    def visit_AugAssign(self, node: libcst.AugAssign) -> None:
        self.bind(node.target)

    def visit_AnnAssign(self, node: libcst.AnnAssign) -> None:
        self.bind(node.target)

    def visit_NamedExpr(self, node: libcst.NamedExpr) -> None:
        self.bind(node.target)

    def visit_For(self, node: libcst.For) -> None:
        self.bind(node.target)

    def visit_CompFor(self, node: libcst.CompFor) -> None:
        self.bind(node.target)

    def visit_AsName(self, node: libcst.AsName) -> None:
        self.bind(node.name)

    def visit_Del(self, node: libcst.Del) -> None:
        self.bind(node.target)

    def visit_TypeAlias(self, node: libcst.TypeAlias) -> None:
        self.bind(node.name)

    def visit_MatchAs(self, node: libcst.MatchAs) -> None:
        self.bind(node.name)

    def visit_MatchStar(self, node: libcst.MatchStar) -> None:
        self.bind(node.name)

    def visit_MatchMapping(self, node: libcst.MatchMapping) -> None:
        self.bind(node.rest)


def _plain_names(target: libcst.CSTNode | None) -> Iterator[str]:
    """The names that assigning to ``target`` binds: not those of attributes and subscripts in it."""
    if isinstance(target, libcst.Name):
        yield target.value
    elif isinstance(target, libcst.Tuple | libcst.List):
        for element in target.elements:
            yield from _plain_names(element.value)


def _parameters(parameters: libcst.Parameters) -> list[libcst.Param]:
    """All parameters of a function, in source order."""
    extra = [each for each in (parameters.star_arg,) if isinstance(each, libcst.Param)]
    last = [parameters.star_kwarg] if parameters.star_kwarg else []
    return [*parameters.posonly_params, *parameters.params, *extra, *parameters.kwonly_params, *last]
