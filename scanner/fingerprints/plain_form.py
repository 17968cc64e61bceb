"""A second, plain form of a file: what differs by style alone is the same in it.

Tuples are split, asserts dropped, conditions turned one way, single-use locals written where they are read; and more,
as `plain_expressions` and `plain_blocks` say. It is for a file whose disguise hides statements from the first form. It
joins what is not quite the same program, so that it never tells a copy from an edit: hashes of whole definitions stay
those of the first form. Edit this when statements are brought into it in another way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..support.budget import check
from ..syntax.linear import END_SYMBOL
from ..syntax.parser import Role, Statement
from ..syntax.token_format import VARIABLE, as_bytes, is_name, kind_of, symbol
from ..syntax.token_trees import Tree, flattened, grown, has_at_most, is_tree, tree_of
from .plain_blocks import ASSIGNMENT, Locals, Part, Piece, plain_block, target_of, tokens_of
from .plain_expressions import BINARY, TUPLE, PlainExpressions
from .statement_cache import EncodedStatement, NameTable

_PARALLEL = symbol("parallel assignment")
_AUGMENTED = symbol("augmented_assignment")
_OPERATORS = {symbol(f"{operator}="): symbol(operator) for operator in "+ - * / // % ** @ & | ^ << >>".split()}
_TREES = frozenset((Role.SIMPLE, Role.HEADER, Role.ELIF))
_OPENING = frozenset((Role.HEADER, Role.ELIF, Role.PARAMETERS))
_END_ROLE, _SIMPLE = Role.END, Role.SIMPLE
_SEVERAL = frozenset((TUPLE, _AUGMENTED))
_ASSIGNS_VARIABLE = [ASSIGNMENT | 2, VARIABLE]
# A value that is assigned to two names at once is said twice when it has at most so many tokens.
_LONGEST_SHARED = 4
# So many targets of one assignment are told apart, and a target is said twice when it has at most so many tokens.
_MOST_TARGETS = 16
_LONGEST_TARGET = 16
# So many statements are remembered in parts: most that come again do so in the same file.
_MOST_PARTS = 10_000
_END = EncodedStatement(as_bytes([END_SYMBOL]), b"", 1, 0, (), ())


class PlainForm:
    """Brings the statements of definitions into the plain form; ``names`` is the table that numbers their names."""

    def __init__(self, names: NameTable) -> None:
        self._spelled = names.spelled
        self._expressions = PlainExpressions(names.spelled)
        # Statements repeat, as they do for the statement cache.
        self._parts: dict[tuple[bytes, bytes, bool], tuple[Part, ...]] = {}
        self._plain: dict[tuple[bytes, bytes], EncodedStatement] = {}

    def statements(
        self, statements: Sequence[Statement], encoded: Sequence[Sequence[EncodedStatement]]
    ) -> tuple[list[EncodedStatement], list[int]]:
        """Those of one definition, and the scope of each; as they were where their blocks do not close."""
        check()
        if len(self._parts) >= _MOST_PARTS:
            self._parts.clear()
            self._plain.clear()
        pieces = [self._pieces(statement, each) for statement, each in zip(statements, encoded, strict=True)]
        names = self._locals([piece for several in pieces for piece in several])
        blocks: list[list[Piece]] = [[]]
        for statement, several in zip(statements, pieces, strict=True):
            if statement.role == Role.END:
                if len(blocks) < 2:
                    return _unchanged(statements, encoded)
                body = plain_block(blocks.pop(), names)
                blocks[-1][-1].body = body
            else:
                blocks[-1] += several
                if statement.role in _OPENING:
                    blocks.append([])
        if len(blocks) != 1:
            return _unchanged(statements, encoded)
        return self._written(plain_block(blocks[0], names))

    def _locals(self, pieces: Iterable[Piece]) -> Locals:
        """Count the variables of a definition."""
        reads: list[int] = []
        binds: list[int] = []
        fixed: list[int] = []
        for piece in pieces:
            reads += piece.part.reads
            binds += piece.bound
            fixed += piece.part.encoded.free
        return Locals(self._spelled, Counter(binds), Counter(reads), set(fixed))

    def _written(self, block: list[Piece]) -> tuple[list[EncodedStatement], list[int]]:
        written: list[EncodedStatement] = []
        scopes: list[int] = []
        stack: list[Piece | None] = list(reversed(block))
        while stack:
            piece = stack.pop()
            written.append(self._encoded(piece) if piece else _END)
            scopes.append(piece.scope if piece else 0)
            if piece is not None and piece.body is not None:
                stack += [None, *reversed(piece.body)]
        return written, scopes

    def _encoded(self, piece: Piece) -> EncodedStatement:
        if not piece.kind:
            return piece.part.encoded
        if piece.is_changed:
            return self._plainly(*flattened(piece.tree), piece.bound, piece.part.encoded.free)
        encoded = piece.part.encoded
        found = self._plain.get((encoded.symbols, encoded.names))
        if found is None:
            found = self._plainly(*tokens_of(encoded), encoded.bound, encoded.free)
            self._plain[encoded.symbols, encoded.names] = found
        return found

    def _plainly(
        self, symbols: list[int], names: list[int], bound: Iterable[int], free: tuple[int, ...]
    ) -> EncodedStatement:
        rules = self._expressions
        if rules.may_change(symbols, names) and (plain := grown(symbols, names, rules.plain)) is not None:
            symbols, names = flattened(plain)
        return EncodedStatement(
            as_bytes(symbols), as_bytes(names), len(symbols), len(names), tuple(sorted(bound)), free
        )

    def _pieces(self, statement: Statement, encoded: Sequence[EncodedStatement]) -> list[Piece]:
        role, scope = statement.role, statement.scope
        if statement.in_class or role not in _TREES:
            return [Piece(_as_it_is(each), scope) for each in encoded] if role is not _END_ROLE else []
        found: list[Piece] = []
        is_simple = role is _SIMPLE
        for each in encoded:
            key = each.symbols, each.names, is_simple
            parts = self._parts.get(key)
            if parts is None:
                parts = self._parts[key] = _parts(each, is_simple)
            found += [Piece(part, scope) for part in parts]
        return found


def _unchanged(
    statements: Sequence[Statement], encoded: Sequence[Sequence[EncodedStatement]]
) -> tuple[list[EncodedStatement], list[int]]:
    scopes = [statement.scope for statement, several in zip(statements, encoded, strict=True) for _ in several]
    return [each for several in encoded for each in several], scopes


def _parts(encoded: EncodedStatement, is_simple: bool) -> tuple[Part, ...]:
    """What a statement consists of."""
    check()
    symbols, names = tokens_of(encoded)
    if symbols and kind_of(symbols[0]) == _PARALLEL:
        encoded = _with_tokens(encoded, symbols[1:], names, encoded.bound)
        symbols = symbols[1:]
    if not is_tree(symbols):
        return (_as_it_is(encoded),)
    tree = grown(symbols, names) if is_simple and _may_be_split(symbols) else None
    trees = _split(tree) if tree else []
    if not trees or trees[0] is tree:
        return (_part(encoded, symbols, names),)
    parts = []
    bound = encoded.bound
    for each in trees:
        target = target_of(each)
        # Of several, what each assigns is its own; the first has the rest, which is seldom anything.
        own = bound if target is None or len(trees) == 1 else (target,)
        tokens = flattened(each)
        parts.append(_part(_with_tokens(encoded, *tokens, own), *tokens))
        bound = () if target is None else bound
    return tuple(parts)


def _may_be_split(symbols: list[int]) -> bool:
    """Whether `_split` may find several statements, or another one: nothing else has to be grown for it."""
    return kind_of(symbols[0]) in _SEVERAL or symbols.count(ASSIGNMENT | 2) > 1


def _with_tokens(
    encoded: EncodedStatement, symbols: list[int], names: list[int], bound: tuple[int, ...]
) -> EncodedStatement:
    return EncodedStatement(as_bytes(symbols), as_bytes(names), len(symbols), len(names), bound, encoded.free)


def _as_it_is(encoded: EncodedStatement) -> Part:
    # Attributes are among its names: it may seem to read a variable more often than it does, never less.
    return Part(encoded, 0, None, tuple(memoryview(encoded.names).cast("I")))


def _part(encoded: EncodedStatement, symbols: list[int], names: list[int]) -> Part:
    """A statement of these tokens, which are a tree."""
    target = names[0] if symbols[:2] == _ASSIGNS_VARIABLE else None
    reads = [name for token, name in zip(filter(is_name, symbols), names, strict=True) if token == VARIABLE]
    return Part(encoded, kind_of(symbols[0]), target, tuple(reads if target is None else reads[1:]))


def _split(tree: Tree) -> list[Tree]:
    """``x = x + y`` for ``x += y``, and of what does several things, each."""
    parts = tree.children
    if tree.kind == TUPLE and len(parts) > 1:
        return parts
    if tree.kind == _AUGMENTED and len(parts) == 3 and parts[1].token in _OPERATORS:
        target, operator, value = parts
        if (again := _again(target)) is not None:
            return [tree_of(ASSIGNMENT, target, tree_of(BINARY, again, Tree(_OPERATORS[operator.token]), value))]
    targets: list[Tree] = []
    last = tree
    while last.kind == ASSIGNMENT and len(last.children) == 2 and len(targets) < _MOST_TARGETS:
        targets.append(last.children[0])
        last = last.children[1]
    if len(targets) > 1 and has_at_most(last, _LONGEST_SHARED):
        values = [copied for _ in targets if (copied := _again(last))]
        return [tree_of(ASSIGNMENT, *pair) for pair in zip(targets, values, strict=True)]
    return [tree]


def _again(tree: Tree) -> Tree | None:
    """The same once more; None where it is long."""
    return grown(*flattened(tree)) if has_at_most(tree, _LONGEST_TARGET) else None
