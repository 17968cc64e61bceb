"""What a source calls itself: names, repositories and addresses, all of them claims but what a registry says."""

from __future__ import annotations

from pathlib import Path

from modelkin.repository.declarations import read_declarations
from modelkin.repository.own_names import (
    code_address,
    folder_name,
    names_stated,
    own_address,
    own_names,
    project_name,
    registry_name,
)
from modelkin.sources import open_source
from modelkin.sources.checkout import Checkout

from ..support.cases import failures
from ..support.processor_time import processor_seconds
from ..support.repositories import declarations_of, written, zipped

REPOSITORY = "https://github.com/mere/nano-tides"

STATED: list[tuple[tuple[str, str], tuple[str, ...]]] = [
    (("pyproject.toml", '[project]\nname = "nano-tides"\nversion = "0.3"\n'), ("nano-tides",)),
    (
        ("pyproject.toml", f'[project]\nname = "tides"\n[project.urls]\nHomepage = "{REPOSITORY}#readme"\n'),
        ("tides", f"{REPOSITORY}#readme"),
    ),
    (("pyproject.toml", '[project.urls]\nHomepage = "https://tides.example"\nIssues = "https://github.com/a/b"\n'), ()),
    (("pyproject.toml", f'[tool.poetry]\nname = "tides"\nrepository = "{REPOSITORY}"\n'), ("tides", REPOSITORY)),
    (("pyproject.toml", "[project]\nname = 3\n"), ()),
    (("pyproject.toml", "[project\n"), ()),
    (("setup.cfg", f"[metadata]\nname = nano-tides\nurl = {REPOSITORY}\n"), ("nano-tides", REPOSITORY)),
    (("setup.cfg", "name = x\n"), ()),
    (("setup.py", 'import os\nos.remove("x")\nsetup(name="nano-tides", version=read())\n'), ("nano-tides",)),
    (("setup.py", 'NAME = "nano-tides"\nsetuptools.setup(name=NAME)\n'), ("nano-tides",)),
    (("setup.py", "setup(name=os.environ['X'])\n"), ()),
    (("PKG-INFO", "Name: nano-tides\nVersion: 1\n\nName: other\n"), ("nano-tides",)),
    (
        (
            "tides-1.dist-info/METADATA",
            f"Name: tides\nProject-URL: Source, {REPOSITORY}\nProject-URL: Docs, https://x.io/a/b\n",
        ),
        ("tides", REPOSITORY),
    ),
    (("CITATION.cff", f"title: Tides of the sea\nrepository-code: '{REPOSITORY}'\n"), (REPOSITORY,)),
    (("pyproject.toml", f'[project]\nname = "{"x" * 500}"\n'), ()),
    (("pyproject.toml", '[project]\nname = "../../etc/passwd"\n'), ()),
]


def test_metadata_give_names_and_addresses() -> None:
    assert not failures(lambda given: names_stated(*given), STATED)


def test_an_address_is_shown_as_the_page_of_its_repository() -> None:
    cases = [
        (f"{REPOSITORY}.git", REPOSITORY),
        ("git@github.com:mere/nano-tides.git", REPOSITORY),
        ("ssh://git@github.com/mere/nano-tides", REPOSITORY),
        ("https://user:secret@github.com/mere/nano-tides", REPOSITORY),
        (f"{REPOSITORY}/blob/main/a.py", REPOSITORY),
        ("https://github.com/mere", ""),
        ("https://evil.example/github.com/mere/x", ""),
        ("../nano-tides", ""),
        ("", ""),
    ]
    assert not failures(code_address, cases)


def test_a_source_goes_by_all_that_names_it() -> None:
    checkout = Checkout("hf:mere/nano-tides@main!model", lambda: iter(()), project="nano-tides")
    assert own_names(checkout, ("tides", REPOSITORY)) == ("tides", "mere/nano-tides", "nano-tides")
    remote = Checkout(f"git+{REPOSITORY}@v1", lambda: iter(()))
    assert own_names(remote, ()) == ("mere/nano-tides",)
    assert own_names(Checkout("../nano-tides", lambda: iter(())), ()) == ()
    assert own_address(checkout, ("tides", f"{REPOSITORY}.git")) == REPOSITORY


def test_only_the_registry_vouches_for_a_name() -> None:
    assert registry_name(Checkout("pypi:nano-tides==1.0", lambda: iter(()), project="nano-tides")) == "nano-tides"
    assert not registry_name(Checkout("nano_tides-1.0-py3-none-any.whl", lambda: iter(()), project="nano-tides"))


def test_a_folder_is_called_what_stands_last_in_its_path() -> None:
    assert not failures(folder_name, [("../nano-tides/", "nano-tides"), ("/home/me/x.zip!a/b", "x"), ("/a/$(b)", "")])


def test_a_project_goes_by_one_name_and_never_by_a_path() -> None:
    def source(root: str, project: str = "") -> Checkout:
        return Checkout(root, lambda: iter(()), project=project)

    cases = [
        ((source("pypi:lantern==1", "lantern"), ("other",)), "lantern"),
        ((source("../x"), ("nano-tides", "mere/nano")), "nano-tides"),
        ((source("../x"), ("mere/nano-tides",)), "nano-tides"),
        ((source("../nano-tides"), ()), "nano-tides"),
        ((source("/home/me/$(x)"), ()), ""),
    ]
    assert not failures(lambda given: project_name(*given), cases)


def test_declarations_hold_the_names_of_a_folder_and_of_a_wheel(tmp_path: Path) -> None:
    files = {"tides/a.py": "x = 1\n", "nano_tides-1.0.dist-info/METADATA": "Name: nano-tides\nVersion: 1.0\n"}
    assert declarations_of(written(tmp_path / "unpacked", files)).names == ("nano-tides",)
    assert declarations_of(zipped(tmp_path / "nano_tides-1.0-py3-none-any.whl", files)).names == ("nano-tides",)
    with open_source(str(written(tmp_path / "bare", {"tides/a.py": "x = 1\n"}))) as checkout:
        assert read_declarations(checkout).names == ()


def test_hostile_metadata_take_bounded_time() -> None:
    with processor_seconds(at_most=5):
        for path in ("setup.cfg", "PKG-INFO", "CITATION.cff", "pyproject.toml", "setup.py"):
            for text in ("https://github.com/a/" * 10_000, "name=" * 50_000, "Name: x\n" * 30_000, "git@" * 50_000):
                assert len(names_stated(path, text)) <= 20
