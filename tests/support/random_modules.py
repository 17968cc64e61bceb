"""Random modules, written with numbered names to be printed in any spelling.

`<file:0>`, `<attribute:0>` and `<keyword:0>` are names of the whole file, `<2:0>` is a local of function 2. Locals,
attributes and keywords share their spellings: only what they name tells them apart. All locals are parameters, so the
first line of a function says which is which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hypothesis import strategies as st

NAMED = re.compile(r"<(\w+):(\d)>")
_SHARED = "abcdpqrs"
SPELLINGS = {"file": "FGHIJKLM", "attribute": _SHARED, "keyword": _SHARED}
# By depth: a nested function's own names are not those that it sees around it.
LOCALS = (_SHARED[:4], _SHARED[4:])
NESTED = (1, 3, 5)  # the functions inside functions 0, 2 and 4

_NAMES = ("<L:0>", "<L:1>", "<L:2>", "<L:3>", "<O:0>", "<O:1>", "<file:0>")
_LITERALS = (
    "1",
    "0x1F",
    "1e-5",
    "2.50",
    "3J",
    "'text'",
    '("te"\n"xt")',
    '"""a\nb"""',
    "rb'\\n'",
    "None",
    "True",
    "...",
)
_EXPRESSIONS = (
    "($a)",
    "(-$a)",
    "($a + $b)",
    "($a @ $b ** $c)",
    "($a - ($b - $c))",
    "($a < $b <= $c)",
    "($a is not $b)",
    "(not $a in $b)",
    "($a and not $b or $c)",
    "($a if $b else $c)",
    "($a).<attribute:0>",
    "<L:1>.<attribute:1>.<attribute:0>($a)",
    "<file:2>($a, *$b, <keyword:0>=$c, **<L:2>)",
    "<file:2>($a, <keyword:1>=$b, *$c,)",
    "<file:2>($a for <L:3> in $b)",
    "($a)[$b]",
    "<L:1>[$a:$b]",
    "<L:1>[$a::]",
    "<L:1>[::$a, ..., None]",
    "<L:1>[($a, $b)]",
    "<L:1>[$a,]",
    "[$a, $b,]",
    "($a, *<L:2>)",
    "{$a: $b, **$c}",
    "{$a, $b}",
    "[$a for <L:3> in $b if $c]",
    "{<L:3>: $a for <L:3>, <L:2> in $b}",
    "{$a for (<L:3>) in $b for <L:2> in $c}",
    "(lambda: $a)",
    "(lambda <L:2>, *<L:3>, <L:1>=1: $a)",
    "(<L:3> := $a)",
    "f'{<L:0>!r:>{<L:1>}} {<O:0>.<attribute:0>}{{}}'",
    "(yield $a)",
    "(yield from $a)",
    "[await $a]",
)
_SIMPLE = (
    "<file:1>($a)",
    "<L:0> = $a",
    "<L:0> = (\n$a\n)",
    "<L:0>, <L:1> = $a, $b",
    "(<L:0>, (<L:1>, *<L:2>)) = $a",
    "<L:0> = <L:1> = $a, $b",
    "<L:1>.<attribute:1>, <O:0>[$a] = $b",
    "<L:3> += $a; <L:2> //= \\\n  $b",
    "<L:2>: <file:3> = $a",
    "<L:0>.<attribute:0>.<attribute:1> = $a  # a note",
    "return",
    "return $a, $b",
    "del <L:0>, <L:1>[$a]",
    "assert $a, $b",
    "raise <file:2>($a) from $b",
    "'a bare string'",
    "pass",
    "import <file:0>",
)
_COMPOUND = (
    "if $a:\n$B",
    "if ($a):\n$B\nelif $b:\n$B\nelse:\n$B",
    "if $a:\n$B\nelse:\n    if $b:\n    $B",
    "for <L:3> in $a:\n$B\nelse:\n$B",
    "for <L:2>, (<L:3>) in $a, $b:\n$B",
    "async for (<L:0>, <L:1>) in $a:\n$B",
    "while $a:\n$B",
    "with (<file:3>($a)), <file:0>($b) as <L:3>:\n$B",
    "with (<file:3>($a) as <L:3>, <L:0> as <L:2>,):\n$B",
    "try:\n$B\nexcept (<file:2>, <file:3>) as <L:3>:\n$B\nexcept <file:4>:\n$B\nelse:\n$B\nfinally:\n$B",
    "match <file:3>($a):\n    case [<L:0>, *<L:1>] if $b:\n    $B\n    case <file:2>() | None | -1:\n    $B",
    "match <L:0>:\n    case {'a': <L:1>, **<L:2>}:\n    $B\n    case _:\n    $B",
)
_PARAMETERS = (
    "<L:0>, <L:1>, <L:2>, <L:3>",
    "<L:0>: <file:3>, /, <L:1>=<file:0>, *<L:2>, **<L:3>",
    "<L:0>, <L:1>: <file:3> = 1, *, <L:2>='a', <L:3>,",
)


def _filled(form: tuple[str, tuple[str, ...]]) -> str:
    template, parts = form
    for hole, part in zip("abc", parts, strict=False):
        template = template.replace(f"${hole}", part)
    return template


def _forms(templates: tuple[str, ...], parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(templates), st.tuples(parts, parts, parts)).map(_filled)


_ATOMS = st.sampled_from(_NAMES + _LITERALS)
_TERMS = st.recursive(_ATOMS, lambda inner: _forms(_EXPRESSIONS, inner), max_leaves=5)


@st.composite
def _statements(draw: st.DrawFn, depth: int) -> str:
    """One statement with all its blocks, or some more."""
    if depth == 0 or draw(st.integers(0, 2)):
        return "\n".join(draw(st.lists(_forms(_SIMPLE, _TERMS), min_size=1, max_size=3)))
    template = draw(_forms(_COMPOUND, _TERMS))
    return re.sub(r"^( *)\$B$", lambda hole: indented(draw(_statements(depth - 1)), hole[1]), template, flags=re.M)


def indented(text: str, margin: str = "") -> str:
    """``text`` as a block of what stands at ``margin``."""
    return "\n".join(f"{margin}    {line}" for line in text.split("\n"))


def _owned(text: str, function: int, around: int) -> str:
    return text.replace("<L:", f"<{function}:").replace("<O:", f"<{around}:")


@st.composite
def _functions(draw: st.DrawFn, number: int, name: str) -> str:
    """Function ``number`` called ``name``, mostly with function ``number + 1`` inside."""
    heading = draw(st.sampled_from(("def", "async def", "@<file:6>\ndef", "@<file:6>.<attribute:2>(1)\ndef")))
    parameters = draw(st.sampled_from(_PARAMETERS))
    body = _owned(draw(_statements(2)), number, number)
    if draw(st.booleans()):
        declared = draw(st.sampled_from(("pass", "nonlocal <O:0>", "global <file:0>, <file:1>")))
        inner = _owned(declared + "\n" + draw(_statements(1)), number + 1, number)
        inner_parameters = _owned(draw(st.sampled_from(_PARAMETERS)), number + 1, number)
        body += f"\ndef <{number}:3>({inner_parameters}) -> <file:3>:\n{indented(inner)}\nreturn <{number}:3>"
    return f"{heading} {name}({_owned(parameters, number, number)}):\n{indented(body)}\n"


@st.composite
def modules(draw: st.DrawFn) -> str:
    """Imports, a function, and a class with attributes and two methods."""
    function = draw(_functions(0, "<file:4>"))
    methods = draw(_functions(2, "<attribute:4>")) + "\n" + draw(_functions(4, "<attribute:5>"))
    bases = draw(st.sampled_from(("", "()", "(<file:2>)", "(<file:2>.<attribute:0>, <keyword:2>=<file:3>)")))
    return (
        f"'''What it is.'''\nimport <file:0>\nfrom <file:1> import (<file:2>,\n <file:3>)\n\n{function}\n"
        f"class <file:5>{bases}:\n    <attribute:0> = 1; <attribute:1>: <file:2> = 2\n{indented(methods)}\n"
        f"if <file:0>:\n    <file:6> = <file:4>(<keyword:0>=<file:5>)\n"
    )


Spelling = Mapping[str, str]


def spellings() -> st.SearchStrategy[Spelling]:
    """A spelling for each name of the file, and for each function's locals apart."""
    pools = {**SPELLINGS, **{str(number): LOCALS[number in NESTED] for number in range(6)}}
    return st.fixed_dictionaries({name: st.permutations(pool).map("".join) for name, pool in pools.items()})


def printed(module: str, spelling: Spelling) -> str:
    """A module with its names spelled."""
    return NAMED.sub(lambda name: spelling[name[1]][int(name[2])], module)
