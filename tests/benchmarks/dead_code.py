"""Code added that never runs or whose values nothing reads."""

from __future__ import annotations

import ast
from random import Random

from .dataflow import blocks
from .identifiers import fresh_name, names_in

TEMPLATES = (
    "{name} = None",
    "{name} = [{number}, {number}]",
    "if False:\n    {name} = {number}\n    print({name})",
    "for {name} in range(0):\n    break",
    "assert True",
    "{name} = {number} * 2 + 1",
)
METHOD = "def {name}(self, {other}):\n    if {other} is None:\n        return {number}\n    return {other} + {number}"
FUNCTION = METHOD.replace("self, ", "")
DENSITY = 0.15


def add_dead_code(tree: ast.Module, rng: Random) -> None:
    """Something idle after about one statement in seven, an unused method per class, an unused function per module."""
    taken = names_in(tree)
    for block in list(blocks(tree)):
        for index in range(len(block) - 1, 0, -1):
            if rng.random() < DENSITY:
                block.insert(index, _made(rng.choice(TEMPLATES), rng, taken))
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.ClassDef):
            node.body.append(_made(METHOD, rng, taken))
    tree.body.append(_made(FUNCTION, rng, taken))


def _made(template: str, rng: Random, taken: set[str]) -> ast.stmt:
    name, other = fresh_name(rng, taken), fresh_name(rng, taken)
    taken.update((name, other))
    return ast.parse(template.format(name=name, other=other, number=rng.randint(1, 9))).body[0]
