"""A repository is read for what it says of itself, through every kind of source; a bad file is one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.repository.declarations import read_declarations
from modelkin.repository.layout import MOST_FILES, MOST_TOTAL_BYTES, FileRole
from modelkin.repository.lookup import repository_licence
from modelkin.repository.model import Declarations, LegalKind
from modelkin.repository.texts import MOST_BYTES
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.checkout import Checkout, Entry

from ..support.index_server import registry_answers
from ..support.processor_time import processor_seconds
from ..support.repositories import APACHE, MIT, declarations_of, written, zipped

FILES = {
    "LICENSE": MIT,
    "NOTICE": "Lamp\nCopyright 2020-2024 Lamp Inc.\n",
    "README.md": "---\nlicense: mit\nbase_model: org/lantern\n---\n# Lamp\n",
    "config.json": '{"auto_map": {"AutoModel": "modeling_lantern.Lantern"}}',
    "lamp/__init__.py": "",
    "vendored/bulb/LICENSE": APACHE,
}


def reasons(declarations: Declarations) -> dict[str, str]:
    return {each.path: each.reason for each in declarations.skipped}


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_folder_and_its_archive_say_the_same(tmp_path: Path, kind: str) -> None:
    source = written(tmp_path / "lamp", FILES) if kind == "folder" else zipped(tmp_path / "lamp.zip", FILES)
    found = declarations_of(source)
    assert [(each.path, each.kind, each.folder, each.licences) for each in found.legal_files] == [
        ("LICENSE", LegalKind.LICENCE, "", ("MIT",)),
        ("NOTICE", LegalKind.NOTICE, "", ()),
        ("vendored/bulb/LICENSE", LegalKind.LICENCE, "vendored/bulb", ("Apache-2.0",)),
    ]
    assert [card.title for card in found.model_cards] == ["Lamp"]
    assert [each.module for each in found.leftovers] == ["modeling_lantern"]
    assert found.skipped == ()
    assert repository_licence(found) == ("MIT",)


def test_the_legal_files_and_the_metadata_of_a_wheel_speak_for_all_of_it(tmp_path: Path) -> None:
    info = "lamp-1.0.dist-info"
    files = {
        "lamp/__init__.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.4\nName: lamp\nVersion: 1.0\nLicense-Expression: MIT\n\n# Old Lamp",
        f"{info}/licenses/LICENSE": MIT,
        f"{info}/licenses/AUTHORS": "Copyright 2023 The Lantern Authors",
        f"{info}/licenses/third_party/bulb/LICENSE": APACHE,
        f"{info}/NOTICE": "Copyright 2024 Lamp Inc.",
    }
    found = declarations_of(zipped(tmp_path / "lamp-1.0-py3-none-any.whl", files))
    assert {each.folder for each in found.legal_files} == {""}
    assert [each.path.removeprefix(f"{info}/") for each in found.legal_files] == [
        "NOTICE",
        "licenses/AUTHORS",
        "licenses/LICENSE",
        "licenses/third_party/bulb/LICENSE",
    ]
    (declared,) = found.declared_licences
    assert (declared.stated, declared.licences, declared.region.first_line) == ("MIT", ("MIT",), 4)
    assert [card.title for card in found.model_cards] == ["Old Lamp"]
    assert repository_licence(found) == ("MIT",)


def test_where_a_part_is_named_all_of_the_repository_speaks(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    assert "LICENSE" in [each.path for each in declarations_of(f"{tmp_path}!lamp").legal_files]


def test_a_single_file_says_nothing_of_a_repository(tmp_path: Path) -> None:
    written(tmp_path, {"LICENSE": MIT, "a.py": ""})
    assert declarations_of(tmp_path / "a.py") == Declarations()


UNREADABLE = [
    ("LICENSE", MIT.encode() + b" " * 10 * 1024**2, "10.0 MB is over the limit of 2.0 MB for such a file"),
    ("LICENSE", b"\x7fELF\0\0\1\2" * 400, "binary, not a text: nothing is read from it"),
    ("NOTICE", bytes(range(256)) * 20, "binary, not a text: nothing is read from it"),
    ("LICENSE.pdf", b"%PDF-1.7 licence", "not plain text: its licence is not known"),
    ("config.json", b'{"auto_map": ' + b"[" * 200_000, "not valid JSON: nested too deeply"),
    ("config.json", b'{"auto_map": {,}}', "not valid JSON: Expecting property name"),
    ("tokenizer_config.json", b'["auto_map", "license", "_name_or_path"]', "not a JSON object"),
    ("pyproject.toml", b"license = \n", "its licence is not known: not valid TOML: Invalid value (at line 1"),
    ("pyproject.toml", b"license = " + b"[" * 100_000, "not valid TOML"),
    ("pyproject.toml", b"license = 1\n" + b"a." * 60_000 + b"a = 1", "a key of more than 100 parts"),
    ("setup.cfg", b"license = MIT\n", "its licence is not known: not valid: File contains no section headers"),
    ("CITATION.cff", b"license: &a MIT\n", "an anchor or alias"),
    ("REUSE.toml", b"[[annotations]\n", "not valid TOML"),
    ("README.md", b"---\nlicense: [\n---\n", "front matter not read: line 3: not valid YAML"),
]


def test_what_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    for number, (name, content, reason) in enumerate(UNREADABLE):
        root = written(tmp_path / str(number), {name: content, "a.py": b""})
        ((path, said),) = reasons(declarations_of(root)).items()
        assert path == name
        assert reason in said, name
        assert "\n" not in said


def test_a_folder_called_licence_is_one_line(tmp_path: Path) -> None:
    said = {"LICENSE": "a folder, not a text: of its files only those named like a legal file are read"}
    for number, inner in enumerate(("LICENSE/mit.txt", "LICENSE/a/b.txt")):
        files = {inner: MIT, "a.py": ""}
        for source in (written(tmp_path / f"folder{number}", files), zipped(tmp_path / f"lamp{number}.zip", files)):
            assert reasons(declarations_of(source)) == said


def test_an_empty_folder_called_licence_is_one_line(tmp_path: Path) -> None:
    written(tmp_path, {"a.py": ""})
    (tmp_path / "LICENSE").mkdir()
    assert list(reasons(declarations_of(tmp_path))) == ["LICENSE"]


def test_a_broken_link_called_licence_is_told(tmp_path: Path) -> None:
    written(tmp_path, {"a.py": ""})
    (tmp_path / "LICENSE").symlink_to("nowhere")
    assert reasons(declarations_of(tmp_path)) == {"LICENSE": "broken symbolic link"}


def test_a_notice_is_read_in_any_usual_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "cp1252", "latin-1"):
        written(tmp_path, {"NOTICE": "Lamp\r\nCopyright \u00a9 2024 Pablo Pern\u00edas\r\n".encode(encoding)})
        found = declarations_of(tmp_path)
        assert found.skipped == (), encoding
        (notice,) = found.legal_files
        assert notice.copyrights == ("Copyright \u00a9 2024 Pablo Pern\u00edas",), encoding
        assert notice.text.splitlines()[0] == "Lamp", encoding


def test_a_file_that_grew_since_it_was_listed_is_bounded_all_the_same() -> None:
    entry = Entry("LICENSE", 10, lambda: b"x" * (MOST_BYTES + 1))
    found = read_declarations(Checkout("lamp", lambda: iter([entry])))
    assert "over the limit" in reasons(found)["LICENSE"]


def test_a_file_that_cannot_be_read_goes_by_its_path_in_the_source() -> None:
    entry = Entry("LICENSE", 10, lambda: Skipped("./LICENSE", "damaged"))
    assert read_declarations(Checkout("lamp", lambda: iter([entry]))).skipped == (Skipped("LICENSE", "damaged"),)


def test_of_very_many_files_those_nearest_to_the_root_are_read() -> None:
    most = MOST_FILES[FileRole.LEGAL]
    entries = [Entry(f"a/{number:04}/NOTICE", 4, lambda: b"Lamp") for number in range(most + 5)]
    found = read_declarations(Checkout("lamp", lambda: iter([*entries, Entry("NOTICE", 4, lambda: b"Lamp")])))
    assert len(found.legal_files) == most
    assert found.legal_files[0].path == "NOTICE"
    assert list(reasons(found).values()) == [f"left out with 5 more: at most {most} such files, 16 MB in all, are read"]


def test_of_very_large_files_those_nearest_to_the_root_are_read() -> None:
    notice = b"\n" * 1_950_000
    entries = [Entry(f"a{number}/NOTICE", len(notice), lambda: notice) for number in range(12)]
    found = read_declarations(Checkout("lamp", lambda: iter([*entries, Entry("NOTICE", 40 * 1024**2, lambda: notice)])))
    assert len(found.legal_files) == MOST_TOTAL_BYTES // len(notice)
    assert reasons(found)["NOTICE"].startswith("40.0 MB is over the limit")
    assert len(found.skipped) == 2


def test_the_order_of_entries_changes_nothing(tmp_path: Path) -> None:
    with open_source(str(written(tmp_path / "lamp", FILES))) as checkout:
        backwards = Checkout(checkout.root, lambda: iter([*checkout.entries()][::-1]))
        assert read_declarations(backwards) == read_declarations(checkout)


NAMES = ["LICENSE", "NOTICE", "README.md", "pyproject.toml", "setup.cfg", "setup.py", "PKG-INFO", "CITATION.cff"]
NAMES += ["config.json", "REUSE.toml", ".reuse/dep5", "a.py.license", "l-1.dist-info/METADATA"]
WORDS = st.sampled_from(
    b'license|license: |---\n|[project]\n|[metadata]\n|[[annotations]]\n|Files: |{|}|=|"auto_map": |"A.B"|(c) 2024 A'
    b"|\n|\r\n| |\xff\xfe|\0|\xc3|setup(|)|'".split(b"|")
)


@given(st.sampled_from(NAMES), st.lists(WORDS | st.binary(max_size=5), max_size=12).map(b"".join))
def test_no_content_of_any_file_ends_a_run(name: str, content: bytes) -> None:
    entries = [Entry(name, len(content), lambda: content), Entry("a.py", 0, lambda: b"")]
    found = read_declarations(Checkout("lamp", lambda: iter(entries)))
    assert not [each for each in found.skipped if "\n" in each.reason or not each.reason]


@pytest.mark.skipif(not registry_answers(), reason="the package registry cannot be reached")
def test_a_real_wheel_says_what_it_is_under() -> None:
    found = declarations_of("pypi:vllm==0.2.3!vllm/model_executor")
    assert [(each.path, each.licences) for each in found.legal_files] == [
        ("vllm-0.2.3.dist-info/LICENSE", ("Apache-2.0",))
    ]
    assert [each.licences for each in found.declared_licences] == [("Apache-2.0",), ("Apache-2.0",)]
    assert (repository_licence(found), found.skipped) == (("Apache-2.0",), ())


def test_no_python_file_is_read_but_setup_py() -> None:
    def refuse() -> bytes:
        raise AssertionError

    paths = [
        "a.py",
        "license.py",
        "tests/setup.py",
        "licenses/notice.py",
        "data.json",
        "LICENSE.html",
        "img/NOTICE.png",
    ]
    entries = [Entry(path, 1, refuse) for path in paths]
    assert read_declarations(Checkout("lamp", lambda: iter(entries))) == Declarations()


def test_fifty_thousand_python_files_cost_next_to_nothing() -> None:
    entries = [Entry(f"lamp/models/m{number}/modeling_m{number}.py", 1, lambda: b"") for number in range(50_000)]
    checkout = Checkout("lamp", lambda: iter(entries))
    with processor_seconds(at_most=2.5):
        read_declarations(checkout)
