"""Properties of normalised tokens, on random modules: what leaves it as it is, and what does not."""

from __future__ import annotations

import ast
import re

import black
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelkin.fingerprints.statement_cache import StatementCache

from ..support.random_modules import NAMED, Spelling, modules, printed, spellings
from ..support.sequences import normalised, sequences

pytestmark = pytest.mark.unmeasured

BESIDE = "def f():\n  def g():\n    a.y, x = z; x; y\n  def h():\n    a.y, x = z; x; y\n"
EXAMPLES = settings(max_examples=60, deadline=None)
FEWER = settings(max_examples=30, deadline=None)


@EXAMPLES
@given(modules(), spellings(), spellings())
def test_any_consistent_renaming_leaves_the_tokens_unchanged(module: str, first: Spelling, second: Spelling) -> None:
    assert sequences(printed(module, first)) == sequences(printed(module, second))


@EXAMPLES
@given(modules(), spellings(), st.data())
def test_one_variable_in_place_of_another_changes_its_definition_and_no_other(
    module: str, spelling: Spelling, data: st.DataObject
) -> None:
    uses = [name for name in NAMED.finditer(module) if name[1].isdigit() and not _in_parameters(module, name)]
    use = data.draw(st.sampled_from(uses)) if uses else None
    if use is None:
        return
    number = data.draw(st.sampled_from([number for number in range(4) if number != int(use[2])]))
    edited = f"{module[: use.start()]}<{use[1]}:{number}>{module[use.end() :]}"
    before, after = normalised(printed(module, spelling)).hashes, normalised(printed(edited, spelling)).hashes
    assert (before != after).sum() == 1


def _in_parameters(module: str, name: re.Match[str]) -> bool:
    line = module[module.rfind("\n", 0, name.start()) + 1 : name.start()]
    return line.lstrip().startswith(("def ", "async def "))


@EXAMPLES
@given(modules(), spellings())
def test_printing_the_syntax_tree_leaves_the_tokens_unchanged(module: str, spelling: Spelling) -> None:
    text = printed(module, spelling)
    assert sequences(ast.unparse(ast.parse(text))) == sequences(text)


@FEWER
@given(modules(), spellings())
def test_black_leaves_the_tokens_unchanged(module: str, spelling: Spelling) -> None:
    text = printed(module, spelling)
    assert sequences(black.format_str(text, mode=black.Mode(line_length=60))) == sequences(text)


@FEWER
@example(BESIDE, {}, "def f(a, z):\n  a.x, x = z", {})
@given(modules(), spellings(), modules(), spellings())
def test_other_files_seen_before_leave_the_tokens_unchanged(
    module: str, spelling: Spelling, other: str, other_spelling: Spelling
) -> None:
    text, cache = printed(module, spelling), StatementCache()
    sequences(printed(other, other_spelling), cache)
    sequences(printed(module, other_spelling), cache)
    assert sequences(text, cache) == sequences(text)


@EXAMPLES
@given(modules(), spellings())
def test_random_modules_parse_without_errors(module: str, spelling: Spelling) -> None:
    assert normalised(printed(module, spelling)).errors == 0
