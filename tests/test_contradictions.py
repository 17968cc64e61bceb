"""Repositories that say two things of their licence, whose READMEs credit others, or that hold code nobody reads.

Each is a folder as a user has it, scanned whole.
"""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

import modelkin
from modelkin import Level, Report, ScanOptions, UnreadKind
from modelkin.cli import main
from modelkin.reports.json import render
from modelkin.reports.text import render as render_text

from .support.cases import failures
from .support.repositories import APACHE, MIT, Files, written

CODE = '''"""Locks: how long a barge waits, and which gate it takes."""

import math


def wait(queue, gates, rate=0.4):
    ahead = sum(barge.length for barge in queue if not barge.moored)
    return math.ceil(ahead / (gates * rate)) + len(queue) % gates


class Keeper:
    def __init__(self, gates, slack=3):
        self.gates = [gate for gate in gates if gate.depth > slack]
        self.log = {}

    def choose(self, barge):
        fitting = sorted(self.gates, key=lambda gate: gate.depth - barge.draught)
        for gate in fitting:
            if gate.depth > barge.draught and gate not in self.log.values():
                self.log[barge.name] = gate
                return gate
        return None

    def release(self, barge, tide):
        gate = self.log.pop(barge.name, None)
        if gate is not None and tide > gate.depth * 2:
            self.gates.remove(gate)
        return gate
'''
CHANGED = CODE.replace("slack", "spare").replace("+ len(queue) % gates", "").replace("fitting", "near")
AGPL = "Licensed under the GNU Affero General Public License v3.0.\n"
GPL = "Licensed under the GNU General Public License v3.0.\n"


def scanned(root: Path, files: Files, upstream: Files | None = None) -> Report:
    """What is said of ``files``, with ``upstream`` as the one known project."""
    against = (f"lockmaster={written(root / 'lockmaster', upstream)}",) if upstream else ()
    if not upstream:
        against = (f"idle={written(root / 'idle', {'idle.py': 'IDLE = [1, 2, 3]'})}",)
    return modelkin.scan(str(written(root / "ours", files)), ScanOptions(corpora=(), against=against))


def said(report: Report) -> dict[str, Level]:
    """The highest level of each rule."""
    found: dict[str, Level] = {}
    for finding in reversed(report.findings):
        found[finding.rule] = finding.level
    return found


def test_a_copied_line_of_metadata_does_not_change_what_the_whole_is_under(tmp_path: Path) -> None:
    metadata = '[project]\nname = "lockmaster"\nlicense = { text = "AGPL-3.0" }\n'
    upstream = {"lockmaster/locks.py": CODE, "LICENSE": AGPL, "pyproject.toml": metadata}
    for name, header in (("kept", "# lockmaster, AGPL-3.0 licence\n"), ("gone", "")):
        files = {"locks/gates.py": header + CHANGED, "LICENSE": APACHE, "pyproject.toml": metadata}
        found = said(scanned(tmp_path / name, files, upstream))
        assert found["metadata-contradicts"] is Level.ERROR
        assert Level.ERROR in (found.get("combination-not-allowed"), found.get("file-licence-contradicts"))


def test_a_package_in_a_folder_that_says_two_things_of_its_own_licence_is_a_note(tmp_path: Path) -> None:
    limited = 'setup(name="gauge", license="Attribution-NonCommercial 4.0 International")\n'
    named = '[project]\nname = "gauge"\nlicense = "MIT"\n'
    for number, (files, level) in enumerate(
        (
            ({"LICENSE": MIT, "setup.py": limited}, Level.NOTE),
            ({"LICENSE": APACHE, "pyproject.toml": named}, Level.NOTE),
            ({"LICENSE": MIT, "pyproject.toml": named}, None),
            ({"LICENSE-APACHE": APACHE, "LICENSE-MIT": MIT, "pyproject.toml": named}, None),
            ({"LICENSE": "All are welcome.\n", "pyproject.toml": named}, None),
            ({"pyproject.toml": named}, None),
            ({"LICENSE": APACHE, "inner/pyproject.toml": named}, None),
        )
    ):
        nested = {f"third_party/gauge/{path}": text for path, text in files.items()}
        report = scanned(tmp_path / str(number), {"LICENSE": APACHE, "locks.py": CODE} | nested)
        assert said(report).get("metadata-contradicts") is level, files
        if level:
            (found,) = (each for each in report.findings if each.rule == "metadata-contradicts")
            assert "third_party/gauge/LICENSE is" in found.message
            assert "folder alone" in found.reason


HEADERS = [
    ("SPDX-License-Identifier: GPL-3.0-only", Level.ERROR),
    ("This file is licensed under CC-BY-NC-4.0.", Level.ERROR),
    ("SPDX-License-Identifier: AGPL-3.0-or-later", Level.ERROR),
    ("This code is licensed under the Llama 3 Community License.", Level.WARNING),
    ("This code is licensed under the CreativeML OpenRAIL-M license.", Level.ERROR),
    ("SPDX-License-Identifier: Apache-2.0", None),
    ("SPDX-License-Identifier: LGPL-3.0-only", None),
    ("SPDX-License-Identifier: MPL-2.0", None),
    ("SPDX-License-Identifier: GPL-2.0-only OR MIT", None),
    ("SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0", None),
    ("SPDX-License-Identifier: GPL-3.0-or-later WITH GCC-exception-3.1", None),
    ("SPDX-License-Identifier: LicenseRef-Lockmaster", None),
]


def test_a_file_that_nobody_knows_is_held_against_the_licence_of_the_whole(tmp_path: Path) -> None:
    files = {f"ops/{number}.py": f"# {said}\n{CODE}" for number, (said, _) in enumerate(HEADERS)}
    report = scanned(tmp_path, {**files, "LICENSE": MIT})
    found = {each.region.path: each.level for each in report.findings}
    assert found == {f"ops/{number}.py": level for number, (_, level) in enumerate(HEADERS) if level}
    assert all(file.verdict is modelkin.Verdict.INDEPENDENT for file in report.files)


def test_a_licence_that_the_repository_says_it_holds_is_a_note_or_none(tmp_path: Path) -> None:
    header = f"# SPDX-License-Identifier: GPL-3.0-only\n{CODE}"
    around: list[tuple[Files, Level | None]] = [
        ({"ops/a.py": header, "LICENSE": MIT, "LICENSES/GPL-3.0-only.txt": GPL}, Level.NOTE),
        ({"ops/a.py": header, "LICENSE": MIT, "ops/LICENSE": GPL}, None),
        ({"ops/a.py": header, "LICENSE": MIT, "ops/a.py.license": "SPDX-License-Identifier: GPL-3.0-only\n"}, None),
        ({"ops/a.py": header, "LICENSE": GPL}, None),
        ({"ops/a.py": header}, None),
    ]

    def level(numbered: tuple[int, Files]) -> Level | None:
        number, files = numbered
        return said(scanned(tmp_path / str(number), files)).get("file-licence-contradicts")

    cases = [((number, files), expected) for number, (files, expected) in enumerate(around)]
    assert not failures(level, cases)


CARDS: list[tuple[tuple[str, Files], tuple[str, Level] | None]] = [
    (("license: cc-by-nc-sa-4.0", {"LICENSE": APACHE}), ("card-licence-contradicts", Level.ERROR)),
    (("license: mit", {"LICENSE": APACHE}), ("card-licence-contradicts", Level.WARNING)),
    (("license: openrail", {"LICENSE": APACHE}), ("card-licence-contradicts", Level.ERROR)),
    (("license: openrail", {"LICENSE": "CreativeML OpenRAIL-M\n"}), None),
    (("license: openrail", {}), None),
    (("license: bsd-2-clause", {"LICENSE": "BSD 3-Clause License\n"}), None),
    (
        ("license: cc-by-nc-4.0", {"LICENSE": APACHE, "setup.py": "setup(license='Apache-2.0')\n"}),
        ("card-licence-contradicts", Level.WARNING),
    ),
    (
        ("license: apache-2.0\nbase_model: stabilityai/stable-diffusion-3.5-large", {}),
        ("model-card-contradicts", Level.WARNING),
    ),
    (("license: mit\nbase_model: Qwen/Qwen2.5-3B", {}), ("model-card-contradicts", Level.ERROR)),
    (
        ("license: mit\nbase_model: Qwen/Qwen2.5-3B\nbase_model_relation: adapter", {}),
        ("model-card-contradicts", Level.WARNING),
    ),
    (("license: apache-2.0\nbase_model: Qwen/Qwen2.5-7B", {}), None),
    (("license: mit\nbase_model: Qwen/Qwen2.5-7B", {}), None),
    (("license: other\nlicense_name: qwen-research\nbase_model: Qwen/Qwen2.5-3B", {}), None),
    (("license: other\nlicense_name: harbour-terms\nbase_model: Qwen/Qwen2.5-3B", {}), None),
    (("license: mit\nbase_model: quay/cove-7b", {}), None),
    (("license: other\nlicense_name: llama community license\nbase_model: meta-llama/Llama-3.1-8B", {}), None),
    (("license: llama3\nbase_model: meta-llama/Llama-3.1-8B", {}), ("model-card-contradicts", Level.WARNING)),
]


def test_a_card_is_held_against_the_licence_file_and_the_base_model(tmp_path: Path) -> None:
    def found(numbered: tuple[int, tuple[str, Files]]) -> tuple[str, Level] | None:
        number, (front, files) = numbered
        files = {"bind.py": "X = 1\n", "README.md": f"---\n{front}\n---\n# Harbour\n", **files}
        rules = said(scanned(tmp_path / str(number), files))
        return next(((rule, rules[rule]) for rule in sorted(rules) if rule.endswith("contradicts")), None)

    assert not failures(found, [((number, case), expected) for number, (case, expected) in enumerate(CARDS)])


def test_a_readme_that_says_what_is_under_which_licence_contradicts_nothing(tmp_path: Path) -> None:
    bodies = [
        ("The code is under the Apache License 2.0. The weights are under CC BY-NC 4.0.", False),
        ("Our code is released under Apache-2.0 license.", False),
        ("The weights are licensed for non-commercial use only; the code is not.", False),
        ("The code and the model weights are licensed under CC-BY-NC-4.0.", True),
        ("A model of locks. See the licence.", True),
    ]

    def is_reported(numbered: tuple[int, str]) -> bool:
        number, body = numbered
        readme = f"---\nlicense: cc-by-nc-4.0\n---\n# Harbour\n\n## Licence\n\n{body}\n"
        return "card-licence-contradicts" in said(
            scanned(tmp_path / str(number), {"a.py": "X = 1\n", "LICENSE": APACHE, "README.md": readme})
        )

    assert not failures(is_reported, [((number, body), told) for number, (body, told) in enumerate(bodies)])


def test_thanks_for_a_demo_are_no_credit_for_the_code(tmp_path: Path) -> None:
    files = {
        "ours/gates.py": CHANGED,
        "LICENSE": APACHE,
        "README.md": "# Ours\n\n## Others\n* Thanks to [a phone app](https://github.com/quay/app) for the demo.\n",
        "demo/phone/README.md": "# Phone\n\n## Acknowledgement\n* [cove](https://github.com/quay/cove)\n",
    }
    found = said(scanned(tmp_path, files, {"lockmaster/locks.py": CODE, "LICENSE": GPL}))
    assert found["combination-not-allowed"] is Level.ERROR
    assert "credit-names-another" not in found


def archive() -> bytes:
    stored = BytesIO()
    with zipfile.ZipFile(stored, "w") as opened:
        opened.writestr("locks.py", CODE)
    return stored.getvalue()


def test_code_that_is_not_read_is_told_by_kind(tmp_path: Path) -> None:
    files: Files = {
        "a.py": "X = 1\n",
        "fast/locks.pyx": CODE,
        "csrc/tide.cu": "__global__ void tide(float* depth) {}\n",
        "bin/locks": f"#!/usr/bin/env python3\n{CODE}",
        "docs/locks.md": f"# Locks\n\n```python\n{CODE}```\n",
        "extra.zip": archive(),
        "extra.pyz": archive(),
        "plot.R": "x <- 1\n",
        "LICENSE": MIT,
    }
    report = scanned(tmp_path, files, {"locks.py": CODE, "LICENSE": GPL})
    assert {each.kind: each.count for each in report.unread} == {
        UnreadKind.NATIVE: 2,
        UnreadKind.SCRIPT: 1,
        UnreadKind.MARKDOWN: 1,
        UnreadKind.ARCHIVE: 2,
        UnreadKind.OTHER: 1,
    }
    assert json.loads(render(report))["summary"]["unread"] == 7
    text = render_text(report)
    assert "1 file scanned · 1 independent · 7 not read" in text
    assert "bin/locks" in text


def test_lessons_of_an_upstream_that_are_not_read_are_told(tmp_path: Path) -> None:
    lessons = {
        "chapter/locks.md": f"# Locks\n\nWe begin.\n\n```{{.python .input}}\n{CODE}```\n",
        "utils.py": "def tide(hour):\n    return hour % 12\n",
    }
    report = scanned(tmp_path, {"mine/locks.py": CODE}, lessons)
    assert [(each.kind, each.paths, each.upstream) for each in report.unread] == [
        (UnreadKind.MARKDOWN, ("chapter/locks.md",), "lockmaster")
    ]
    assert "not read: of lockmaster 1 text with Python in it (chapter/locks.md)" in render_text(report)


def test_a_source_of_other_code_alone_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lessons = written(tmp_path / "lessons", {"locks.md": f"```python\n{CODE}```\n", "tide.cu": "x"})
    code = written(tmp_path / "code", {"a.py": "X = 1\n"})
    assert main(["scan", str(lessons)]) == 0
    assert "other code that is not read (2 files)" in capsys.readouterr().err
    with pytest.raises(modelkin.ModelkinError, match=r"other code that is not read \(2 files\)"):
        modelkin.scan(str(code), ScanOptions(against=(str(lessons),)))


def test_native_files_beside_a_copy_are_named(tmp_path: Path) -> None:
    files = {"ops/gates.py": CODE, "ops/src/tide.cu": "x", "other/tide.cpp": "x", "LICENSE": GPL}
    report = scanned(tmp_path, files, {"lockmaster/locks.py": CODE, "LICENSE": GPL})
    (finding,) = (each for each in report.findings if each.rule == "unread-beside-copy")
    assert finding.level is Level.NOTE
    assert "ops/src/tide.cu" in finding.message
    assert "tide.cpp" not in finding.message


def test_a_header_that_forbids_all_contradicts_what_allows_any_use_most(tmp_path: Path) -> None:
    forbids = (
        "# Any use of this file without an express license agreement from NVIDIA CORPORATION is strictly prohibited.\n"
    )
    texts = {
        "open": (MIT, Level.ERROR),
        "limited": ("Licensed under CC BY-NC 4.0.\n", Level.WARNING),
        "theirs": ("Licensed under the NVIDIA Source Code License.\n", None),
    }
    for name, (text, level) in texts.items():
        found = said(scanned(tmp_path / name, {"locks.py": forbids + CODE, "LICENSE": text}))
        assert found.get("file-licence-contradicts") is level


def test_what_a_readme_calls_the_licence_file_it_links_to_is_held_against_it(tmp_path: Path) -> None:
    readmes = {
        "Licensed under the [Apache 2.0 license](LICENSE).": Level.WARNING,
        "Released under the Apache License 2.0, see [LICENSE](./LICENSE).": Level.WARNING,
        "[![x](https://img.shields.io/badge/License-MIT-blue.svg)](LICENSE)": Level.WARNING,
        "Licensed under the [AGPL-3.0](LICENSE).": None,
        "Licensed under the [Apache 2.0 license](https://example.org/lamp/LICENSE).": None,
        "The weights are under Apache 2.0. The code is under [this licence](LICENSE).": None,
    }
    for number, (text, level) in enumerate(readmes.items()):
        files = {"locks.py": CODE, "LICENSE": AGPL, "README.md": f"# Locks\n\n{text}\n"}
        assert said(scanned(tmp_path / str(number), files)).get("metadata-contradicts") is level, text
