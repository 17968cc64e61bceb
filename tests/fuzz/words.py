"""Makes up hostile words and file names. Edit this to try one more text wherever texts are shown."""

from __future__ import annotations

import os
from random import Random

_HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "two\nlines",
    "a\r\nb\rc",
    "\n::error file=a.py::forged",
    "::stop-commands::x",
    "::warning::forged",
    "##[add-mask]x",
    "%0A::error::x%0D",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "'><svg/onload=alert(1)>",
    "</style></script></title></pre><b>",
    "<!-- --><![CDATA[ ]]>",
    "javascript:alert(1)",
    "[l](javascript:alert(1))",
    "![i](https://evil.example/i.png)",
    "https://evil.example/x",
    "www.evil.example",
    "@all and @org/team #1",
    "a@evil.example",
    "`code` ``more`` ```",
    "| a | b |\n|---|---|",
    "# heading",
    "\\` \\\\ \\",
    "{{ 7 * 7 }} {% raw %} {{ config }}",
    "%s %(x)s {0} {x!r} $HOME `id` $(id)",
    '"]; evil [label="',
    "-->|x| --- %% ;end",
    "\\N \\G \\l",
    "&lt;b&gt; &#x3c; &amp;",
    "\u202egnp.py \u2066x\u2069",
    "\u200b\ufeff\u2028\u2029\x85\x9b31m",
    "\udcff\udc80",
    "\ud83d",
    "\U000e0041\ufffe\U0010ffff",
    "\ufb01 \u2167 ª \u212a \u0130 \u0131 ß \u1e9e",
    "e\u0301" * 40,
    "א־ב ع 模型",
    "\0null",
    "[bold red]markup[/] [/bold] [link=https://evil.example]x",
    "../../../etc/passwd",
    "C:\\Windows\\x",
    "-rf",
    "--output=/tmp/x",
    "=cmd|' /C calc'!A0",
    "REUSE-IgnoreStart",
    "modelkin: ignore[holder-removed] because",
    "'''\"\"\"\\\n",
    "\t\v\f",
    "1e999",
    "NaN",
    "9" * 5000,
    "a" * 3000,
    "(" * 300,
    "",
    " ",
)
_PLAIN = ("The Lantern Authors", "Lamp Inc.", "model", "Focus", "Apache-2.0", "2021", "größe", "A. Person <a@b.org>")
_RESERVED = (
    "CON",
    "nul.py",
    "aux.ipynb",
    ".py",
    "..py",
    "...",
    "~",
    "*",
    "?.py",
    "!x.py",
    "a!b.py",
    "@x",
    "-",
    "--help",
)
_SUFFIXES = (".py", ".py", ".py", ".PY", ".ipynb", ".md", ".txt", ".json", ".toml", ".license", ".pyi", ".so", "")
_LONGEST_NAME = 255


def word(chance: Random) -> str:
    """A text, hostile more often than not, and now and then several in one."""
    pool = _PLAIN if chance.random() < 0.3 else _HOSTILE
    first = chance.choice(pool)
    return first if chance.random() < 0.8 else f"{first}{chance.choice(('', ' ', ':', '/'))}{chance.choice(_HOSTILE)}"


def line(chance: Random) -> str:
    """A text without a line end."""
    return " ".join(word(chance).splitlines())


def encoded(text: str) -> bytes:
    """As UTF-8, with surrogates as the bytes that no UTF-8 has."""
    return text.encode(
        "utf-8", "surrogatepass" if any("\ud800" <= each <= "\udbff" for each in text) else "surrogateescape"
    )


def name(chance: Random, suffix: str | None = None) -> str:
    """What a file or folder of Linux may be called."""
    end = chance.choice(_SUFFIXES) if suffix is None else suffix
    roll = chance.random()
    if roll < 0.3:
        start = chance.choice(("model", "a", "modeling_x", "utils", "src", "größe"))
    elif roll < 0.4:
        start = chance.choice(_RESERVED)
    elif roll < 0.45:
        start = "n" * chance.choice((200, 252, 255))
    else:
        start = word(chance)
    kept = encoded(start).replace(b"/", b"_").replace(b"\0", b"_")[: _LONGEST_NAME - len(end)] + end.encode()
    return os.fsdecode(kept if kept not in (b"", b".", b"..") else b"x" + kept)


def mutated(chance: Random, text: str, changes: int = 3) -> str:
    """``text`` with a few characters or pieces dropped, doubled, moved or put in."""
    for _ in range(chance.randint(0, changes)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((1, 2, 8, 40)))
        piece = chance.choice(("", text[start:end] * 2, word(chance), chance.choice("[]{}\"'#=\n\r\0\\:,-")))
        text = text[:start] + piece + text[end:]
    return text
