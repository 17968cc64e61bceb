"""A notebook is read as the Python of its code cells, line for line."""

from __future__ import annotations

import ast
import itertools
import json
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.results.cells import cell_place, line_words, place_words
from modelkin.sources.notebooks import BrokenNotebookError, join_cells, without_magics

from ..support.processor_time import processor_seconds


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
    assert [cell_place(found.cells, line)[:2] for line in range(1, 6)] == [(2, 1), (2, 2), (3, 1), (5, 1), (5, 2)]


def test_a_place_is_told_by_cell_and_line() -> None:
    cells = join_cells(notebook("a\nb\nc", "d", "e\nf")).cells
    assert line_words(cells, 3, 3) == "cell 1, line 3"
    assert line_words(cells, 5, 6) == "cell 3, lines 1-2"
    assert line_words(cells, 2, 4) == "cell 1, line 2 to cell 2, line 1"
    assert place_words(cells, "a.ipynb", 4) == "a.ipynb, cell 2, line 1"
    assert cell_place(cells, 0) == cell_place(cells, 1)
    assert cell_place(cells, 9) == cell_place(cells, 6)
    assert line_words((), 3, 5) == "lines 3-5"
    assert place_words((), "a.py", 3) == "a.py:3"


# Markers that no other line has, so that a line of the file can be told by what stands on it.
PIECES = st.lists(st.sampled_from(["x{}", "x{}\n", "\n", "", "x{}\nx{}", "x{}\r\n", "x{}\r", '"\\x{}é\U0001f600\n']))


@st.composite
def sources(draw: st.DrawFn, start: int) -> Any:
    """A source whose every x is followed by another number, from ``start`` on."""
    numbers = itertools.count(start * 1000)
    pieces = [re.sub(r"\{\}", lambda _: f"{next(numbers)}_", piece) for piece in draw(PIECES)]
    return draw(st.sampled_from([pieces, "".join(pieces)]))


@st.composite
def notebooks(draw: st.DrawFn) -> str:
    """Notebooks of every format and layout, with keys of cells where none are, twice, and in any order."""
    numbers = itertools.count()

    def cell(kind: str) -> dict[str, Any]:
        keys = draw(st.sampled_from([["source"], ["input"], ["source", "input"], ["input", "source"]]))
        told = {"metadata": {"source": ["no\n"], "cells": []}, "outputs": [{"text": ["y\n"], "n": [1, 2.5, None]}]}
        return {"cell_type": kind} | told | {key: draw(sources(next(numbers))) for key in keys}

    def cells() -> list[dict[str, Any]]:
        return [cell(kind) for kind in draw(st.lists(st.sampled_from(["code", "markdown"]), max_size=4))]

    parts = {"cells": cells(), "worksheets": [{"cells": cells()}, {"metadata": {}, "cells": cells()}]}
    chosen = draw(st.sampled_from([["cells"], ["worksheets"], ["cells", "worksheets"], ["worksheets", "cells"]]))
    data = {"metadata": {"cells": [1]}} | {key: parts[key] for key in chosen} | {"nbformat": 4}
    text = json.dumps(data, indent=draw(st.sampled_from([None, 0, 1, "\t"])), ensure_ascii=draw(st.booleans()))
    if draw(st.booleans()):
        text = text.replace('"nbformat"', '"cells": [], "nbformat"') if chosen == ["worksheets"] else text
        text = text.replace('{"metadata"', '{"cells" : 3 ,\n "metadata"', 1)
    return draw(st.sampled_from(["", "\n ", "\t\n"])) + draw(st.sampled_from([text, text.replace("\n", "\r\n")]))


@given(notebooks())
def test_each_line_of_code_stands_on_the_line_of_the_file_that_is_told(text: str) -> None:
    found = join_cells(text.encode())
    lines = found.text.decode().split("\n")[:-1]
    stored = text.split("\n")
    assert sum(each.last_line - each.first_line + 1 for each in found.cells) == len(lines)
    for number, line in enumerate(lines, 1):
        place = cell_place(found.cells, number)
        for word in re.findall(r"x\d+_", line)[:1]:
            assert word in stored[place.file_line - 1]
        assert 1 <= place.file_line <= len(stored)
    assert [cell_place(found.cells, number).line == 1 for number in range(1, len(lines) + 1)].count(True) == len(
        {each.cell for each in found.cells}
    )


def test_usual_layouts_take_one_record_a_cell() -> None:
    lines = [*(f"x{n}\n" for n in range(499)), "end"]
    for indent, sources_ in ((1, (lines, lines)), (None, (lines, lines)), (1, ("".join(lines), "".join(lines)))):
        data = {"cells": [{"cell_type": "code", "source": source} for source in sources_]}
        cells = join_cells(json.dumps(data, indent=indent).encode()).cells
        assert len(cells) == 2, (indent, cells[:4])


def test_keys_that_stand_there_twice_count_as_for_json() -> None:
    cell = '{"cell_type": "code", "source": "x = 1",\n"source":\n"y = 2"}'
    found = join_cells(f'{{"cells": [{cell}],\n "cells": [{cell}]}}'.encode())
    assert found.text == b"y = 2\n"
    assert cell_place(found.cells, 1) == (1, 1, 6)


def test_time_to_find_lines_stays_linear() -> None:
    empty = '{"cell_type":"code","source":[]},\n'
    for text in (
        '"\\n",',
        '"\\n",\n"a",',
        '"\\n\\n",\n',
        '"\\r",\n"\\n",',
        "\n",
        "[],",
        '{"a":"","b":1},',
        '"\\\\\\n\\"",',
    ):
        source = (text * (400_000 // len(text))).rstrip(",\n") or "1"
        data = f'{{"cells": [{{"cell_type": "code", "source": [{source}]}}, {empty * 8_000}{empty[:-2]}]}}'
        with suppress(BrokenNotebookError), processor_seconds(3):
            join_cells(data.encode())


def test_format_3_keeps_its_cells_in_worksheets() -> None:
    sheets = [{"cells": [{"cell_type": "code", "input": ["x = 1"], "language": "python"}]}, {"cells": []}]
    assert join_cells(json.dumps({"nbformat": 3, "worksheets": sheets}).encode()).text == b"x = 1\n"


def test_a_notebook_without_code_cells_is_empty() -> None:
    found = join_cells(notebook())
    assert (found.text, found.cells) == (b"", ())


def test_a_broken_notebook_says_what_is_wrong() -> None:
    for stored, reason in (
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
    ):
        if reason == "\\A\\Z":
            assert join_cells(stored).text == b"", stored
            continue
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


def test_a_magic_line_becomes_blank() -> None:
    for line in (
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
    ):
        assert without_magics(f"x = 1\n{line}\ny = (2)\n") == "x = 1\n\ny = (2)\n", line


def test_python_that_looks_like_a_magic_stays() -> None:
    for cell in (
        "x = (width\n     % height)\ny = 1\n",
        "s = '''\n!not shell\n%not magic\n'''\n",
        's = """\\"""\n!text\n"""\n',
        "s = [\n  'a',  # (\n  '%s'\n  % 3,\n]\nif x != y: z %= 2\n",
        "x = a if b else c  # why?\n",
        "s = 'it\\'s (' # [\nt = \"({\"\n",
    ):
        assert without_magics(cell) == cell, cell


def test_a_magic_line_goes_on_after_a_backslash() -> None:
    assert without_magics("!pip install \\\n  torch \\\n  numpy\nx = 1") == "\n\n\nx = 1"


def test_an_unclosed_string_or_bracket_ends_with_its_cell() -> None:
    assert join_cells(notebook("s = '''open\n!ls", "!ls\nx = (")).text == b"s = '''open\n!ls\n\nx = (\n"


def test_a_cell_handed_to_something_else_becomes_blank() -> None:
    for magic in ("%%bash", "%%html", "%%writefile notes.txt", "%%unknown x", "\n%%sh"):
        cell = f"{magic}\nfor x in *; do\necho $x\ndone"
        assert without_magics(cell) == "\n" * cell.count("\n"), magic


def test_a_cell_of_python_under_a_cell_magic_is_kept() -> None:
    for magic in ("%%time", "%%capture out", "%%writefile modeling_yi.py", "%%file -a src/a.py", "%%python3"):
        assert without_magics(f"{magic}\n!ls\nx = 1") == "\n\nx = 1", magic


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
