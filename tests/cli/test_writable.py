"""What the last line of a scan says that `modelkin attribute` can write is what it then writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelkin.cli import main

from ..support.repositories import written
from ..support.tide_tables import WHOLE, renamed

Texts = dict[str, str]
APACHE = "Licensed under the Apache License, Version 2.0\n"
MIT = "MIT License\n\nCopyright (c) {} {}\n\nLicensed under the MIT License.\n"
TIDE_HEADER = (
    "# Copyright 2021 The Tide Authors. All rights reserved.\n"
    '# Licensed under the Apache License, Version 2.0 (the "License");\n'
)
TIDE = {"LICENSE": APACHE, "tidegrid/warp.py": TIDE_HEADER + WHOLE}
NANO = {"LICENSE": MIT.format(2024, "Mere Field"), "nano/warp.py": WHOLE}
OURS = {"LICENSE": MIT.format(2025, "Harbour AI")}
COPY, KEPT = renamed(WHOLE), "# Modified by Harbour AI, 2025.\n" + TIDE_HEADER + renamed(WHOLE)
ELSEWHERE = '"""Copied from https://github.com/other/thing/blob/main/thing/field.py."""\n'
THEIRS = "tidegrid\n\nCopyright 2021 The Tide Authors\n"

# An upstream, what is beside our LICENSE, and how many of our files get lines; -1: something is written beside them.
CASES: dict[str, tuple[Texts, Texts, int]] = {
    "no header": (TIDE, {"warp.py": COPY, "own.py": "x = 1\n"}, 1),
    "two of them": (TIDE, {"a/warp.py": COPY, "b/warp.py": COPY + "\nLEVELS = 3\n"}, 2),
    "one of two has its header": (TIDE, {"a/warp.py": COPY, "b/warp.py": KEPT}, 1),
    "the header says that it is from elsewhere": (TIDE, {"warp.py": ELSEWHERE + COPY}, 0),
    "the header is there, the text is not": (TIDE, {"warp.py": KEPT}, -1),
    "the header and the text are there": (TIDE, {"LICENSE": APACHE, "warp.py": KEPT}, 0),
    "what the header lacks stands in NOTICE": (TIDE, {"LICENSE": APACHE, "NOTICE": THEIRS, "warp.py": COPY}, 1),
    "no header asked for, and none named": (NANO, {"warp.py": COPY}, 1),
    "a credit in the README": (
        NANO,
        {"warp.py": COPY, "README.md": "warp.py is adapted from https://github.com/merefield/nano-tides\n"},
        1,
    ),
    "the notice stands with others": (
        NANO,
        {"warp.py": COPY, "THIRD_PARTY_NOTICES": "nano-tides\n\n" + NANO["LICENSE"]},
        0,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_last_line_tells_of_what_is_written(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upstream, files, expected = CASES[case]
    name = "tidegrid" if upstream is TIDE else "nano-tides"
    root = written(tmp_path / "ours", OURS | files)
    given = ["--against", f"{name}={written(tmp_path / 'theirs', upstream)}", "--isolated"]
    main(["scan", str(root), *given, "-q"])
    closing = capsys.readouterr().out
    before = {path: (root / path).read_bytes() for path in files}
    main(["attribute", str(root), *given, "--offline", "--dry-run"])
    shown = re.findall(r"^--- a/(\S+)", capsys.readouterr().out, re.M)
    main(["attribute", str(root), *given, "--offline"])
    told = capsys.readouterr().out
    changed = [path for path in files if (root / path).read_bytes() != before[path]]
    code = [path for path in changed if path.endswith(".py")]
    if expected > 0:
        assert f"; `modelkin attribute` can write {expected} file" in closing
    assert ("can write" in closing) == ("wrote " in told) == (expected != 0)
    assert len(code) == max(expected, 0)
    assert set(code) <= set(shown)


def test_of_many_copies_the_first_are_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelkin.fixes.writable._MOST_TRIED", 1)
    root = written(tmp_path / "ours", OURS | CASES["two of them"][1])
    main(["scan", str(root), "--against", f"tidegrid={written(tmp_path / 'theirs', TIDE)}", "--isolated", "-q"])
    assert "`modelkin attribute` can write 1 or more files" in capsys.readouterr().out
