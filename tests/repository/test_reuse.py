"""What REUSE says of files is read from side files, REUSE.toml and dep5, and matched in time that is bounded."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from modelkin.repository.lookup import matches, sidecars_for
from modelkin.repository.model import SidecarNotice

from ..support.cases import failures
from ..support.processor_time import processor_seconds
from ..support.repositories import declarations_of, written

TABLE = """\
version = 1

[[annotations]]
path = "src/**"
SPDX-FileCopyrightText = ["2023 The Lantern Authors", "2024 Lamp Inc."]
SPDX-License-Identifier = "MIT"

[[annotations]]
path = ["src/*.py", "docs/a\\\\*.py"]
precedence = "override"
SPDX-FileCopyrightText = "2022 Bulb"
SPDX-License-Identifier = ["Apache-2.0", "MIT OR ISC"]
"""


def test_each_annotation_is_a_notice_for_its_globs(tmp_path: Path) -> None:
    found = declarations_of(written(tmp_path, {"REUSE.toml": TABLE})).sidecars
    holders = ("2023 The Lantern Authors", "2024 Lamp Inc.")
    assert found == (
        SidecarNotice("REUSE.toml", "src/**", "MIT", holders, overrides=False),
        SidecarNotice("REUSE.toml", "src/*.py", "Apache-2.0 AND (MIT OR ISC)", ("2022 Bulb",), overrides=True),
        SidecarNotice("REUSE.toml", "docs/a\\*.py", "Apache-2.0 AND (MIT OR ISC)", ("2022 Bulb",), overrides=True),
    )


def test_globs_count_from_the_folder_of_their_table(tmp_path: Path) -> None:
    table = '[[annotations]]\npath = "*.py"\nSPDX-License-Identifier = "MIT"\n'
    (found,) = declarations_of(written(tmp_path, {"a*b/REUSE.toml": table})).sidecars
    assert matches(found.glob, "a*b/x.py")
    assert not matches(found.glob, "axb/x.py")


def test_a_side_file_speaks_for_the_file_beside_it_alone(tmp_path: Path) -> None:
    text = "SPDX-FileCopyrightText: 2023 The Lantern Authors\n\nSPDX-License-Identifier: MIT\n"
    files = {"a[1].py": "", "a[1].py.license": text, "lost.py.license": text, "LICENSE.license": text}
    (found,) = declarations_of(written(tmp_path, files)).sidecars
    assert (found.path, found.licence) == ("a[1].py.license", "MIT")
    assert found.copyrights == ("SPDX-FileCopyrightText: 2023 The Lantern Authors",)
    assert matches(found.glob, "a[1].py")


def test_dep5_stars_match_slashes(tmp_path: Path) -> None:
    text = "Format: x\n\nFiles: src/*.py docs/*\nCopyright: 2023 Lantern\n 2024 Lamp\nLicense: MIT\n text of it\n"
    found = declarations_of(written(tmp_path, {".reuse/dep5": text})).sidecars
    assert [(each.glob, each.licence, each.copyrights) for each in found] == [
        ("src/**.py", "MIT", ("2023 Lantern", "2024 Lamp")),
        ("docs/**", "MIT", ("2023 Lantern", "2024 Lamp")),
    ]
    assert matches(found[0].glob, "src/a/b.py")


def test_an_override_comes_before_the_side_file_and_that_before_the_nearest_table(tmp_path: Path) -> None:
    rows = '[[annotations]]\npath = "**"\nSPDX-License-Identifier = "{}"\n'
    override = '[[annotations]]\npath = "src/**"\nprecedence = "override"\nSPDX-License-Identifier = "ISC"\n'
    files = {
        "REUSE.toml": rows.format("MIT") + rows.format("0BSD") + override,
        "src/REUSE.toml": rows.format("Apache-2.0"),
        "src/a.py": "",
        "src/a.py.license": "SPDX-License-Identifier: Zlib\n",
    }
    declarations = declarations_of(written(tmp_path, files))
    assert [each.licence for each in sidecars_for(declarations, "src/a.py")] == [
        "ISC",
        "Zlib",
        "Apache-2.0",
        "0BSD",
        "MIT",
    ]
    assert [each.licence for each in sidecars_for(declarations, "b.py")] == ["0BSD", "MIT"]


OTHER_SHAPES = [
    "annotations = 3\n",
    "[annotations]\npath = 'a'\n",
    "annotations = [1, 'a']\n",
    "[[annotations]]\npath = [1]\n",
    "",
]


def test_a_table_of_another_shape_says_nothing(tmp_path: Path) -> None:
    for table in OTHER_SHAPES:
        found = declarations_of(written(tmp_path, {"REUSE.toml": table}))
        assert (found.sidecars, found.skipped) == ((), ()), table


GLOBS = [
    ("*.py", "a.py", True),
    ("*.py", "a/b.py", False),
    ("**/*.py", "a/b/c.py", True),
    ("**", "a/b", True),
    ("a/**", "a/", True),
    ("a/*", "a/b/c", False),
    ("\\*.py", "*.py", True),
    ("\\*.py", "a.py", False),
    ("a.py", "aXpy", False),
    ("a?[b]", "a?[b]", True),
    ("", "", True),
    ("", "a", False),
    ("***", "a/b", True),
    ("a\\", "a\\", True),
]


def test_globs_of_reuse() -> None:
    assert not failures(lambda case: matches(*case), [((glob, path), matched) for glob, path, matched in GLOBS])


@given(st.text(alphabet="ab/*", max_size=8), st.text(alphabet="ab/", max_size=8))
def test_globs_match_as_the_regular_expression_they_stand_for(glob: str, path: str) -> None:
    pieces = re.findall(r"\*+|[^*]", glob)
    pattern = "".join({"*": "[^/]*"}.get(p, ".*" if p[0] == "*" else re.escape(p)) for p in pieces)
    assert matches(glob, path) is bool(re.fullmatch(pattern, path))


def test_a_hostile_glob_takes_bounded_time() -> None:
    with processor_seconds(at_most=10):
        assert not matches("*a" * 200 + "b", "a" * 4_000)
        assert not matches("**" * 500 + "b", "a/" * 1_000)
