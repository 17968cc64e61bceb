"""What is written by hand in setup.cfg agrees with the folders, and with the lock of what tests install."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from configparser import ConfigParser
from itertools import product
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .support.locked import LOCK, locked

ROOT = Path(__file__).parent.parent
FOLDERS = {"modelkin": "scanner", "modelkin.rules": "rules", "modelkin.corpora": "corpora"}
# Patterns for what a later release ships.
NOT_YET_SHIPPED = {("modelkin.rules", "**/*.yaml")}
# The shipped corpus is packed, or lies in a checkout as it was built.
EITHER = {("modelkin.corpora", "*.packed"), ("modelkin.corpora", "*.safetensors")}
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


def test_every_data_pattern_matches_a_file() -> None:
    without = {pattern for pattern, files in shipped_data().items() if not files}
    assert without - EITHER <= NOT_YET_SHIPPED
    assert not without >= EITHER


class Stated(NamedTuple):
    """A requirement as it stands in setup.cfg: of the product or of which extra, and the comment right above it."""

    owner: str
    requirement: Requirement
    comment: str


def stated_requirements() -> Iterator[Stated]:
    section = owner = comment = ""
    for line in (ROOT / "setup.cfg").read_text(encoding="utf-8").splitlines():
        bare = line.strip()
        if line.startswith("["):
            section = bare
        elif line.endswith(" ="):
            owner = bare.removesuffix(" =")
        elif bare.startswith("#"):
            comment += bare
            continue
        elif bare and (owner == "install_requires" or section == "[options.extras_require]"):
            yield Stated(owner, Requirement(bare), comment)
        comment = ""


STATED = list(stated_requirements())
LOCKED = list(locked(LOCK.read_text(encoding="utf-8")))
BUILD = [Requirement(each) for each in re.findall(r'"([^"]+)"', (ROOT / "pyproject.toml").read_text().split("]")[1])]


def test_every_requirement_is_looked_at() -> None:
    lists = {"install_requires": configuration()["options"]["install_requires"]}
    lists |= configuration()["options.extras_require"]
    expected = [
        (owner, str(Requirement(line)))
        for owner, text in lists.items()
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]
    assert [(each.owner, str(each.requirement)) for each in STATED] == expected
    assert [each.name for each in BUILD] == ["setuptools", "setuptools-scm"]


def test_a_requirement_says_what_it_is_for_and_why_it_has_a_limit() -> None:
    failures = [f"{each.owner}: {each.requirement} is required without a reason" for each in STATED if not each.comment]
    failures += [
        f"{each.owner}: {each.requirement}: the comment above does not say what comes with {limit.version}"
        for each in STATED
        for limit in each.requirement.specifier
        if limit.operator not in (">=", ">") and limit.version.removesuffix(".*") not in each.comment
    ]
    assert not failures


def test_what_is_required_is_locked_within_its_range() -> None:
    failures = []
    for requirement in (*(each.requirement for each in STATED), *BUILD):
        found = [each for each in LOCKED if each.name == canonicalize_name(requirement.name)]
        failures += [each.requirement for each in found if not requirement.specifier.contains(each.version)]
        failures += [requirement] if not found else []
    assert not failures, "run `bash .ci/lock`"


def test_the_lock_has_one_release_of_each_for_every_python_and_system() -> None:
    systems = (("linux", "posix"), ("darwin", "posix"), ("win32", "nt"))
    failures = []
    for python, (system, name) in product(("3.10", "3.11", "3.12", "3.13"), systems):
        around = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
        around["os_name"] = name
        chosen = Counter(each.name for each in LOCKED if each.is_for(around))
        required = {
            canonicalize_name(each.name)
            for each in (*(stated.requirement for stated in STATED), *BUILD)
            if each.marker is None or each.marker.evaluate(dict(around))
        }
        failures += [(python, system, each, count) for each, count in chosen.items() if count > 1]
        failures += [(python, system, each, 0) for each in required - chosen.keys()]
    assert not failures


def test_the_lock_is_of_releases_with_hashes_and_of_nothing_on_this_machine() -> None:
    # An option of pip's, an address or a path is no pinned requirement, so that reading the lock would have failed.
    assert all(each.hashes and each.version and each.requirement.url is None for each in LOCKED)
    comments = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if line.lstrip().startswith("#")]
    assert comments[1] == "#    bash .ci/lock"
    assert not [line for line in comments[2:] if "/" in line]


def test_nothing_heavy_is_locked() -> None:
    # The product needs none of these: a dependency that brings one in is to be thought about.
    assert not {each.name for each in LOCKED} & {"torch", "tensorflow", "jax", "transformers", "pandas", "scipy"}


def test_the_product_states_facts_and_accuses_nobody() -> None:
    texts = [ROOT / "README.md", ROOT / "CHANGELOG.md"]
    texts += [
        path
        for folder in ("scanner", "rules")
        for path in (ROOT / folder).rglob("*")
        if path.suffix not in (".pyc", ".safetensors", ".packed")
    ]
    for path in texts:
        if path.is_file():
            found = ACCUSING.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{path}: {found and found[0]}"
