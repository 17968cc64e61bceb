"""What a file is follows from its name and place."""

from __future__ import annotations

from modelkin.repository.layout import FileRole, LegalPlace, legal_place
from modelkin.repository.layout import role_of as role
from modelkin.repository.model import LegalKind, Subject

from ..support.cases import failures
from ..support.processor_time import processor_seconds

L, N, T = LegalKind.LICENCE, LegalKind.NOTICE, LegalKind.THIRD_PARTY
W = Subject.WORK


LEGAL = [
    ("LICENSE", L, "", W),
    ("licence.md", L, "", W),
    ("License.rst", L, "", W),
    ("COPYING", L, "", W),
    ("COPYING.LESSER", L, "", W),
    ("UNLICENSE", L, "", W),
    ("COPYRIGHT.txt", L, "", W),
    ("LICENSE-MIT", L, "", W),
    ("LICENSE.Apache-2.0", L, "", W),
    ("LICENSE_llama.txt", L, "", W),
    ("LICENSE-CODE", L, "", Subject.CODE),
    ("LICENSE-MODEL", L, "", Subject.MODEL),
    ("MODEL_LICENSE", L, "", Subject.MODEL),
    ("Model_License.txt", L, "", Subject.MODEL),
    ("MODEL_LICENSE_AGREEMENT.txt", L, "", Subject.MODEL),
    ("LICENSE_weights.txt", L, "", Subject.MODEL),
    ("LICENSE_DATA", L, "", Subject.PARTS),
    ("LLAMA_LICENSE.txt", L, "", W),
    ("LICENSE_HEADER", L, "", Subject.TEMPLATE),
    ("license-header.txt", L, "", Subject.TEMPLATE),
    (".github/LICENSE_HEADER.txt", L, ".github", Subject.TEMPLATE),
    ("src/bulb/LICENSE", L, "src/bulb", W),
    ("LICENSES/Apache-2.0.txt", L, "", Subject.PARTS),
    ("src/licenses/bulb", L, "src", Subject.PARTS),
    ("licenses/NOTICE", N, "", Subject.PARTS),
    ("licenses/bulb.LICENSE", L, "", Subject.PARTS),
    ("bulb-LICENSE.txt", L, "", Subject.PARTS),
    ("src/bulb_LICENSE", L, "src", Subject.PARTS),
    ("model_licenses/LICENSE-B", L, "", Subject.MODEL),
    ("third-party-licenses/bulb/LICENSE.MIT", T, "", Subject.PARTS),
    ("src/third_party_licenses/bulb.txt", T, "src", Subject.PARTS),
    ("NOTICE", N, "", W),
    ("Notice.txt", N, "", W),
    ("NOTICES.md", N, "", W),
    ("NOTICE.bulb", N, "", W),
    ("THIRD_PARTY_LICENSES", T, "", W),
    ("THIRD-PARTY-NOTICES.txt", T, "", W),
    ("ThirdPartyNotices.txt", T, "", W),
    ("3rdparty-licenses.md", T, "", W),
    ("LICENSE-3RD-PARTY.txt", T, "", W),
    ("LICENSES_bundled.txt", T, "", W),
    ("OPEN_SOURCE_LICENSES", T, "", W),
    ("lamp-1.0.dist-info/LICENSE", L, "", W),
    ("lamp-1.0.dist-info/licenses/LICENSE", L, "", W),
    ("lamp-1.0.dist-info/licenses/AUTHORS", L, "", W),
    ("lamp-1.0.dist-info/licenses/NOTICE", N, "", W),
    ("lamp-1.0.dist-info/licenses/src/bulb/LICENSE", L, "", Subject.PARTS),
    ("site/lamp-1.0.dist-info/LICENSE", L, "site", W),
]


def test_legal_files_are_told_by_name_and_place() -> None:
    cases: list[tuple[str, LegalPlace | None]] = [
        (path, LegalPlace(kind, folder, subject)) for path, kind, folder, subject in LEGAL
    ]
    assert not failures(legal_place, cases)
    assert not [path for path, _ in cases if role(path) is not FileRole.LEGAL]


NOT_LEGAL = [
    "license.py",
    "notice.ipynb",
    "license_checker.go",
    "LICENSE.html",
    "LICENSE.json",
    "licence_texts.safetensors",
    "licenses/table.csv",
    "licensed.txt",
    "noticeable.md",
    "copyings",
    "docs/a_notice.txt",
    "lamp-1.0.dist-info/RECORD",
    "lamp-1.0.dist-info/licenses/image.png",
    "relicensing.md",
    "bulb-license.txt",
    "docs/third_party_ui.md",
    "licenses/bulb/readable.txt",
    "lamp.txt",
]


def test_what_only_sounds_legal_is_not() -> None:
    assert not [path for path in NOT_LEGAL if legal_place(path) or role(path)]


ROLES = [
    ("README.md", FileRole.CARD),
    ("docs/readme.MD", FileRole.CARD),
    ("MODEL_CARD.md", FileRole.CARD),
    ("README", FileRole.CARD),
    ("README.zh.md", None),
    ("readme.py", None),
    ("pyproject.toml", FileRole.METADATA),
    ("examples/pyproject.toml", None),
    ("setup.py", FileRole.METADATA),
    ("PKG-INFO", FileRole.METADATA),
    ("lamp-1.0.dist-info/METADATA", FileRole.METADATA),
    ("METADATA", None),
    ("CITATION.cff", FileRole.METADATA),
    ("checkpoints/a/tokenizer_config.json", FileRole.CONFIGURATION),
    ("config.json", FileRole.CONFIGURATION),
    ("package.json", None),
    ("REUSE.toml", FileRole.REUSE),
    (".reuse/dep5", FileRole.REUSE),
    ("a.py.license", FileRole.REUSE),
    ("licensedcode/mit.LICENSE", None),
    ("a.py", None),
]


def test_each_reader_takes_its_files() -> None:
    assert not failures(role, ROLES)


HOSTILE = [
    "licenses/" * 100_000,
    "A_" * 500_000 + ".dist-info",
    "LICENSE" + "-_" * 500_000,
    "a/" * 500_000 + "x.dist-info/y",
]


def test_a_hostile_name_takes_no_time() -> None:
    for path in HOSTILE:
        with processor_seconds(at_most=2):
            role(path)
