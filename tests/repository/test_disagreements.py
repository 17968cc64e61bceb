"""What metadata and model cards name that no licence file is, and the many ways to say the same."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from modelkin.repository.disagreements import disagreeing_cards, disagreeing_metadata

from ..support.cases import failures
from ..support.repositories import APACHE, MIT, Files, declarations_of, written

GPL = "Licensed under the GNU General Public License v3.0.\n"
BSD = "Licensed under the BSD 3-Clause License.\n"


def pyproject(licence: str, *classifiers: str) -> str:
    listed = ", ".join(f'"License :: OSI Approved :: {each}"' for each in classifiers)
    return f'[project]\nname = "harbour"\nlicense = "{licence}"\nclassifiers = [{listed}]\n'


def card(front: str) -> str:
    return f"---\n{front}\n---\n# Harbour\n"


METADATA: list[tuple[Files, tuple[tuple[str, ...], ...]]] = [
    ({"LICENSE": APACHE, "pyproject.toml": pyproject("AGPL-3.0")}, (("AGPL-3.0-only",),)),
    ({"LICENSE": APACHE, "pyproject.toml": pyproject("MIT")}, (("MIT",),)),
    ({"LICENSE": MIT, "pyproject.toml": pyproject("MIT", "Apache Software License")}, (("Apache-2.0",),)),
    ({"LICENSE": MIT, "setup.py": "setup(license='GPL')\n"}, (("GPL-",),)),
    ({"LICENSE": MIT, "CITATION.cff": "license: Apache-2.0\n"}, (("Apache-2.0",),)),
    # A choice, of which one is there.
    ({"LICENSE": MIT, "pyproject.toml": pyproject("MIT OR Apache-2.0")}, ()),
    ({"LICENSE": MIT, "pyproject.toml": pyproject("", "MIT License", "Apache Software License")}, ()),
    ({"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE, "pyproject.toml": pyproject("Apache-2.0")}, ()),
    # Names that say less than the text.
    ({"LICENSE": BSD, "pyproject.toml": pyproject("BSD", "BSD License")}, ()),
    ({"LICENSE": GPL, "pyproject.toml": pyproject("GPL-3.0-or-later", "GNU General Public License v3 (GPLv3)")}, ()),
    ({"LICENSE": GPL, "pyproject.toml": pyproject("GPL-2.0-or-later")}, ()),
    ({"LICENSE": GPL, "pyproject.toml": pyproject("LGPL-3.0-only")}, ()),
    # What is not known.
    ({"LICENSE": "All rights reserved.", "pyproject.toml": pyproject("MIT")}, ()),
    ({"LICENSE": "All rights reserved.", "LICENSE.bulb": APACHE, "pyproject.toml": pyproject("MIT")}, ()),
    ({"LICENSE": MIT, "pyproject.toml": pyproject("Proprietary")}, ()),
    ({"LICENSE": MIT, "pyproject.toml": pyproject("", "BSD License", "Somebody's own")}, ()),
    ({"pyproject.toml": pyproject("MIT")}, ()),
    # What is of a part.
    ({"LICENSE": MIT, "LICENSES/AGPL-3.0-only.txt": "SPDX-License-Identifier: AGPL-3.0-only\n"}, ()),
    ({"LICENSE": MIT, "vendored/pyproject.toml": pyproject("GPL-3.0-only")}, ()),
]
CARDS: list[tuple[Files, tuple[tuple[str, ...], ...]]] = [
    ({"LICENSE": APACHE, "README.md": card("license: cc-by-nc-sa-4.0")}, (("CC-BY-NC-SA-4.0",),)),
    (
        {"LICENSE": APACHE, "README.md": card("license: other\nlicense_name: llama3.1")},
        (("LicenseRef-Llama-3.1",),),
    ),
    ({"LICENSE": APACHE, "README.md": card("license: apache-2.0")}, ()),
    ({"LICENSE": APACHE, "README.md": card("license: [mit, apache-2.0]")}, ()),
    ({"LICENSE": APACHE, "README.md": card("license: other")}, ()),
    ({"LICENSE": APACHE, "README.md": card("license: other\nlicense_name: harbour-terms")}, ()),
    ({"LICENSE-CODE": APACHE, "README.md": card("license: mit")}, ()),
    ({"LICENSE": APACHE, "LICENSE-MODEL": MIT, "README.md": card("license: mit")}, ()),
    ({"LICENSE": APACHE, "weights/README.md": card("license: mit")}, ()),
    ({"README.md": card("license: mit")}, ()),
]


def test_metadata_may_name_what_no_licence_file_is(tmp_path: Path) -> None:
    roots = (tmp_path / str(number) for number in count())

    def found(files: Files) -> tuple[tuple[str, ...], ...]:
        declarations = declarations_of(written(next(roots), {"a.py": "", **files}))
        return tuple(each.licences for each in disagreeing_metadata(declarations))

    assert not failures(found, METADATA)


def test_a_card_may_name_what_no_licence_file_is(tmp_path: Path) -> None:
    roots = (tmp_path / str(number) for number in count())

    def found(files: Files) -> tuple[tuple[str, ...], ...]:
        declarations = declarations_of(written(next(roots), {"a.py": "", **files}))
        return tuple(each.licences for each in disagreeing_cards(declarations))

    assert not failures(found, CARDS)
