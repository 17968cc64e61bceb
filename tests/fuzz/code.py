"""Builds Python code and notebooks by chance: copies of upstreams, and what is hard to read.

Edit this for one more way to write a file that Python, or only modelkin, reads.
"""

from __future__ import annotations

import json
import re
from random import Random

from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE
from .words import encoded, line, mutated, word

_HEADERLESS = ATTENTION[ATTENTION.index('"""') :]
_NAMES = re.compile(r"\b(?:Window|Attention|hidden|heads|scores|weights|sines|cosines|turned|peak|floor)\b")
_NEW_NAMES = ("Focus", "tokens", "größe", "K", "ﬁ", "变量", "_", "__all__", "x" * 300, "self", "e\u0301")
_CODINGS = (
    *("utf-8", "latin-1", "cp1252", "utf-16", "utf_8_sig", "ascii", "koi8-r", "shift_jis", "euc_jp", "gb18030", "hz"),
    *(
        "utf-7",
        "raw_unicode_escape",
        "unicode_escape",
        "idna",
        "punycode",
        "rot13",
        "zlib",
        "hex",
        "base64",
        "undefined",
    ),
    *("mbcs", "nonsense", "utf-32", "cp037", "big5hkscs", "iso2022_jp", "\x1b[31m", "a" * 2000),
)
_TRAPS = (
    "\\\n" * 300,
    ";~" * 200,
    "(" * 400,
    "f'{" * 60,
    "lambda:" * 200,
    "if x:\n" + " if x:\n" * 50,
    "x = " + "-" * 800 + "1\n",
    "a." * 800 + "a\n",
    '"""' * 301,
    "@" * 300,
    "\n" * 3000,
    "#" * 3000 + "\n",
    "# Copyright " * 200 + "\n",
    "x = [\n" * 300,
    "é" * 1000,
    "def f(" + "*" * 200,
    "# SPDX-License-Identifier: " + "(MIT OR " * 200 + "\n",
    "\0",
    "\ufeff\ufeff",
    "\x0c",
    "match x:\n  case " + "[" * 100,
    "type X = " + "list[" * 100,
    "async " * 100,
    "x = 1 if " * 150,
    "%%bash\n!ls\n?x\n",
)


def copy(chance: Random) -> str:
    """An upstream's code, its header gone, some of its names new; surely a copy of it."""
    text = chance.choice((_HEADERLESS, ROTARY, SCHEDULE, _HEADERLESS))
    old_names = sorted(set(_NAMES.findall(text)))
    new = {old: f"{chance.choice(_NEW_NAMES[:6])}{place}" for place, old in enumerate(old_names)}
    return _NAMES.sub(lambda found: new[found[0]], text) if chance.random() < 0.7 else text


def sure_copy(chance: Random) -> bytes:
    """A copy as Python still reads it, whatever stands above it and however its lines end."""
    text = chance.choice(("", "", header(chance), "#!/usr/bin/env python\n", "\n" * 50, "\x0c\n")) + copy(chance)
    ends = chance.choice(("\n", "\n", "\r\n", "\r"))
    mark = chance.choice((b"", b"", b"\xef\xbb\xbf"))
    return mark + encoded(text.replace("\r", "").replace("\0", "").replace("\n", ends))


def header(chance: Random) -> str:
    """Comments that claim things, of whomever."""
    claims = (
        f"# Copyright {chance.choice(('2020', '(c) 2021', '©', '1e9', ''))} {line(chance)}",
        f"# SPDX-License-Identifier: {line(chance)}",
        f"# SPDX-FileCopyrightText: 2020 {line(chance)}",
        "# Licensed under the Apache License, Version 2.0",
        f"# Adapted from https://github.com/{line(chance)}",
        f"# {line(chance)}",
        f"# -*- coding: {chance.choice(_CODINGS[:2])} -*-",
        "# REUSE-IgnoreStart",
        f"# modelkin: ignore[holder-removed] {line(chance)}",
        "",
    )
    return "".join(f"{chance.choice(claims)}\n" for _ in range(chance.randint(0, 6)))


def module(chance: Random) -> bytes:
    """A file called .py: a copy, a trap, words, or bytes, in whatever encoding it says or does not say."""
    roll = chance.random()
    if roll < 0.45:
        text = header(chance) + copy(chance)
    elif roll < 0.55:
        text = header(chance) + mutated(chance, copy(chance), 6)
    elif roll < 0.7:
        trap = chance.choice(_TRAPS)
        text = chance.choice((trap, copy(chance) + trap, trap + "\n" + copy(chance)))
    elif roll < 0.8:
        return chance.randbytes(chance.choice((0, 1, 7, 300, 5000)))
    else:
        text = f"class {line(chance)}:\n    '''{word(chance)}'''\n\ndef f({line(chance)}):\n    return {line(chance)}\n"
    return _in_some_encoding(chance, text)


def _in_some_encoding(chance: Random, text: str) -> bytes:
    if chance.random() < 0.2:
        text = chance.choice(("\r", "\r\n", "\n\r", "\x0b", "\u2028")).join(text.split("\n"))
    if chance.random() < 0.75:
        return chance.choice((b"", b"", b"", b"\xef\xbb\xbf", b"\xff\xfe")) + encoded(text)
    coding = chance.choice(_CODINGS)
    written = chance.choice((coding, coding, chance.choice(_CODINGS)))
    text = f"# {chance.choice(('coding:', '-*- coding=', 'vim: set fileencoding='))} {coding}\n{text}"
    try:
        return text.encode(written, "replace")
    except (LookupError, UnicodeError, TypeError, ValueError, AssertionError):
        return encoded(text)


def notebook(chance: Random) -> bytes:
    """A notebook, whole or broken in its structure, its types or its bytes."""
    cells = [_cell(chance) for _ in range(chance.randint(0, 4))]
    data: object = {
        "cells": cells,
        "metadata": {"language_info": {"name": chance.choice(("python", "R", line(chance)))}},
    }
    if isinstance(data, dict):
        data |= {"nbformat": chance.choice((4, 3, "4", None, 1e308)), "nbformat_minor": 5}
    if chance.random() < 0.2:
        data = chance.choice(
            ([], "x", None, {"cells": None}, {"cells": {}}, {"worksheets": [{"cells": cells}]}, 1, [[]] * 9)
        )
    text = json.dumps(data, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.1:
        text = chance.choice(("[" * 3000, '{"a":' * 3000, text.replace("4", "NaN"), text.replace("4", "9" * 5000)))
    return encoded(mutated(chance, text, 2) if chance.random() < 0.3 else text)


def _cell(chance: Random) -> object:
    text = chance.choice((copy(chance), word(chance), "%%bash\nls\n", "!ls\n", chance.choice(_TRAPS), header(chance)))
    lines = text.splitlines(keepends=True)
    source = chance.choice((lines, lines, text, None, 7, [None], [[text]], {"a": text}))
    kind = chance.choice(("code", "code", "code", "markdown", "raw", None, 3, word(chance)))
    if chance.random() < 0.05:
        return chance.choice((None, [], "x", {}, {"cell_type": kind}))
    return {
        "cell_type": kind,
        "source": source,
        "outputs": [],
        "metadata": {},
        "execution_count": None,
        "id": line(chance),
    }
