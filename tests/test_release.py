"""What a release is made of: its number, its description, and a wheel and an sdist that hold what they should."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.metadata import Metadata

from .support.documents import README, ROOT
from .support.small_corpora import ATTENTION, Upstream, corpus_of

FILES = (
    *("setup.py", "setup.cfg", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "NOTICE"),
    *(".gitattributes", ".git_archival.txt"),
)
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
ADDRESS = "https://code.example/org/modelkin"
BUILDS = "from setuptools import build_meta as b; b.build_sdist('dist'); b.build_wheel('dist')"


def run(folder: Path, *command: str, **environment: str) -> str:
    around = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **environment}
    done = subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def git(folder: Path, *words: str) -> str:
    return run(folder, "git", *IDENTITY, *words)


def version_of(folder: Path) -> str:
    return run(folder, sys.executable, "setup.py", "--version").strip().splitlines()[-1]


def says_changelog(folder: Path, *headings: str) -> None:
    text = "# Changelog\n" + "".join(f"\n## {heading}\n\n- Something.\n" for heading in headings)
    (folder / "CHANGELOG.md").write_text(text)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What the number and the description follow from, as a repository with one commit and no tag."""
    folder = tmp_path / "tree"
    folder.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    says_changelog(folder, "0.1.0 (unreleased)")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def shallow(tree: Path) -> Path:
    clone = tree.parent / "shallow"
    git(tree.parent, "clone", "-q", "--depth=1", "--no-tags", tree.as_uri(), str(clone))
    return clone


def archived(tree: Path) -> Path:
    unpacked = tree.parent / "archived"
    git(tree, "archive", "-o", str(tree.parent / "archive.tar"), "HEAD")
    with tarfile.open(tree.parent / "archive.tar") as archive:
        archive.extractall(unpacked, filter="data")
    return unpacked


def without_git(tree: Path) -> Path:
    return shutil.copytree(tree, tree.parent / "bare", ignore=shutil.ignore_patterns(".git"))


def as_it_is(tree: Path) -> Path:
    return tree


def one_commit_later(tree: Path) -> Path:
    git(tree, "commit", "-q", "--allow-empty", "-m", "more")
    return tree


def the_next_begun(tree: Path) -> Path:
    says_changelog(tree, "0.2.0 (unreleased)", "0.1.0 (2026-12-01)")
    git(tree, "commit", "-qam", "more")
    return tree


BEFORE: list[tuple[Callable[[Path], Path], str]] = [
    (as_it_is, r"0\.1\.0\.dev1\+g[0-9a-f]+"),
    (one_commit_later, r"0\.1\.0\.dev2\+g[0-9a-f]+"),
    (shallow, r"0\.1\.0\.dev1\+g[0-9a-f]+"),
    (archived, r"0\.1\.0\.dev0\+[0-9a-f]+"),
    (without_git, r"0\.1\.0\.dev0"),
]
AFTER: list[tuple[Callable[[Path], Path], str]] = [
    (as_it_is, r"0\.1\.0"),
    (archived, r"0\.1\.0"),
    (shallow, r"0\.1\.0\+g[0-9a-f]+"),
    (without_git, r"0\.1\.0\.post0"),
    (one_commit_later, r"0\.1\.1\.dev1\+g[0-9a-f]+"),
    (the_next_begun, r"0\.2\.0\.dev1\+g[0-9a-f]+"),
]


@pytest.mark.parametrize(("kind", "expected"), BEFORE, ids=[kind.__name__ for kind, _ in BEFORE])
def test_before_a_release_the_version_is_the_changelog_s(
    kind: Callable[[Path], Path], expected: str, tree: Path
) -> None:
    told = version_of(kind(tree))
    assert re.fullmatch(expected, told), told


@pytest.mark.parametrize(("kind", "expected"), AFTER, ids=[kind.__name__ for kind, _ in AFTER])
def test_the_version_of_a_release_is_its_tag(kind: Callable[[Path], Path], expected: str, tree: Path) -> None:
    says_changelog(tree, "0.1.0 (2026-12-01)")
    git(tree, "commit", "-qam", "release")
    git(tree, "tag", "v0.1.0")
    told = version_of(kind(tree))
    assert re.fullmatch(expected, told), told


def test_the_newest_heading_of_the_changelog_is_a_version_and_its_day() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert re.fullmatch(r"\d+\.\d+\.\d+ \((unreleased|\d{4}-\d\d-\d\d)\)", headings[0])
    # The README's hook is of the newest release, or of the first.
    rev = re.search(r"^  rev: (\S+)", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert rev is not None
    released = [heading.split()[0] for heading in headings if "unreleased" not in heading]
    assert rev[1] == f"v{(released or [headings[-1].split()[0]])[0]}"


def with_address(tree: Path) -> None:
    settings = (tree / "setup.cfg").read_text()
    assert "project_urls" not in settings
    told = f"[metadata]\nproject_urls =\n    Source = {ADDRESS}\n    Changelog = {ADDRESS}/blob/HEAD/CHANGELOG.md\n"
    (tree / "setup.cfg").write_text(settings.replace("[metadata]\n", told, 1))


def test_the_links_of_the_description_lead_to_the_address_that_setup_cfg_names(tree: Path) -> None:
    with_address(tree)
    text = runpy.run_path(str(tree / "setup.py"))["description"]()
    links = re.findall(r"\]\(([^)\s]*)", text)
    assert len(links) > 20
    assert all(re.match("https?://", link) for link in links)
    led = [link.removeprefix(f"{ADDRESS}/blob/HEAD/") for link in links if link.startswith(f"{ADDRESS}/blob/")]
    assert all((ROOT / link.partition("#")[0]).exists() for link in led)
    assert "![modelkin scan of one file" in text
    assert f"({ADDRESS}/raw/HEAD/docs/scan.svg)" in text


def test_the_description_has_no_link_that_leads_nowhere_while_there_is_no_address(tree: Path) -> None:
    text = runpy.run_path(str(tree / "setup.py"))["description"]()
    assert not re.findall(r"\]\((?!https?://)", text)
    assert "docs/ci.md" in text


def built(source: Path, folder: Path) -> Path:
    """A clone of ``source`` in ``folder``, and what is built in it."""
    run(source, "bash", "-c", f"umask 022; git clone -q . '{folder}'")
    epoch = git(folder, "log", "-1", "--format=%ct").strip()
    run(folder, sys.executable, "-c", BUILDS, SOURCE_DATE_EPOCH=epoch)
    return folder / "dist"


@pytest.mark.skipif(sys.platform == "win32", reason="a release is made on Unix")
def test_a_wheel_and_an_sdist_have_the_same_bytes_twice_and_hold_what_they_should(tree: Path, tmp_path: Path) -> None:
    for name in ("scanner", "rules", "docs", "templates", ".ci"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True)
    for name in ("corpora", "tests"):
        (tree / name).mkdir()
        shutil.copy(ROOT / name / "__init__.py", tree / name)
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")).save(
        tree / "corpora" / "base.safetensors"
    )
    with_address(tree)
    says_changelog(tree, "0.1.0 (2026-12-01)")
    git(tree, "add", "-f", ".")
    git(tree, "commit", "-qm", "release")
    git(tree, "tag", "v0.1.0")
    first, second = (built(tree, tmp_path / name) for name in ("first", "second"))
    names = ["modelkin-0.1.0-py3-none-any.whl", "modelkin-0.1.0.tar.gz"]
    assert sorted(path.name for path in first.iterdir()) == names
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)

    with tarfile.open(first / names[1]) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    tracked = set(git(tree, "ls-files").split()) - {".ci/types/modelkin"}  # a link, for mypy
    assert tracked <= inside
    with zipfile.ZipFile(first / names[0]) as wheel:
        inside = set(wheel.namelist())
        metadata = wheel.read("modelkin-0.1.0.dist-info/METADATA")
    expected = {f"modelkin/{path.relative_to(ROOT / 'scanner')}" for path in (ROOT / "scanner").rglob("*.py")}
    expected |= {"modelkin/py.typed", "modelkin/corpora/base.safetensors", "modelkin/rules/licence_texts.safetensors"}
    schemas = {path.name for path in (ROOT / "docs" / "schemas").glob("*.json")}
    expected |= {f"modelkin-0.1.0.data/data/share/doc/modelkin/schemas/{name}" for name in schemas}
    assert expected <= inside
    others = {name for name in inside if name.split("/")[0] not in ("modelkin", "modelkin-0.1.0.dist-info")}
    assert len(others) == len(schemas)
    read = Metadata.from_email(metadata, validate=True)
    assert (read.name, str(read.version), read.license_expression) == ("modelkin", "0.1.0", "Apache-2.0")
    assert read.project_urls == {"Source": ADDRESS, "Changelog": f"{ADDRESS}/blob/HEAD/CHANGELOG.md"}
    assert set(read.license_files or ()) == {"LICENSE", "NOTICE"}


@pytest.mark.skipif(sys.platform == "win32", reason="a release is made on Unix")
def test_nothing_is_released_that_is_no_tag(tree: Path) -> None:
    shutil.copytree(ROOT / ".ci", tree / ".ci", symlinks=True)
    command = ("bash", ".ci/release")
    around = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(command, cwd=tree, env=around, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("not released: HEAD is at no tag such as v0.1.0")
    assert not (tree / "dist").exists()
