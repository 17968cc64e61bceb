"""Every copied file of a report, its renames undone."""

from __future__ import annotations

import json
from pathlib import Path

from msgspec.structs import replace

from modelkin.diffs.restoration import Restoration, restorations
from modelkin.results import Kind, Rename, Report, Skipped

from ..support.example_reports import EMPTY, INDEPENDENT, VLLM_LLAMA, YI

ORIGINAL = "class Attention:\n    pass\n"
COPY = "class Focus:\n    pass\n"
RENAMES = (Rename("Attention", "Focus", Kind.CLASS, 1, 1.0),)


def report(*paths: str) -> Report:
    """A report in which each path is a renamed copy of ``original.py``."""
    upstream = replace(VLLM_LLAMA, path="original.py")
    files = (replace(YI, path=path, upstreams=(upstream,), renames=RENAMES) for path in paths)
    return replace(EMPTY, files=(*files, INDEPENDENT))


def folder(place: Path, **files: str | bytes) -> str:
    place.mkdir()
    for name, content in files.items():
        path = place / name.replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(place)


def test_a_renamed_copy_is_restored_and_nothing_differs(tmp_path: Path) -> None:
    original, copy = folder(tmp_path / "o", original_py=ORIGINAL), folder(tmp_path / "c", copy_py=COPY)
    (restored,) = restorations(report("copy.py"), copy, original)
    assert isinstance(restored, Restoration)
    assert restored.restored == ORIGINAL.encode()
    assert (restored.restored_path, restored.renames, restored.difference.lines) == ("copy.py", 1, 0)


def test_a_file_in_another_encoding_keeps_it(tmp_path: Path) -> None:
    header = "# -*- coding: latin-1 -*-\n# é\n".encode("latin-1")
    original = folder(tmp_path / "o", original_py=header + ORIGINAL.encode())
    copy = folder(tmp_path / "c", copy_py=header + COPY.encode())
    (restored,) = restorations(report("copy.py"), copy, original)
    assert isinstance(restored, Restoration)
    assert restored.restored == header + ORIGINAL.encode()


def test_a_notebook_is_restored_as_a_python_file(tmp_path: Path) -> None:
    cell: dict[str, object] = {"cell_type": "code", "source": COPY, "metadata": {}, "outputs": []}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    original, copy = folder(tmp_path / "o", original_py=ORIGINAL), folder(tmp_path / "c", copy_ipynb=notebook)
    (restored,) = restorations(report("copy.ipynb"), copy, original)
    assert isinstance(restored, Restoration)
    assert restored.restored_path == "copy.ipynb.py"
    assert restored.restored.startswith(b"class Attention:")


def test_a_file_that_does_not_parse_is_named_and_the_others_restored(tmp_path: Path) -> None:
    original = folder(tmp_path / "o", original_py=ORIGINAL)
    copy = folder(tmp_path / "c", copy_py=COPY, old_py="print 'x'\n")
    skipped, restored = restorations(report("old.py", "copy.py"), copy, original)
    assert isinstance(skipped, Skipped)
    assert skipped.path == "old.py"
    assert isinstance(restored, Restoration)


def test_a_file_that_is_gone_by_now_is_left_out(tmp_path: Path) -> None:
    original, copy = folder(tmp_path / "o", original_py=ORIGINAL), folder(tmp_path / "c")
    assert not list(restorations(report("copy.py"), copy, original))
