"""What is written by hand in setup.cfg agrees with the folders."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = {"modelkin": "scanner", "modelkin.rules": "rules", "modelkin.corpora": "corpora"}
# Patterns for what a later release ships.
NOT_YET_SHIPPED = {("modelkin.rules", "**/*.yaml")}
ACCUSING = re.compile(r"stolen|\bsteal|thief|theft|plagiar|copycat|guilty|culprit|pirate|cheat", re.IGNORECASE)


def configuration() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def listed(value: str) -> list[str]:
    return [entry.strip() for entry in re.split(r"[\n,]", value) if entry.strip() and not entry.strip().startswith("#")]


def package_folders() -> dict[str, Path]:
    found = {}
    for package, folder in FOLDERS.items():
        for init in (ROOT / folder).rglob("__init__.py"):
            inner = init.parent.relative_to(ROOT / folder).parts
            found[".".join((package, *inner))] = init.parent
    return found


def shipped_data() -> dict[tuple[str, str], set[Path]]:
    """The files each package-data pattern matches."""
    folders = package_folders()
    section = configuration()["options.package_data"]
    return {
        (package, pattern): set(folders[package].glob(pattern))
        for package, patterns in section.items()
        for pattern in listed(patterns)
    }


def test_every_folder_with_modules_is_a_listed_package() -> None:
    assert listed(configuration()["options"]["packages"]) == sorted(package_folders())


def test_every_module_lies_in_a_package() -> None:
    packages = set(package_folders().values())
    stray = [path for path in (ROOT / "scanner").rglob("*.py") if path.parent not in packages]
    assert not stray


def test_every_data_file_is_shipped() -> None:
    shipped = set().union(*shipped_data().values())
    data = {
        path
        for folder in FOLDERS.values()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert data <= shipped


@pytest.mark.parametrize("pattern", sorted(shipped_data().keys() - NOT_YET_SHIPPED))
def test_every_data_pattern_matches_a_file(pattern: tuple[str, str]) -> None:
    assert shipped_data()[pattern]


def test_every_requirement_says_what_it_is_for() -> None:
    lines = (ROOT / "setup.cfg").read_text(encoding="utf-8").splitlines()
    first = lines.index("install_requires =") + 1
    for number, line in enumerate(lines[first:], first):
        if not line.startswith(" "):
            break
        is_reason = line.strip().startswith("#")
        assert is_reason or lines[number - 1].strip().startswith("#"), f"{line.strip()} is required without a reason"


def test_the_version_is_the_changelog_s_newest() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == configuration()["metadata"]["version"]


def test_the_product_states_facts_and_accuses_nobody() -> None:
    texts = [ROOT / "README.md", ROOT / "CHANGELOG.md"]
    texts += [
        path
        for folder in ("scanner", "rules")
        for path in (ROOT / folder).rglob("*")
        if path.suffix not in (".pyc", ".safetensors")
    ]
    for path in texts:
        if path.is_file():
            found = ACCUSING.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{path}: {found and found[0]}"
