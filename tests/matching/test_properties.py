"""Whole modules against themselves: renamed, with statements dropped, with statements added, cut anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import modelkin
from modelkin.results import FileVerdict, Kind, Verdict

pytestmark = pytest.mark.unmeasured

# Modules are written with numbered names and printed twice: `<file:0>`, `<attribute:0>`, `<keyword:0>`, and `<2:0>` for
# a local of function 2. Locals, attributes and keywords share their spellings: only what they name tells them apart.
NAMED = re.compile(r"<(\w+):(\d)>")
SHARED = tuple("abcdefgh")
SPELLINGS = {"file": tuple("FGHIJKLM"), "attribute": SHARED, "keyword": SHARED}
METHODS = (4, 5, 6)  # attributes that methods are called by

STATEMENTS = (
    "<L:2> = <L:0>.<attribute:0>(<L:1>, <keyword:0>=NUMBER)",
    "<L:3> = <file:0>(<L:2>) + <L:0> * NUMBER",
    "<L:0>.<attribute:1> = <L:1>[NUMBER:, <L:3>]",
    "if <L:2> is not None:\n        <L:2> = -<L:3> % NUMBER",
    "while <L:3> < NUMBER:\n        <L:3> += <file:4>[<L:1>]",
    "<L:2>, <L:3> = <L:1>, <L:0>.<attribute:4>(NUMBER)",
    "with <L:0>.<attribute:2>() as <L:3>:\n        <L:1> = [<L:2> for <L:2> in <L:3> if <L:2> > NUMBER]",
    "<L:1> = lambda <L:3>, *<L:2>: <L:3>(*<L:2>, <keyword:1>=<L:0>)",
    "try:\n        <L:2> = <file:1>(NUMBER)\n    except <file:2> as <L:3>:\n        raise <file:5>(<L:3>) from <L:3>",
    "return <L:0> @ <L:3>.<attribute:3> ** NUMBER",
)
UNRELATED = (
    "assert junk_one[2:7] != {junk_two: 8, **junk_three}",
    "del junk_four[5 // 3 :], junk_five",
    "print(~junk_six << 13, sep=junk_seven or 17)",
    "global junk_eight",
)
Body = tuple[str, ...]


@dataclass(frozen=True)
class Module:
    """Bodies of ``functions``, and of the methods of ``classes``; each is a list of statements."""

    functions: tuple[Body, ...]
    classes: tuple[tuple[Body, ...], ...]

    def text(self) -> str:
        """With names to be printed. Functions are numbered as they come."""
        parts = [function(number, f"<file:{number}>", body) for number, body in enumerate(self.functions)]
        number = len(parts)
        for place, methods in enumerate(self.classes):
            parts.append(f"class <file:{2 + place}>(<file:6>.<attribute:3>):\n")
            for method, body in zip(METHODS, methods, strict=False):
                parts.append(indented(function(number, f"<attribute:{method}>", body)))
                number += 1
        return "\n".join(parts)

    def scopes(self) -> dict[str, str]:
        """The qualified name of each function, by its number, in names to be printed."""
        names = [f"<file:{number}>" for number in range(len(self.functions))]
        for place, methods in enumerate(self.classes):
            names += [f"<file:{2 + place}>.<attribute:{METHODS[method]}>" for method in range(len(methods))]
        return {str(number): name for number, name in enumerate(names)}

    def kinds(self) -> dict[tuple[str, int], Kind]:
        methods = max((len(each) for each in self.classes), default=0)
        return {
            **{("file", number): Kind.FUNCTION for number in range(len(self.functions))},
            **{("file", 2 + place): Kind.CLASS for place in range(len(self.classes))},
            **{("attribute", number): Kind.FUNCTION for number in METHODS[:methods]},
        }


def function(number: int, name: str, body: Body) -> str:
    lines = "\n".join(f"    {statement}" for statement in body).replace("<L:", f"<{number}:")
    return f"def {name}(<{number}:0>, <{number}:1>):\n    <{number}:2> = <{number}:3> = <{number}:0>\n{lines}\n"


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def statements() -> st.SearchStrategy[str]:
    return st.builds(
        lambda text, number: text.replace("NUMBER", number), st.sampled_from(STATEMENTS), st.sampled_from("379")
    )


def bodies() -> st.SearchStrategy[Body]:
    return st.lists(statements(), min_size=1, max_size=6).map(tuple)


def modules() -> st.SearchStrategy[Module]:
    functions = st.lists(bodies(), min_size=1, max_size=2).map(tuple)
    classes = st.lists(st.lists(bodies(), min_size=1, max_size=3).map(tuple), max_size=2).map(tuple)
    return st.builds(Module, functions, classes)


Spelling = Mapping[str, tuple[str, ...]]
ORIGINAL: Spelling = {**SPELLINGS, **{str(function): SHARED for function in range(9)}}


@st.composite
def renamings(draw: st.DrawFn) -> Spelling:
    """A spelling in which each name is kept or is a new one."""
    kept = st.lists(st.booleans(), min_size=8, max_size=8)
    # A local is never called as something of the file is: it would hide it.
    return {
        pool: tuple(
            old if keep else f"{pool if pool == 'file' else 'new'}_{fresh}"
            for old, keep, fresh in zip(names, draw(kept), draw(st.permutations(SHARED)), strict=True)
        )
        for pool, names in ORIGINAL.items()
    }


def printed(text: str, spelling: Spelling) -> str:
    return NAMED.sub(lambda name: spelling[name[1]][int(name[2])], text)


def compared(copy: str, original: str) -> FileVerdict:
    return modelkin.compare_texts(copy.encode(), original.encode())


def expected_renames(module: Module, copy: Spelling) -> set[tuple[str, str, Kind, str]]:
    scopes, kinds = module.scopes(), module.kinds()
    other = {"file": Kind.VARIABLE, "attribute": Kind.ATTRIBUTE, "keyword": Kind.KEYWORD}
    used = {(pool, int(number)) for pool, number in NAMED.findall(module.text())}
    return {
        (
            ORIGINAL[pool][number],
            copy[pool][number],
            kinds.get((pool, number), other.get(pool, Kind.VARIABLE)),
            printed(scopes.get(pool, ""), copy),
        )
        for pool, number in used
        if ORIGINAL[pool][number] != copy[pool][number]
    }


@settings(max_examples=60, deadline=None)
@given(modules(), renamings())
def test_a_renamed_module_is_a_renamed_copy_and_its_map_is_the_renaming(module: Module, renaming: Spelling) -> None:
    text = module.text()
    found = compared(printed(text, renaming), printed(text, ORIGINAL))
    renames = expected_renames(module, renaming)
    assert found.verdict is (Verdict.RENAMED if renames else Verdict.IDENTICAL)
    assert found.similarity == 1.0
    assert {(rename.original, rename.copy, rename.kind, rename.scope) for rename in found.renames} == renames
    assert all(rename.consistency == 1.0 for rename in found.renames)
    assert {definition.verdict for definition in found.definitions} <= {Verdict.RENAMED, Verdict.IDENTICAL}


@settings(max_examples=40, deadline=None)
@given(modules())
def test_a_module_is_identical_to_itself(module: Module) -> None:
    text = printed(module.text(), ORIGINAL)
    found = compared(text, text)
    assert (found.verdict, found.similarity, found.renames) == (Verdict.IDENTICAL, 1.0, ())


@settings(max_examples=40, deadline=None)
@given(
    modules(),
    renamings(),
    st.lists(st.sampled_from(UNRELATED), min_size=1, max_size=3),
)
def test_unrelated_statements_never_raise_the_similarity(module: Module, renaming: Spelling, added: list[str]) -> None:
    original = printed(module.text(), ORIGINAL)
    edited = Module(tuple(body[:-1] or body for body in module.functions), module.classes)
    grown = Module((edited.functions[0] + tuple(added), *edited.functions[1:]), edited.classes)
    before = compared(printed(edited.text(), renaming), original).similarity
    after = compared(printed(grown.text(), renaming), original).similarity
    assert after <= before


@settings(max_examples=60, deadline=None)
@given(modules(), modules(), st.integers(0, 400), st.integers(0, 400))
def test_a_verdict_fits_its_similarity_and_its_definitions(first: Module, second: Module, start: int, end: int) -> None:
    copy = printed(first.text() + second.text(), ORIGINAL)
    found = compared(copy[start : len(copy) - end], printed(second.text(), ORIGINAL))
    assert 0.0 <= found.similarity <= 1.0
    assert all(0.0 <= definition.similarity <= 1.0 for definition in found.definitions)
    assert all(definition.matched_statements <= definition.statements for definition in found.definitions)
    whole = {definition.verdict for definition in found.definitions} <= {Verdict.RENAMED, Verdict.IDENTICAL}
    if found.verdict in (Verdict.RENAMED, Verdict.IDENTICAL):
        assert (found.similarity, whole) == (1.0, True)
    if found.verdict is Verdict.MODIFIED:
        assert not whole
