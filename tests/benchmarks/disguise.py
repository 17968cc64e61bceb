"""A ladder of disguises: the same program in ever less recognisable texts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

import black

from .dead_code import add_dead_code
from .extraction import extract_functions
from .forms import without_docstrings
from .identifiers import full_renaming, rename_text
from .inlining import inline_functions
from .reordering import reorder_definitions, reorder_statements
from .restyling import inline_locals, introduce_locals, respell, rewrite_conditions, unroll_comprehensions
from .tuples import reshape_tuples

Step = Callable[[str, Random], str]
LAYOUT = black.Mode(line_length=64, string_normalization=True, magic_trailing_comma=False)


@dataclass(frozen=True, slots=True)
class Rung:
    """What is done, in order, to the text of the rung ``after`` (to the original when empty)."""

    name: str
    after: str
    steps: tuple[Step, ...]


def disguises(text: str, rng: Random) -> dict[str, str]:
    """The text on every rung of the ladder, by the rung's name."""
    texts: dict[str, str] = {"": text}
    for rung in RUNGS:
        texts[rung.name] = _applied(rung, texts, rng)
    return {rung.name: texts[rung.name] for rung in RUNGS}


def _applied(rung: Rung, texts: Mapping[str, str], rng: Random) -> str:
    text = texts[rung.after]
    for step in rung.steps:
        text = step(text, rng)
    return text


def _renamed(text: str, rng: Random) -> str:
    return rename_text(text, full_renaming(ast.parse(text), rng))


def _reformatted(text: str, _: Random) -> str:
    return black.format_str(text, mode=LAYOUT)


def _stripped(text: str, _: Random) -> str:
    return ast.unparse(without_docstrings(ast.parse(text))) + "\n"


def _on_tree(change: Callable[[ast.Module, Random], None]) -> Step:
    def step(text: str, rng: Random) -> str:
        tree = ast.parse(text)
        change(tree, rng)
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"

    return step


STATEMENTS = _on_tree(reorder_statements)
INLINED = _on_tree(inline_functions)
EXTRACTED = _on_tree(extract_functions)
TUPLES = _on_tree(reshape_tuples)
DEAD = _on_tree(add_dead_code)
CONDITIONS = _on_tree(rewrite_conditions)
LOCALS_INLINED = _on_tree(inline_locals)
LOCALS_ADDED = _on_tree(introduce_locals)
UNROLLED = _on_tree(unroll_comprehensions)
RESPELLED = _on_tree(respell)
LAST_CUMULATIVE = "definitions reordered"
RUNGS = (
    Rung("renamed", "", (_renamed,)),
    Rung("reformatted", "renamed", (_reformatted,)),
    Rung("comments gone", "reformatted", (_stripped,)),
    Rung(LAST_CUMULATIVE, "comments gone", (_on_tree(reorder_definitions),)),
    Rung("+ statements reordered", LAST_CUMULATIVE, (STATEMENTS,)),
    Rung("+ functions inlined", LAST_CUMULATIVE, (INLINED,)),
    Rung("+ functions extracted", LAST_CUMULATIVE, (EXTRACTED,)),
    Rung("+ tuples split or joined", LAST_CUMULATIVE, (TUPLES,)),
    Rung("+ dead code", LAST_CUMULATIVE, (DEAD,)),
    Rung("+ locals inlined", LAST_CUMULATIVE, (LOCALS_INLINED,)),
    Rung("+ locals introduced", LAST_CUMULATIVE, (LOCALS_ADDED,)),
    Rung("+ conditions rewritten", LAST_CUMULATIVE, (CONDITIONS,)),
    Rung("+ comprehensions unrolled", LAST_CUMULATIVE, (UNROLLED,)),
    Rung("+ other spellings", LAST_CUMULATIVE, (RESPELLED,)),
    Rung("+ all of style", LAST_CUMULATIVE, (TUPLES, CONDITIONS, UNROLLED, RESPELLED, LOCALS_INLINED)),
    # Extraction comes after reordering, which takes calls to have no effect: extracted functions may set attributes.
    Rung("all together", LAST_CUMULATIVE, (INLINED, TUPLES, STATEMENTS, EXTRACTED, DEAD)),
    Rung(
        "all together, and style",
        LAST_CUMULATIVE,
        (INLINED, CONDITIONS, UNROLLED, RESPELLED, TUPLES, LOCALS_INLINED, STATEMENTS, EXTRACTED, DEAD),
    ),
)
