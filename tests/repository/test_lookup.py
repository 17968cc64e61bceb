"""Which declarations speak for a path, and what a repository as a whole is under."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from modelkin.repository.lookup import licence_files_for, repository_licence, sidecars_for, speaks_for_all

from ..support.cases import failures
from ..support.repositories import APACHE, MIT, Files, declarations_of, written, zipped

CARD = "---\nlicense: apache-2.0\n---\n"
GPL = "Licensed under the GNU General Public License v3.0.\n"
ROOT_LICENCE = (Path(__file__).parent.parent.parent / "LICENSE").read_text("utf-8")


def licence_of(root: Path, files: Files) -> tuple[str, ...]:
    return repository_licence(declarations_of(written(root, {"a.py": "", **files})))


REPOSITORIES: list[tuple[Files, tuple[str, ...]]] = [
    ({"LICENSE": MIT}, ("MIT",)),
    ({"LICENSE": ROOT_LICENCE}, ("Apache-2.0",)),
    ({"LICENSE": MIT, "README.md": CARD}, ("MIT",)),
    ({"LICENSE": MIT, "setup.cfg": "[metadata]\nlicense = AGPL-3.0\n"}, ("MIT",)),
    ({"LICENSE": MIT, "setup.cfg": "[metadata]\nlicense = MIT OR Apache-2.0\n"}, ("MIT", "Apache-2.0")),
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
]


def test_the_licence_of_a_repository(tmp_path: Path) -> None:
    roots = (tmp_path / str(number) for number in count())
    assert not failures(lambda files: licence_of(next(roots), files), REPOSITORIES)


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
    declarations = declarations_of(written(tmp_path, files))

    def found(path: str) -> list[str]:
        return [each.path for each in licence_files_for(declarations, path)]

    assert found("src/bulb/a.py") == ["src/bulb/NOTICE", "src/LICENSE", "LICENSE"]
    assert found("src/a.py") == ["src/LICENSE", "LICENSE"]
    assert found("a.py") == ["LICENSE"]


def test_the_one_folder_of_an_archive_is_the_root(tmp_path: Path) -> None:
    files = {
        "LICENSE": MIT,
        "README.md": CARD,
        "setup.cfg": "[metadata]\nlicense = MIT AND ISC\n",
        "vendored/LICENSE": APACHE,
        "docs/README.md": "---\nlicense: 0bsd\n---\n",
        ".reuse/dep5": "Files: src/*\nCopyright: 2023 Lantern\nLicense: Zlib\n",
        "src/a.py": "",
    }
    inner = {f"lamp-main/{path}": text for path, text in files.items()}
    flat, nested = (declarations_of(zipped(tmp_path / f"{n}.zip", each)) for n, each in enumerate((files, inner)))
    assert (flat.root, nested.root) == ("", "lamp-main")
    assert repository_licence(nested) == repository_licence(flat) == ("MIT", "ISC")
    assert [each.folder for each in nested.legal_files] == ["", "lamp-main/vendored"]
    assert [each.path for each in licence_files_for(nested, "lamp-main/vendored/b.py")] == [
        "lamp-main/vendored/LICENSE",
        "lamp-main/LICENSE",
    ]
    assert [each.licence for each in sidecars_for(nested, "lamp-main/src/a.py")] == ["Zlib"]
    assert speaks_for_all(nested, "lamp-main/README.md")
    assert not speaks_for_all(nested, "lamp-main/docs/README.md")
    assert not speaks_for_all(flat, "docs/README.md")
