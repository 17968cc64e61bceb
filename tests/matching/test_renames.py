"""Small texts: which names belong together, what is a renaming, what is an edit."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelkin
from modelkin.results import FileVerdict, Kind, Verdict

from ..support.faults import failures, fault

CASES = Path(__file__).parent.parent / "cases"
# What is compared is never only the few lines in question.
REST = """
def rest(a, b, c):
    d = a.view(b, -1, c) @ b.weight.t() + c.bias
    return d.softmax(dim=-1).mean(1) * 3
"""


def compared(copy: str, original: str) -> FileVerdict:
    return modelkin.compare_texts((REST + copy).encode(), (REST + original).encode())


BINDINGS = (
    "def f(x):\n    for NAME in x:\n        print(NAME * 2)\n",
    "def f(x):\n    for (k, NAME) in x:\n        print(NAME * 2)\n",
    "async def f(x):\n    async for NAME in x:\n        print(NAME * 2)\n",
    "def f(NAME):\n    return len(NAME) * 2\n",
    "def f(a, NAME=1):\n    return len(NAME) * 2\n",
    "def f(NAME: int):\n    return len(NAME) * 2\n",
    "def f(NAME: int = 3):\n    return len(NAME) * 2\n",
    "def f(NAME, /, a):\n    return len(NAME) * 2\n",
    "def f(a, *, NAME=1):\n    return len(NAME) * 2\n",
    "def f(*NAME: int):\n    return len(NAME) * 2\n",
    "def f(**NAME):\n    return len(NAME) * 2\n",
    "def f(x):\n    return lambda NAME=3, *q: NAME * 2\n",
    "def f(x):\n    while x:\n        NAME = x()\n        print(NAME * 2)\n",
    "def f(x):\n    NAME: int = 1\n    return NAME * 2\n",
    "def f(x):\n    a = NAME = 1\n    return NAME * 2 + a\n",
    "def f(x):\n    a, *NAME = x\n    return NAME * 2 + a\n",
    "def f(x):\n    return [NAME * 2 for NAME in x]\n",
    "def f(x):\n    if (NAME := x()):\n        print(NAME * 2)\n",
    "def f(x):\n    with x.open() as NAME:\n        print(NAME * 2)\n",
    "def f(x):\n    with x as (k, NAME):\n        print(NAME * 2)\n",
    "def f(x):\n    try:\n        x()\n    except E as NAME:\n        print(NAME * 2)\n",
    "def f(x):\n    @x\n    def NAME(y):\n        return y\n    return NAME(x) * 2\n",
    "def f(x):\n    class NAME(x):\n        y = 3\n    return NAME() * 2\n",
    "def f(x):\n    NAME = 1\n    def q():\n        nonlocal NAME\n        NAME = 2\n    return NAME * 2\n",
    # What follows counts as a name of the whole file, where a name renamed in one function only is an edit.
    fault(
        "not seen as binding a local", "def f(x):\n    match x:\n        case [NAME, 1]:\n            return NAME * 2\n"
    ),
    fault(
        "not seen as binding a local", "def f(x):\n    match x:\n        case 1 as NAME:\n            return NAME * 2\n"
    ),
    fault("binds no local", "def f(x):\n    import os as NAME\n    return NAME * 2\n"),
    fault(
        "not seen as binding a local",
        "def f(x):\n    try:\n        x()\n    except E, NAME:\n        print(NAME * 2)\n",
    ),
    fault("binds no local", "def f[NAME](x):\n    return NAME * 2\n"),
)


def is_local(template: str) -> bool:
    """Whether a name that is renamed in one function and kept in another is a renaming of a local of the first."""
    kept = template.replace("NAME", "old").replace("def f", "def g").replace("* 2", "* 3")
    found = compared(template.replace("NAME", "new") + kept, template.replace("NAME", "old") + kept)
    renames = [(each.original, each.copy, each.kind, each.scope, each.consistency) for each in found.renames]
    whole = (found.verdict, found.similarity) == (Verdict.RENAMED, 1.0)
    return whole and renames == [("old", "new", Kind.VARIABLE, "f", 1.0)]


def test_a_local_is_renamed_in_one_function_and_kept_in_another() -> None:
    assert not failures(BINDINGS, is_local)


def test_a_global_is_one_name_wherever_it_is_used() -> None:
    text = "{0} = 1\ndef f(x):\n    global {0}\n    {0} = x\ndef g(x):\n    return {0} * x\n"
    (rename,) = compared(text.format("depth"), text.format("level")).renames
    assert (rename.original, rename.copy, rename.kind, rename.scope) == ("level", "depth", Kind.VARIABLE, "")
    mixed = compared(text.format("depth").replace("return depth", "return level"), text.format("level"))
    assert mixed.verdict is Verdict.MODIFIED


@pytest.mark.xfail(strict=True, reason="what a class assigns is a variable where its body reads it")
def test_a_name_of_a_class_body_is_one_attribute() -> None:
    text = "class A:\n    {0} = 1\n    twice = {0} + 2\n    def f(self):\n        return self.{0} * self.twice\n"
    (rename,) = compared(text.format("depth"), text.format("level")).renames
    assert rename.kind is Kind.ATTRIBUTE


SAME = {
    "tuple": ("return x, 1", "return (x, 1)"),
    "elif": (
        "if x:\n        a()\n    elif x + 1:\n        b()",
        "if x:\n        a()\n    else:\n        if x + 1:\n            b()",
    ),
    "pass": ("pass", "..."),
    "string": ("return x['a']", "return x['b']"),
    "text of a formatted string": ("return f'{x} a'", "return f'b {x}'"),
    "number": ("return x * 0.5", "return x * 5e-1"),
}
EDITS = {
    "negation": ("return x is None", "return x is not None"),
    "precedence": ("return 1 not in x", "return not 1 in x"),
    "brackets": ("return -x ** 2", "return (-x) ** 2"),
    "truth": ("return x(True)", "return x(False)"),
    "number": ("return x * 1", "return x * 1.0"),
    "slice": ("return x[1:]", "return x[:1]"),
    "step": ("return x[1:2]", "return x[1::2]"),
    "await": ("return x(1)", "return await x(1)"),
    "yield": ("yield x(1)", "yield from x(1)"),
    "raise": ("raise x", "raise x from None"),
    "else of a loop": ("while x:\n        g()\n    else:\n        h()", "while x:\n        g()\n    h()"),
    "two ifs": ("if x:\n        a()\n    elif x:\n        b()", "if x:\n        a()\n    if x:\n        b()"),
    "name in a formatted string": ("return f'{x} a', x, y", "return f'{y} a', x, y"),
    "order of arguments": ("return x(y, x)", "return x(x, y)"),
    "star": ("return x(*y)", "return x(**y)"),
    "block": ("if x:\n        a()\n        b()", "if x:\n        a()\n    b()"),
}


def verdicts(pairs: dict[str, tuple[str, str]]) -> dict[str, FileVerdict]:
    """What is said of each pair of an original and its copy, as the last lines of a function."""
    function = "def f(x, y):\n    x = x.a(y)\n    {}\n".format
    return {what: compared(function(copy), function(original)) for what, (original, copy) in pairs.items()}


def test_two_spellings_of_one_thing_are_identical() -> None:
    assert not [what for what, found in verdicts(SAME).items() if found.verdict is not Verdict.IDENTICAL]


def test_an_edit_is_no_renaming() -> None:
    found = verdicts(EDITS)
    assert not [what for what in EDITS if found[what].verdict is not Verdict.MODIFIED or found[what].similarity == 1.0]


@pytest.mark.parametrize(
    ("case", "original", "copy"),
    [
        ("library_call_replaced", "softmax", "sigmoid"),
        ("function_swapped", "rotate_halves", "rotate_pairs"),
        ("attributes_swapped", "norm1", "norm2"),
    ],
)
def test_what_stands_for_another_is_not_in_the_rename_map(case: str, original: str, copy: str) -> None:
    found = modelkin.compare_files(CASES / case / "copy.py", CASES / case / "original.py")
    assert (original, copy) not in {(rename.original, rename.copy) for rename in found.renames}


@pytest.mark.xfail(strict=True, reason="keywords of library calls are renamed like any name")
def test_keywords_of_a_library_call_that_trade_places_are_an_edit() -> None:
    original = "def f(x):\n    return torch.conv2d(x, x.w, stride=1, padding=2)\n"
    copy = "def f(x):\n    return torch.conv2d(x, x.w, padding=1, stride=2)\n"
    assert compared(copy, original).verdict is Verdict.MODIFIED


def test_a_small_edited_file_is_compared_with_the_original_that_was_named() -> None:
    original = b"def f(x):\n    y = x + 1\n    return y * 2\n"
    found = modelkin.compare_texts(original.replace(b"    return", b"    print(y)\n    return"), original)
    assert found.verdict is Verdict.MODIFIED
    assert found.similarity > 0.5


def test_methods_much_alike_that_trade_names_are_renamed() -> None:
    body = "y = x.view(1, 2) + self.scale\n{0}        return y @ self.weight\n"
    first, second = body.format(""), body.format("        print(y)\n")
    text = "class A:\n    def {0}(self, x):\n        " + first + "    def {1}(self, x):\n        " + second
    found = compared(text.format("g", "f"), text.format("f", "g"))
    assert (found.verdict, found.similarity) == (Verdict.RENAMED, 1.0)
    assert {(rename.original, rename.copy) for rename in found.renames} == {("f", "g"), ("g", "f")}


@pytest.mark.xfail(strict=True, reason="attributes may be renamed differently in different classes, and so in one")
def test_two_attributes_of_a_class_that_become_one_are_an_edit() -> None:
    text = (
        "class A:\n    def a(self, x):\n        return self.left(x).view(1, 2) * 2\n"
        "    def b(self, x):\n        return self.{0}(x).mean(dim=-1) + 3\n"
    )
    assert compared(text.format("left"), text.format("right")).verdict is Verdict.MODIFIED
