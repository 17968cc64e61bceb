"""Rename a whole module consistently, restore it, and every byte is back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.results import Kind, Rename
from modelkin.syntax.rename_undo import restore

pytestmark = pytest.mark.unmeasured

# Modules are written with numbered names, `file:0`, `attribute:0`, `keyword:0` and `2:0` for a local of function 2, and
# printed twice. Locals, attributes and keywords share their spellings: only what they name tells them apart.
NAMED = re.compile(r"<(\w+):(\d)>")
SPELLINGS = {"file": "FGHIJKLM", "attribute": "abcdpqrs", "keyword": "abcdpqrs"}
LOCALS = ("abcd", "pqrs")  # by depth: a nested function's own names are not those that it sees around it
FUNCTIONS = range(4)

STATEMENTS = (
    "<L:0> = <file:6>(<L:1>, <keyword:0>=<L:2>, *<O:0>)  # a b c F",
    "<L:1>.<attribute:0>, [<L:2>, *<L:0>] = <O:1>['a'], \\\n    'b'",
    "return [<L:3> + <L:1> for <L:3> in <O:2> if (<L:3> := lambda <L:0>: <L:0>.<attribute:1>)]",
    'for <L:1> in <O:0>.<attribute:2>: print ( f"{<L:1>!r:>{<L:2>}} a {{b}}" )',
    "with <file:7> as <L:2>: del <L:2>",
    "<L:3>: <file:5> = {<L:0>: <O:3>, 'F': <file:5>.<attribute:4>}",
    "try: <L:0> += 1\n    except <file:5> as <L:1>: raise <L:1>",
)


def body(function: int, around: int) -> st.SearchStrategy[str]:
    """Statements with the locals of ``function``, and of the one ``around`` it."""

    def write(statements: list[str]) -> str:
        lines = "\n".join(f"    {statement}" for statement in statements)
        return lines.replace("<L:", f"<{function}:").replace("<O:", f"<{around}:")

    return st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4).map(write)


def parameters(function: int) -> str:
    return ", ".join(f"<{function}:{number}>" for number in range(4))


@st.composite
def modules(draw: st.DrawFn) -> str:
    """A function with another one inside, and a class with two methods."""
    nested, method = draw(body(1, 0)).replace("\n", "\n    "), draw(body(2, 2)).replace("\n", "\n    ")
    return (
        f"import <file:7>\nfrom m import a as <file:6>, <file:5>\n\n"
        f"def <file:0>({parameters(0)}):\n{draw(body(0, 0))}\n"
        f"    def <0:3>({parameters(1)}) -> <file:5>:\n    {nested}\n"
        f"class <file:1>(<file:5>, <keyword:1>=<file:0>):\n    <attribute:0> = 1; <attribute:1> = <attribute:0>\n"
        f"    @<file:6>\n    def <attribute:2>({parameters(2)}):\n    {method}\n"
        f"    def <attribute:3>({parameters(3)}): ...\n"
    )


Spelling = dict[str, str]


def spellings() -> st.SearchStrategy[Spelling]:
    depths = {str(function): LOCALS[function == 1] for function in FUNCTIONS}
    pools = {**SPELLINGS, **depths}
    return st.fixed_dictionaries({pool: st.permutations(names).map("".join) for pool, names in pools.items()})


def printed(module: str, spelling: Spelling) -> str:
    return NAMED.sub(lambda name: spelling[name[1]][int(name[2])], module)


def renames(originals: Spelling, copies: Spelling) -> list[Rename]:
    """The rename map of two spellings. Function 1 is a local of function 0, functions 2 and 3 are methods."""
    file, attribute = copies["file"], copies["attribute"]
    scopes = {
        "0": file[0],
        "1": f"{file[0]}.{copies['0'][3]}",
        "2": f"{file[1]}.{attribute[2]}",
        "3": f"{file[1]}.{attribute[3]}",
    }
    kinds = {"attribute": Kind.ATTRIBUTE, "keyword": Kind.KEYWORD}
    return [
        Rename(original, copy, kinds.get(pool, Kind.VARIABLE), 1, 1.0, scopes.get(pool, ""))
        for pool in originals
        for original, copy in zip(originals[pool], copies[pool], strict=True)
    ]


@settings(deadline=None)
@given(modules(), spellings(), spellings())
def test_a_renamed_module_is_restored_byte_for_byte(module: str, originals: Spelling, copies: Spelling) -> None:
    original, copy = printed(module, originals), printed(module, copies)
    assert restore(copy.encode(), renames(originals, copies)).decode() == original
