"""Every rung of the ladder is still the same program."""

from __future__ import annotations

import ast
from functools import cache
from random import Random
from typing import Any

import pytest

from .disguise import RUNGS, disguises
from .edits import one_edit
from .forms import alpha_equal
from .swaps import one_swap

SEEDS = 12
PROGRAM = '''
"""A small module."""
from __future__ import annotations

import math as maths

SCALE = 3


def half(values, start=0):
    """Half of it."""
    middle = len(values) // 2 + start
    return values[:middle]


def rotate(values):
    first, second = half(values), values[len(values) // 2 :]
    return second + first


def run(*values):
    """What the test looks at."""
    return Layer(width=SCALE).forward(list(values)), rotate(list(values))


class Base:
    def scaled(self, value):
        # a comment
        return value * self.factor


class Layer(Base):
    """Keeps some state."""

    def __init__(self, width=2):
        self.width = width
        self.factor, self.offset = width * 2, 1
        self.total = 0

    @property
    def limit(self):
        return self.width + 1

    @limit.setter
    def limit(self, value):
        self.width = value

    def forward(self, values):
        smallest = min(values)
        largest = max(values)
        spread = largest - smallest
        smallest, largest = largest, smallest
        turned = rotate(values) + [spread]
        self.total = sum(turned)
        shown = f"{smallest + largest}:{self.total!r}"
        root = maths.sqrt(self.total)
        if len(turned) > self.limit and root > 0:
            turned = [self.scaled(value) for value in half(turned)]
            self.offset = self.offset + 1
        return shown, round(root, 6), turned, self.offset
'''


@cache
def ladder(seed: int) -> dict[str, str]:
    return disguises(PROGRAM, Random(seed))


def result_of(text: str, name: str) -> Any:
    scope: dict[str, Any] = {}
    exec(compile(text, "program", "exec"), scope)
    return scope[name](5, 3, 8, 1)


def renamed_run(text: str) -> str:
    """`run` is the one function with a starred parameter, whatever its name."""
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return next(function.name for function in functions if function.args.vararg)


@pytest.mark.parametrize("rung", [rung.name for rung in RUNGS])
def test_a_disguised_program_computes_the_same(rung: str) -> None:
    expected = result_of(PROGRAM, "run")
    for seed in range(SEEDS):
        text = ladder(seed)[rung]
        assert result_of(text, renamed_run(text)) == expected


def test_a_renamed_program_is_alpha_equal_and_keeps_no_name() -> None:
    text = ladder(1)["comments gone"]
    assert alpha_equal(text, PROGRAM)
    assert "smallest" not in text
    assert "Layer" not in text


def test_edits_and_swaps_are_not_alpha_equal() -> None:
    for seed in range(40):
        edited, swapped = one_edit(PROGRAM, Random(seed)), one_swap(PROGRAM, Random(seed))
        assert edited is not None
        assert swapped is not None
        assert edited[1] == "library call" or not alpha_equal(edited[0], PROGRAM)
        assert not alpha_equal(swapped, PROGRAM)
