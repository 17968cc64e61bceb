"""Writes a settings file by chance. Edit this when a setting is added."""

from __future__ import annotations

import json
from random import Random

from .words import line, mutated, word

FILES = ("modelkin.toml", "pyproject.toml")
_VALUES = {
    "include": (
        '["*"]',
        '["*.py"]',
        '["nothing/*"]',
        '"*"',
        '["[a-"]',
        '["**/**/**/**/*.py"]',
        '["' + "*a" * 20 + 'b"]',
    ),
    "exclude": ('["*"]', '["modeling_*"]', "[]", '["src"]', '[""]', '["!x"]', "[[1]]"),
    "exclude-upstream": ('["*"]', '["lantern"]', '["[!a]"]'),
    "against": (
        '["pypi:lantern==1.0"]',
        '["git+https://evil.example/x.git"]',
        '["hf:a/b"]',
        '["src"]',
        '["."]',
        '["-x"]',
    ),
    "corpus": ('[".modelkin/corpus.safetensors"]', '["gone"]', '["."]', '["modeling_0.py"]'),
    "baseline": ('".modelkin-baseline.json"', '"gone"', '"."', '"modeling_0.py"', "[]"),
    "fail-on": ('"never"', '"identical"', '"error"', '["never", "note"]', '"x"', "[]"),
    "min-similarity": ("1.0", "0.99", "-1", "nan", "inf", "1e999", "true", '"1"', "9" * 400),
    "waivers": ("[]", "[{}]", '[{path = "*"}]', "3"),
}


def text(chance: Random, name: str = "modelkin.toml") -> str:
    """Settings for the file ``name``, most of them such as count somewhere."""
    table = "[tool.modelkin]\n" if name == "pyproject.toml" else ""
    lines = [f"{key} = {chance.choice(_VALUES[key])}" for key in chance.sample(sorted(_VALUES), chance.randint(0, 4))]
    lines += [f"{json.dumps(line(chance))} = {_value(chance)}"] if chance.random() < 0.15 else []
    waivers = [_waiver(chance, table) for _ in range(chance.choice((0, 0, 1, 3)))]
    whole = table + "\n".join(chance.sample([*lines], len(lines))) + "\n" + "".join(waivers)
    return mutated(chance, whole, 2) if chance.random() < 0.4 else whole


def _waiver(chance: Random, table: str) -> str:
    rule = chance.choice(("holder-removed", "licence-text-missing", "*", line(chance), "changes-not-stated"))
    fields = {
        "path": chance.choice(("*", "modeling_0.py", "**", line(chance), "*" * 40 + "b")),
        "rule": rule,
        "reason": chance.choice(("agreed", line(chance), "", " ")),
    }
    kept = chance.sample(sorted(fields), chance.choice((3, 3, 3, 2, 0)))
    head = "[[tool.modelkin.waivers]]" if table else "[[waivers]]"
    return "\n".join([head, *(f"{key} = {json.dumps(fields[key])}" for key in kept), ""])


def _value(chance: Random) -> str:
    return chance.choice(
        (
            json.dumps(word(chance)),
            "[" * 300 + "]" * 300,
            "{a.b.c = 1}",
            "1979-05-27",
            "0x" + "f" * 3000,
            "'''x",
            ".".join("a" * 500),
        )
    )
