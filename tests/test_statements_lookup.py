"""Which statements speak for a path, and what a repository as a whole is under."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.statements import licence_files_for, repository_licence

from .repositories import APACHE, MIT, Files, statements_of, written

CARD = "---\nlicense: apache-2.0\n---\n"
GPL = "Licensed under the GNU General Public License v3.0.\n"
ROOT_LICENCE = (Path(__file__).parent.parent / "LICENSE").read_text("utf-8")


def licence_of(root: Path, files: Files) -> tuple[str, ...]:
    return repository_licence(statements_of(written(root, {"a.py": "", **files})))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"LICENSE": MIT}, ("MIT",)),
        ({"LICENSE": ROOT_LICENCE}, ("Apache-2.0",)),
        ({"LICENSE": MIT, "README.md": CARD}, ("MIT", "Apache-2.0")),
        ({"LICENSE": APACHE, "README.md": CARD}, ("Apache-2.0",)),
        ({"README.md": CARD}, ("Apache-2.0",)),
        ({"README.md": CARD, "setup.cfg": "[metadata]\nlicense = MIT\n"}, ("MIT", "Apache-2.0")),
        ({"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE}, ("Apache-2.0", "MIT")),
        ({"LICENSE": MIT, "LICENSE.bulb": APACHE}, ("MIT",)),
        ({"LICENSE": "All rights reserved.", "LICENSE.bulb": APACHE}, ("Apache-2.0",)),
        ({"LICENSE": MIT, "LICENSE_HEADER": APACHE}, ("MIT",)),
        ({"LICENSE_HEADER": APACHE}, ()),
        ({"LICENSE-CODE": MIT, "LICENSE-MODEL": APACHE}, ("MIT",)),
        ({"LICENSE-MODEL": APACHE}, ("Apache-2.0",)),
        ({"LICENSES/MIT.txt": MIT, "LICENSES/Apache-2.0.txt": APACHE}, ("Apache-2.0", "MIT")),
        ({"LICENSE": MIT, "LICENSES/Apache-2.0.txt": APACHE}, ("MIT",)),
        ({"NOTICE": APACHE, "THIRD_PARTY_NOTICES": APACHE}, ()),
        ({"vendored/LICENSE": APACHE, "docs/README.md": CARD}, ()),
        ({}, ()),
    ],
)
def test_the_licence_of_a_repository(tmp_path: Path, files: Files, expected: tuple[str, ...]) -> None:
    assert licence_of(tmp_path, files) == expected


def test_metadata_tells_whether_later_versions_are_allowed(tmp_path: Path) -> None:
    text_alone = licence_of(tmp_path / "a", {"setup.cfg": "[metadata]\nlicense = GPL-3.0-only\n"})
    assert text_alone == ("GPL-3.0-only",)
    both = {"LICENSE": GPL, "setup.cfg": "[metadata]\nlicense = GPL-3.0-or-later\n"}
    assert licence_of(tmp_path / "b", both) == ("GPL-3.0-or-later",)


def test_the_lgpl_stands_beside_the_gpl_it_adds_to(tmp_path: Path) -> None:
    declared = "[metadata]\nlicense = LGPL-3.0-or-later\n"
    assert licence_of(tmp_path, {"COPYING": GPL, "setup.cfg": declared}) == ("LGPL-3.0-or-later",)


def test_the_nearest_legal_files_come_first(tmp_path: Path) -> None:
    files = {
        "LICENSE": MIT,
        "src/LICENSE": MIT,
        "src/bulb/NOTICE": "x",
        "src/bulbous/LICENSE": MIT,
        "docs/LICENSE": MIT,
    }
    statements = statements_of(written(tmp_path, files))

    def found(path: str) -> list[str]:
        return [each.path for each in licence_files_for(statements, path)]

    assert found("src/bulb/a.py") == ["src/bulb/NOTICE", "src/LICENSE", "LICENSE"]
    assert found("src/a.py") == ["src/LICENSE", "LICENSE"]
    assert found("a.py") == ["LICENSE"]
