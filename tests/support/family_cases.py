"""Repositories that hold copies of one another's files, which no upstream has."""

from __future__ import annotations

import random

_CALLS = ("gather", "spread", "weigh", "settle", "twist", "join")


def module_of_its_own(seed: int, functions: int = 6) -> str:
    """Code that nobody else has: functions with a structure drawn by ``seed``."""
    draw = random.Random(seed)
    return "\n\n".join(_function(draw, number) for number in range(functions)) + "\n"


def _function(draw: random.Random, number: int) -> str:
    lines = [f"def task_{number}(rows, width, depth):", "    total = 0"]
    for _ in range(5):
        first, second = draw.sample(("rows", "width", "depth", "total"), 2)
        call, other = draw.sample(_CALLS, 2)
        amount = draw.randrange(300, 9000)
        lines += draw.choice(
            (
                [f"    for step in range({first} % {amount}):", f"        total += {call}({second} * step) - {amount}"],
                [
                    f"    if {first} > {amount} and not {call}({second}):",
                    f"        total = {other}(total)[{second}]",
                ],
                [f"    while {call}({first}) < {amount} * {second}:", f"        total -= {other}({first} // {amount})"],
                [f"    total = [{call}(each + {amount}) for each in {first} if each != {second}] or {other}(total)"],
            )
        )
    return "\n".join([*lines, "    return total"])


def renamed(text: str) -> str:
    """The same under other names, with another layout."""
    names = ("task", "rows", "width", "depth", "total", "step", "each", *_CALLS)
    for number, name in enumerate(names):
        text = text.replace(name, f"name{number}x")
    return "# Written by us\n" + text.replace("\n\n\n", "\n\n")


def edited(text: str) -> str:
    """The same with a statement more in each function."""
    return text.replace("    total = 0\n", "    total = 0\n    print('begins', rows)\n    depth = depth or 3 * width\n")
