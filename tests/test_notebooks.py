"""A notebook is read as the Python of its code cells, line for line."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from modelkin.magics import without_magics
from modelkin.notebooks import BrokenNotebookError, join_cells, locate


def notebook(*sources: Any, **metadata: Any) -> bytes:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": cells}).encode()


def test_code_cells_are_joined_and_others_passed_over() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# Title"},
        {"cell_type": "code", "source": ["import torch\n", "x = 1"]},
        {"cell_type": "code", "source": ""},
        {"cell_type": "raw", "source": "raw"},
        {"cell_type": "code", "source": "y = 2\n"},
    ]
    found = join_cells(json.dumps({"cells": cells}).encode())
    assert found.text == b"import torch\nx = 1\n\ny = 2\n\n"
    assert found.starts == (1, 3, 4)


def test_a_line_is_located_in_its_code_cell() -> None:
    found = join_cells(notebook("a\nb\nc", "d", "e\nf"))
    lines = found.text.decode().split("\n")
    assert locate(found.starts, lines.index("a") + 1) == (1, 1)
    assert locate(found.starts, lines.index("c") + 1) == (1, 3)
    assert locate(found.starts, lines.index("d") + 1) == (2, 1)
    assert locate(found.starts, lines.index("f") + 1) == (3, 2)


def test_format_3_keeps_its_cells_in_worksheets() -> None:
    sheets = [{"cells": [{"cell_type": "code", "input": ["x = 1"], "language": "python"}]}, {"cells": []}]
    assert join_cells(json.dumps({"nbformat": 3, "worksheets": sheets}).encode()).text == b"x = 1\n"


def test_a_notebook_without_code_cells_is_empty() -> None:
    found = join_cells(notebook())
    assert (found.text, found.starts) == (b"", ())


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b'{"cells": [', "Expecting value"),
        (b"[" * 1_000_000, "nested too deeply"),
        (b'{"cells":' + b'{"a":' * 1_000_000, "nested too deeply"),
        (b"9" * 10_000, "."),
        (b"[]", "not a JSON object"),
        (b"{}", "no readable cells"),
        (b'{"cells": 3}', "no readable cells"),
        (b'{"cells": [3]}', "no readable cells"),
        (b'{"cells": [{}]}', "no readable cells"),
        (b'{"cells": [{"cell_type": "code"}]}', "no readable cells"),
        (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "no readable cells"),
        (b'{"cells": [{"cell_type": "code", "source": null}]}', "no readable cells"),
        (b'{"worksheets": {}}', "\\A\\Z"),
    ],
)
def test_a_broken_notebook_says_what_is_wrong(stored: bytes, reason: str) -> None:
    if reason == "\\A\\Z":
        assert join_cells(stored).text == b""
        return
    with pytest.raises(BrokenNotebookError, match=reason):
        join_cells(stored)


@pytest.mark.parametrize("metadata", [{"language_info": {"name": "R"}}, {"kernelspec": {"language": "julia"}}])
def test_a_notebook_of_another_language_is_refused(metadata: dict[str, Any]) -> None:
    with pytest.raises(BrokenNotebookError, match=r"its language is (r|julia)"):
        join_cells(notebook("x <- 1", **metadata))


@pytest.mark.parametrize(
    "metadata", [{"language_info": {"name": "python"}}, {"kernelspec": {"language": "python"}}, {"kernelspec": 3}]
)
def test_a_notebook_of_python_or_of_no_named_language_is_read(metadata: dict[str, Any]) -> None:
    assert join_cells(notebook("x = 1", **metadata)).text == b"x = 1\n"


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert join_cells(b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}').text == b"x = '?'\n"


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "!pip install torch",
        "?print",
        "print?",
        "torch.nn??",
        "    %time x = 1",
        "files = !ls *.py",
        "a, b = %timeit -o f(')",
        '%cd "unbalanced (',
        "%%notacell",
    ],
)
def test_a_magic_line_becomes_blank(line: str) -> None:
    assert without_magics(f"x = 1\n{line}\ny = (2)\n") == "x = 1\n\ny = (2)\n"


@pytest.mark.parametrize(
    "cell",
    [
        "x = (width\n     % height)\ny = 1\n",
        "s = '''\n!not shell\n%not magic\n'''\n",
        's = """\\"""\n!text\n"""\n',
        "s = [\n  'a',  # (\n  '%s'\n  % 3,\n]\nif x != y: z %= 2\n",
        "x = a if b else c  # why?\n",
        "s = 'it\\'s (' # [\nt = \"({\"\n",
    ],
)
def test_python_that_looks_like_a_magic_stays(cell: str) -> None:
    assert without_magics(cell) == cell


def test_a_magic_line_goes_on_after_a_backslash() -> None:
    assert without_magics("!pip install \\\n  torch \\\n  numpy\nx = 1") == "\n\n\nx = 1"


def test_an_unclosed_string_or_bracket_ends_with_its_cell() -> None:
    assert join_cells(notebook("s = '''open\n!ls", "!ls\nx = (")).text == b"s = '''open\n!ls\n\nx = (\n"


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile notes.txt", "%%unknown x", "\n%%sh"])
def test_a_cell_handed_to_something_else_becomes_blank(magic: str) -> None:
    cell = f"{magic}\nfor x in *; do\necho $x\ndone"
    assert without_magics(cell) == "\n" * cell.count("\n")


@pytest.mark.parametrize(
    "magic", ["%%time", "%%capture out", "%%writefile modeling_yi.py", "%%file -a src/a.py", "%%python3"]
)
def test_a_cell_of_python_under_a_cell_magic_is_kept(magic: str) -> None:
    assert without_magics(f"{magic}\n!ls\nx = 1") == "\n\nx = 1"


def test_lines_hold_their_numbers_in_a_long_cell_and_time_stays_linear() -> None:
    cell = "\n".join(
        f"!echo {n}\nx{n} = 'a' + (\n  % {n}\n)" if n % 3 else f"def f{n}():\n    pass" for n in range(9_000)
    )
    plain = without_magics(cell)
    assert plain.count("\n") == cell.count("\n")
    assert "!echo" not in plain
    assert without_magics("(" * 200_000 + "\n%" * 100_000).count("\n") == 100_000
    assert without_magics("'" * 99_999 + '"""' + "a\\" * 99_999).startswith("'")


def test_what_remains_parses_as_python() -> None:
    found = join_cells(notebook("%load_ext x\n!ls\nimport os", "%%bash\nls", "def f():\n    return os\n"))
    assert [type(node) for node in ast.parse(found.text).body] == [ast.Import, ast.FunctionDef]
