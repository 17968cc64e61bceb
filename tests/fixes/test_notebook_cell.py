"""A notebook gets a first code cell of comments; every other byte, and every other cell, stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.fixes.model import UnwritableError
from modelkin.fixes.notebook_cell import cell_added
from modelkin.sources.notebooks import join_cells

NOTICE = ("Copied from lantern 1.0", "Copyright 2020 The Lantern Authors")
CODE = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["%%time\n", "x = 1"]}
WORDS = {"cell_type": "markdown", "metadata": {"cells": [1]}, "source": "Größe"}


def notebook(cells: list[Any], minor: int = 4) -> dict[str, Any]:
    return {"metadata": {"cells": []}, "cells": cells, "nbformat": 4, "nbformat_minor": minor}


def test_the_notice_is_a_first_code_cell() -> None:
    failures = []
    for cells in ([CODE, WORDS], [WORDS], list[Any]()):
        for indent in (None, 0, 1, 2, "\t"):
            text = json.dumps(notebook(cells), indent=indent, ensure_ascii=False) + "\n"
            after = cell_added(text.encode(), NOTICE)
            first, *others = json.loads(after)["cells"]
            notice = "# Copied from lantern 1.0\n# Copyright 2020 The Lantern Authors"
            is_first = first["cell_type"] == "code" and "".join(first["source"]) == notice
            if not (is_first and others == cells and join_cells(after).text.startswith(notice.encode())):
                failures.append((text, after))
    assert not failures


def test_the_cell_is_laid_out_as_nbformat_does() -> None:
    text = json.dumps(notebook([CODE]), indent=1) + "\n"
    after = cell_added(text.encode(), NOTICE).decode()
    assert after == json.dumps(json.loads(after), indent=1) + "\n"


def test_line_endings_and_byte_order_mark_stay() -> None:
    text = json.dumps(notebook([CODE]), indent=1).replace("\n", "\r\n")
    after = cell_added(b"\xef\xbb\xbf" + text.encode(), NOTICE)
    assert after.startswith(b"\xef\xbb\xbf{\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")


def test_cells_have_an_id_where_the_format_has() -> None:
    texts = {minor: json.dumps(notebook([CODE], minor)).encode() for minor in (4, 5)}
    has_id = {minor: "id" in json.loads(cell_added(text, NOTICE))["cells"][0] for minor, text in texts.items()}
    assert has_id == {4: False, 5: True}


def test_the_same_notebook_gets_the_same_id() -> None:
    text = json.dumps(notebook([CODE], 5)).encode()
    assert cell_added(text, NOTICE) == cell_added(text, NOTICE)


NO_CELLS = [
    b"",
    b"[]",
    b"not JSON",
    b"[" * 100_000,
    b'{"cells": {}, "nbformat": 4}',
    b'{"cells": [], "nbformat": 3}',
    b'{"worksheets": [], "nbformat": 3}',
    b'{"cells": [1], "nbformat": 4, "cells": []}',
    b'{"cells": null, "nbformat": 4, "nbformat_minor": "5"}',
    '{"cells": [], "nbformat": 4}'.encode("utf-16"),
]


def test_what_has_no_cells_to_be_found_is_left_alone() -> None:
    for text in NO_CELLS:
        with pytest.raises(UnwritableError, match="it is a notebook"):
            cell_added(text, NOTICE)


def test_a_minor_version_that_is_no_number_is_an_old_one() -> None:
    texts = [json.dumps(notebook([CODE]) | {"nbformat_minor": minor}).encode() for minor in ("5", None, [5])]
    assert not [text for text in texts if "id" in json.loads(cell_added(text, NOTICE))["cells"][0]]


def test_no_lines_change_nothing() -> None:
    assert cell_added(b"anything", []) == b"anything"


_VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), _VALUES, max_size=3), st.lists(_VALUES, max_size=3), st.booleans())
def test_every_other_value_of_any_notebook_stays(others: dict[str, Any], cells: list[Any], indented: bool) -> None:
    before = {**others, "cells": cells, "nbformat": 4}
    text = json.dumps(before, indent=1 if indented else None)
    after = json.loads(cell_added(text.encode(), NOTICE))
    assert after.pop("cells")[1:] == before.pop("cells")
    assert after == before
