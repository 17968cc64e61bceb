"""Undoing renames: what is put back, what stays, and that nothing else in the file moves."""

from __future__ import annotations

import pytest

from modelkin.errors import RestoreError
from modelkin.results import Kind, Rename
from modelkin.syntax.rename_undo import restore

from ..support.faults import failures

CLASS, FUNCTION, ATTRIBUTE, VARIABLE, KEYWORD, *_ = Kind


def renamed(original: str, copy: str, kind: Kind, scope: str = "", count: int = 1, consistency: float = 1.0) -> Rename:
    return Rename(original, copy, kind, count, consistency, scope)


def restored(copy: str, *renames: Rename) -> str:
    return restore(copy.encode(), renames).decode()


def test_a_variable_is_put_back_only_in_its_function() -> None:
    copy = "def f(x):\n    return x + 1\ndef g(x):\n    return x\n"
    assert restored(copy, renamed("y", "x", VARIABLE, "f")) == "def f(y):\n    return y + 1\ndef g(x):\n    return x\n"


def test_a_nested_function_sees_the_variable_unless_it_binds_its_own() -> None:
    copy = "def f(x):\n    def g():\n        return x\n    def h(x):\n        return x\n    return x\n"
    original = "def f(y):\n    def g():\n        return y\n    def h(x):\n        return x\n    return y\n"
    assert restored(copy, renamed("y", "x", VARIABLE, "f")) == original


def test_a_variable_of_a_nested_function_may_be_named_by_the_function_around() -> None:
    copy = "def f(x):\n    def g(z):\n        return z\n"
    original = "def f(x):\n    def g(y):\n        return y\n"
    for scope in ("f", "f.g", "f.<locals>.g"):
        assert restored(copy, renamed("y", "z", VARIABLE, scope)) == original


def test_lambdas_and_comprehensions_belong_to_the_function_around() -> None:
    copy = "def f(a):\n    return [i for i in a if (lambda i: i)(a)]\n"
    original = "def f(a):\n    return [j for j in a if (lambda j: j)(a)]\n"
    assert restored(copy, renamed("j", "i", VARIABLE, "f")) == original


def test_nonlocal_and_global_names_belong_where_they_are_declared_to() -> None:
    module = "{0} = 1\ndef f():\n    {1} = 2\n    def g():\n        nonlocal {1}\n        {1} = 3\n"
    module += "    def h():\n        global {0}\n        {0} = 4\n"
    copy = module.format("x", "x")
    assert restored(copy, renamed("y", "x", VARIABLE, "f")) == module.format("x", "y")
    assert restored(copy, renamed("y", "x", VARIABLE)) == module.format("y", "x")


def test_names_may_have_changed_places() -> None:
    swap = (renamed("a", "b", VARIABLE, "f"), renamed("b", "a", VARIABLE, "f"))
    assert restored("def f(a, b):\n    return a - b\n", *swap) == "def f(b, a):\n    return b - a\n"


def test_the_three_namespaces_are_apart() -> None:
    copy = "def f(n):\n    return n.n(n=n)\n"
    assert restored(copy, renamed("v", "n", VARIABLE, "f")) == "def f(v):\n    return v.n(n=v)\n"
    assert restored(copy, renamed("a", "n", ATTRIBUTE)) == "def f(n):\n    return n.a(n=n)\n"
    assert restored(copy, renamed("k", "n", KEYWORD)) == "def f(n):\n    return n.n(k=n)\n"


def test_an_attribute_is_also_what_a_class_body_assigns_and_defines() -> None:
    copy = "class A:\n    size = 1\n    twice = size * 2\n    def size2(self, size=size):\n        return self.size\n"
    original = "class A:\n    dim = 1\n    twice = dim * 2\n    def size2(self, size=dim):\n        return self.dim\n"
    assert restored(copy, renamed("dim", "size", ATTRIBUTE)) == original


def test_a_class_is_put_back_where_the_name_means_it() -> None:
    copy = "class Yi(Base): ...\ndef f() -> 'Yi':\n    return Yi()\ndef g(Yi):\n    return Yi  # Yi\n"
    original = "class Llama(Base): ...\ndef f() -> 'Yi':\n    return Llama()\ndef g(Yi):\n    return Yi  # Yi\n"
    assert restored(copy, renamed("Llama", "Yi", CLASS)) == original


def test_a_method_is_put_back_where_it_is_defined_and_called() -> None:
    copy = "class A:\n    def attn(self, attn):\n        return self.attn(attn)\nattn = 1\n"
    rename = renamed("attention", "attn", FUNCTION)
    assert restored(copy.removesuffix("attn = 1\n"), rename) == (
        "class A:\n    def attention(self, attn):\n        return self.attention(attn)\n"
    )
    assert restored(copy, rename).endswith("\nattention = 1\n")


def test_a_function_is_no_attribute_of_other_things() -> None:
    copy = "from m import rms\ndef norm(x):\n    return x.norm(norm, rms)\n"
    original = "from m import rms_norm\ndef normalise(x):\n    return x.norm(normalise, rms_norm)\n"
    renames = (renamed("normalise", "norm", FUNCTION), renamed("rms_norm", "rms", FUNCTION))
    assert restored(copy, *renames) == original


def test_an_import_is_rewritten_where_it_gives_the_file_a_name() -> None:
    copy = "import a.b\nimport c.a as a\nfrom a import a as d, e\nfrom .a import *\n"
    original = "import z.b\nimport c.a as z\nfrom a import a as d, y\nfrom .a import *\n"
    assert restored(copy, renamed("z", "a", VARIABLE), renamed("y", "e", VARIABLE)) == original


def test_formatted_strings_annotations_and_decorators_are_code() -> None:
    copy = "@n\ndef f(x: n = n) -> n:\n    y: n = f'n {n!r:{n}}' 'n'\n"
    original = "@m\ndef f(x: m = m) -> m:\n    y: m = f'n {m!r:{m}}' 'n'\n"
    assert restored(copy, renamed("m", "n", VARIABLE)) == original


BINDINGS = (
    "{0} = x = z",
    "x, [y, *{0}] = z",
    "({0}) += 1",
    "{0}: int",
    "del {0}",
    "print({0} := 1)",
    "for {0} in z: ...",
    "with z as ({0}, y): ...",
    "try: ...\n    except z as {0}: ...",
    "match z:\n        case {0}: ...",
    "match z:\n        case [1, *{0}]: ...",
    "match z:\n        case {{1: 2, **{0}}}: ...",
    "def {0}(): ...",
    "class {0}: ...",
    "type {0} = z",
)


def is_put_back(statement: str) -> bool:
    """Whether a name that ``statement`` binds in a function is put back there, and not in the module."""
    module = "name\ndef f():\n    {0}\n    name\n".replace("{0}", statement)
    copy, original = module.format("name"), module.replace("    name", "    original").format("original")
    return restored(copy, renamed("original", "name", VARIABLE, "f")) == original


def test_every_way_to_bind_a_name_makes_it_local() -> None:
    assert not failures(BINDINGS, is_put_back)


def test_keywords_of_class_patterns_are_attributes() -> None:
    copy = "match z:\n    case A(b=c): ...\n"
    assert restored(copy, renamed("d", "b", ATTRIBUTE)) == "match z:\n    case A(d=c): ...\n"


def test_of_renames_that_exclude_each_other_the_most_frequent_is_applied() -> None:
    copy = "def f(a, b):\n    return a - b\n"
    one_copy = (renamed("x", "a", VARIABLE, "f", 1), renamed("y", "a", VARIABLE, "f", 2))
    assert restored(copy, *one_copy) == "def f(y, b):\n    return y - b\n"
    one_original = (renamed("x", "a", VARIABLE, "f", 2, 0.6), renamed("x", "b", VARIABLE, "f", 3, 0.7))
    assert restored(copy, *one_original) == "def f(a, x):\n    return a - x\n"


def test_what_a_minority_of_the_originals_occurrences_became_stays() -> None:
    assert restored("a.b\n", renamed("c", "b", ATTRIBUTE, consistency=0.4)) == "a.b\n"


def test_a_name_already_in_use_is_put_back_all_the_same() -> None:
    assert restored("def f(a, b): ...\n", renamed("b", "a", VARIABLE, "f")) == "def f(b, b): ...\n"


def test_what_is_no_name_is_not_written_into_code() -> None:
    assert restored("a\n", renamed("b; c", "a", VARIABLE)) == "a\n"


LAYOUTS = (
    b"\xef\xbb\xbfn = 1",
    b"# -*- coding: latin-1 -*-\nn = '\xe9'\r\n",
    b"\x0c\nclass A :\r\n\tn = ( 'n' \"n\"  )  # n\n\n\r\n\ty= n ;\r\n",
    b"n = 1 + \\\n  n\n    # n\n\n",
    b"",
    b"\n\n  # only n",
    b"n = 1\r\n#\r\rn = 2\r",
)


def test_every_other_byte_stays() -> None:
    wrong = []
    for source in LAYOUTS:
        there = restore(source, (renamed("name", "n", VARIABLE), renamed("name", "n", ATTRIBUTE)))
        back = restore(there, (renamed("n", "name", VARIABLE), renamed("n", "name", ATTRIBUTE)))
        uses = source.count(b"n = ") + source.count(b"  n\n") + source.count(b"= n ")
        wrong += [] if (restore(source, ()), back, there.count(b"name")) == (source, source, uses) else [source]
    assert not wrong


NOT_REWRITTEN = (
    (b"x = 1\nprint 'x'\n", "line 2 does not parse as Python 3"),
    (b"def f():\n  if 1:\n\tpass\n", "line 3 does not parse as Python 3"),
    (b"x = 1\ny = \0\n", "line 2 does not parse as Python 3"),
    (b"x = 1\n# \xff\n", "line 2 is not in the encoding of the file, utf-8"),
    (b"# coding: nonesuch\n", "line 1 or 2 declares an encoding"),
    (b"\n" + b"[" * 100_000 + b"]" * 100_000, "line 2 is nested too deeply"),
    (b"(" * 100_000, "line 1 is nested too deeply"),
    (b"x = " + b"not " * 100_000 + b"x", "line 1 is nested too deeply"),
    (b"x = " + b"[" * 190 + b"]" * 190, "line 1 is nested too deeply"),
    (b"if x: ...\n" + b"elif x: ...\n" * 5_000, "is nested too deeply"),
    (b"x = (" + b"'a'\n" * 5_000 + b")", "is nested too deeply"),
)


def test_a_file_that_cannot_be_rewritten_is_an_error_that_names_the_line() -> None:
    told = [(source[:20], refusal(source), message) for source, message in NOT_REWRITTEN]
    assert not [each for each in told if each[2] not in each[1] or "\n" in each[1]]


def refusal(source: bytes) -> str:
    """What is said of a file; nothing, where it can be rewritten."""
    try:
        restore(source, ())
    except RestoreError as error:
        return str(error)
    return ""


def test_a_name_that_the_encoding_lacks_is_an_error() -> None:
    with pytest.raises(RestoreError, match="iso-8859-1, which has no '名'"):
        restore(b"# coding: latin-1\na = 1\n", (renamed("名", "a", VARIABLE),))
