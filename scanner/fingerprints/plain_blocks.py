"""Blocks of statements in a plain form: conditions that say the same, loops that collect, jumps that need no `else`.

Edit this when another pair of spellings over several statements should count as the same in `plain_form`. A block comes
here once all blocks inside it are done, so nothing is gone through twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct, field

from ..support.budget import check
from ..syntax.token_format import ATTRIBUTE, VARIABLE, symbol
from ..syntax.token_trees import CALL, Tree, grown, is_equal, tree_of
from .plain_expressions import AND, BOOLEAN, CONDITIONAL, NOT, negated
from .statement_cache import EncodedStatement

ASSIGNMENT = symbol("assignment")
RETURN = symbol("return_statement")
_ASSERT = symbol("assert_statement")
_IF, _ELIF, _ELSE = symbol("if_statement"), symbol("elif_clause"), symbol("else_clause")
_FOLLOWING = (_ELIF, _ELSE)
_FOR, _WITH = symbol("for_statement"), symbol("with_statement")
_JUMPS = frozenset((RETURN, *map(symbol, ("raise_statement", "continue_statement", "break_statement"))))
_LIST, _IN = symbol("list"), symbol("in")
_LIST_COMPREHENSION, _FOR_IN, _IF_CLAUSE = (
    symbol(kind) for kind in ("list_comprehension", "for_in_clause", "if_clause")
)
# The headers whose expressions are worked out once, where they stand.
ONCE = frozenset((_IF, _FOR, _WITH))


class Part(Struct, frozen=True, gc=False):
    """What is known of a statement by itself, once for all places where it stands."""

    encoded: EncodedStatement
    kind: int
    """What syntax it is; 0 where its tokens stay as they are."""
    target: int | None
    """The variable that it assigns, where that is all it does."""
    reads: tuple[int, ...]
    """The variables that it has beside that one, each as often as it does."""


class Piece:
    """A statement where it stands, or a header with the block under it.

    Its tree is grown when it is asked for: most statements stay as they are.
    """

    __slots__ = ("_places", "_tree", "body", "bound", "kind", "part", "scope", "target")

    def __init__(self, part: Part, scope: int) -> None:
        self.part = part
        self.scope = scope
        """The number of the function whose locals it sees."""
        self.bound = set(part.encoded.bound)
        self.kind, self.target = part.kind, part.target
        self.body: list[Piece] | None = None
        """The block under a header."""
        self._tree: Tree | None = None
        self._places: dict[int, list[Tree]] = {}

    @property
    def tree(self) -> Tree:
        """Its tokens; to be asked for only where it has a kind."""
        if self._tree is None:
            symbols, names = tokens_of(self.part.encoded)
            grown_tree = grown(symbols, names)
            if grown_tree is None:
                raise ValueError("a statement whose tokens are no tree")
            self._note_places(grown_tree)
            self._tree = grown_tree
        return self._tree

    @tree.setter
    def tree(self, tree: Tree) -> None:
        self._tree = tree
        self.kind, self.target = tree.kind, target_of(tree)

    def _note_places(self, tree: Tree) -> None:
        stack = tree.children[1:] if self.target is not None else [tree]
        while stack:
            part = stack.pop()
            if part.token == VARIABLE:
                self._places.setdefault(part.name, []).append(part)
            stack.extend(part.children)

    @property
    def is_changed(self) -> bool:
        """Whether it may be another than it was read as."""
        return self._tree is not None

    def count(self, name: int) -> int:
        """How often it reads a variable."""
        return len(self._places.get(name, ())) if self.is_changed else self.part.reads.count(name)

    def place(self, name: int) -> Tree:
        """Where it reads a variable that it reads."""
        _ = self.tree  # grown, if it was not
        return self._places[name][0]

    def forget(self, name: int, place: Tree) -> None:
        """Say that it reads a variable no more where it did."""
        self._places[name] = [each for each in self._places[name] if each is not place]

    def take(self, other: Piece) -> None:
        """Take over what another one, whose tree is part of this one's now, binds and reads."""
        self.bound |= other.bound
        if len(other._places) > len(self._places):
            self._places, other._places = other._places, self._places
        for name, places in other._places.items():
            mine = self._places.get(name, [])
            longer, shorter = (mine, places) if len(mine) >= len(places) else (places, mine)
            longer += shorter
            self._places[name] = longer


def target_of(tree: Tree) -> int | None:
    """The variable that a statement assigns, where that is all it does."""
    if tree.kind != ASSIGNMENT or len(tree.children) != 2 or tree.children[0].token != VARIABLE:
        return None
    return tree.children[0].name


def tokens_of(encoded: EncodedStatement) -> tuple[list[int], list[int]]:
    """The tokens of a statement, and the names among them."""
    return memoryview(encoded.symbols).cast("I").tolist(), memoryview(encoded.names).cast("I").tolist()


class Locals(Struct):
    """How often each variable of a definition is bound and read."""

    spelled: Sequence[bytes]
    """The name of each number."""
    binds: Counter[int] = field(default_factory=Counter)
    reads: Counter[int] = field(default_factory=Counter)
    fixed: set[int] = field(default_factory=set)
    """Those that are global or nonlocal somewhere."""


def plain_block(block: list[Piece], names: Locals) -> list[Piece]:
    """The statements of one block in their plain form, without single-use locals."""
    check()
    kept = [each for each in block if each.kind != _ASSERT]
    # From the end: what a statement is joined with stands after it, and is plain then. The next is the last of these.
    after: list[Piece] = []
    for first, last in reversed(_chains(kept)):
        chain = kept[first:last]
        for group in reversed(_unchained(_folded(chain, names))) if len(chain) > 1 else (chain,):
            if len(group) > 1 or not _joined(group[0], after, names):
                after.extend(reversed(group))
    return after[::-1]


def _chains(block: list[Piece]) -> list[tuple[int, int]]:
    """Where each `if` with its `elif` and `else` begins and ends; all else stands alone."""
    bounds: list[tuple[int, int]] = []
    for place, piece in enumerate(block):
        follows = piece.body is not None and piece.kind in _FOLLOWING and bounds
        if follows and block[bounds[-1][0]].kind == _IF:
            bounds[-1] = bounds[-1][0], place + 1
        else:
            bounds.append((place, place + 1))
    return bounds


def _folded(chain: list[Piece], names: Locals) -> list[Piece]:
    """``x = b if a else c`` for an `if` whose branches only assign one target."""
    while len(chain) > 1 and chain[-1].kind == _ELSE:
        test, one, other = chain[-2], _only(chain[-2]), _only(chain[-1])
        if one is None or other is None or not _assign_alike(one, other) or len(_test(test)) != 1:
            break
        target, value = one.tree.children
        merged = tree_of(CONDITIONAL, value, test.tree.children[0], other.tree.children[1])
        if one.target is not None:
            names.binds[one.target] -= 1
        one.tree = tree_of(ASSIGNMENT, target, merged)
        one.take(test)
        one.take(other)
        if test.kind == _IF:
            return [one]
        chain[-1].body = [one]
        del chain[-2]
    return chain


def _only(piece: Piece) -> Piece | None:
    """The simple statement that is all of a block."""
    body = piece.body or []
    return body[0] if len(body) == 1 and body[0].body is None else None


def _assign_alike(one: Piece, other: Piece) -> bool:
    """Whether two statements assign the same target."""
    if one.kind != ASSIGNMENT or other.kind != ASSIGNMENT:
        return False
    left, right = one.tree.children, other.tree.children
    return len(left) == len(right) == 2 and is_equal(left[0], right[0])


def _unchained(chain: list[Piece]) -> list[list[Piece]]:
    """A condition without the `else` that a jump before it spares, and with no condition that denies something.

    Each statement apart, and what is left of the chain together.
    """
    groups: list[list[Piece]] = []
    while len(chain) > 1 and chain[0].kind == _IF and _jumps(chain[0]):
        groups.append(chain[:1])
        following = chain[1]
        if following.kind == _ELSE:
            return groups + _parts(following)
        following.tree = tree_of(_IF, *_test(following))
        chain = chain[1:]
    if len(chain) != 2 or chain[0].kind != _IF or chain[1].kind != _ELSE or len(_test(chain[0])) != 1:
        return [*groups, chain]
    first, otherwise = chain
    (test,) = _test(first)
    denied = negated(test)
    if _jumps(otherwise):
        parts = _parts(first)
        first.tree, first.body = tree_of(_IF, denied or tree_of(NOT, test)), otherwise.body
        return [*groups, [first], *parts]
    if denied:
        first.tree = tree_of(_IF, denied)
        first.body, otherwise.body = otherwise.body, first.body
    return [*groups, chain]


def _test(piece: Piece) -> list[Tree]:
    return piece.tree.children if piece.kind else []


def _jumps(piece: Piece) -> bool:
    """Whether nothing after its block is come to from it."""
    return piece.body is not None and piece.body[-1:] != [] and piece.body[-1].kind in _JUMPS


def _parts(piece: Piece) -> list[list[Piece]]:
    """What stands in its block, each condition with its clauses together."""
    body = piece.body or []
    return [body[first:last] for first, last in _chains(body)]


def _joined(piece: Piece, after: list[Piece], names: Locals) -> bool:
    """Whether a statement became part of the one after it, the last of ``after``, or of the one in its own block."""
    kind, following = piece.kind, after[-1] if after else None
    if kind in (_IF, _WITH):
        _nest(piece)
    if following is None:
        return False
    if kind == _IF:
        return _return_either(piece, following)
    if kind != ASSIGNMENT or piece.target is None:
        return False
    if _collected(piece, following, names) or _inlined(piece, following, names):
        # What the next one assigns may be bound, or read, only once now.
        last = after.pop()
        if not (after and _inlined(last, after[-1], names)):
            after.append(last)
        return True
    return False


def _nest(piece: Piece) -> None:
    """``if a and b`` for an `if` that holds only another one, and the same of `with`."""
    inner = piece.body[0] if piece.body and len(piece.body) == 1 else None
    if inner is None or inner.kind != piece.kind or len(_test(inner)) != 1 or len(_test(piece)) != 1:
        return
    (one,), (other,) = _test(piece), _test(inner)
    if piece.kind == _IF:
        # As it would be read: the rules for expressions make one condition of it.
        both = tree_of(BOOLEAN, one, Tree(AND), other)
    else:
        both = tree_of(one.kind, *one.children, *other.children)
    piece.tree, piece.body = tree_of(piece.kind, both), inner.body
    piece.take(inner)


def _return_either(piece: Piece, following: Piece) -> bool:
    """``return x if a else y`` for ``if a: return x``, then ``return y``."""
    returned = _only(piece)
    if returned is None or returned.kind != RETURN or following.kind != RETURN:
        return False
    if any(len(_test(each)) != 1 for each in (piece, returned, following)):
        return False
    (value,), (test,), (otherwise,) = _test(returned), _test(piece), _test(following)
    following.tree = tree_of(RETURN, tree_of(CONDITIONAL, value, test, otherwise))
    following.take(piece)
    following.take(returned)
    return True


def _collected(piece: Piece, loop: Piece, names: Locals) -> bool:
    """``x = [a for b in c]`` for ``x = []``, then a loop that only appends to it."""
    target = piece.target
    if target is None or loop.kind != _FOR or piece.tree.children[1].token != _LIST:
        return False
    if len(_test(loop)) != 3 or _test(loop)[1].token != _IN:
        return False
    held, tests = loop, []
    inner = loop.body[0] if loop.body and len(loop.body) == 1 else None
    if inner is not None and inner.kind == _IF and len(_test(inner)) == 1:
        held, tests = inner, [tree_of(_IF_CLAUSE, *_test(inner))]
    added = _only(held)
    if added is None or added.kind != CALL or len(added.tree.children) != 2:
        return False
    method, value = added.tree.children
    if method.token != ATTRIBUTE or names.spelled[method.name] != b"append" or method.children[0].name != target:
        return False
    clause = tree_of(_FOR_IN, *_test(loop))
    loop.tree = tree_of(ASSIGNMENT, piece.tree.children[0], tree_of(_LIST_COMPREHENSION, value, clause, *tests))
    loop.body = None
    for each in (held, added) if held is not loop else (added,):
        loop.take(each)
    loop.take(piece)
    loop.forget(target, method.children[0])
    names.reads[target] -= 1
    return True


def _inlined(piece: Piece, following: Piece, names: Locals) -> bool:
    """A local that the next statement alone reads, and once, written where it is read."""
    name = piece.target
    if name is None or not following.kind or not piece.scope or name in names.fixed or following.count(name) != 1:
        return False
    if following.body is not None and following.kind not in ONCE:
        return False
    ends = following.target == name or following.kind == RETURN
    if not ends and (names.binds[name] != 1 or names.reads[name] != 1):
        return False
    value, place = piece.tree.children[1], following.place(name)
    place.token, place.name, place.children = value.token, value.name, value.children
    following.forget(name, place)
    following.take(piece)
    names.binds[name] -= 1
    names.reads[name] -= 1
    return True
