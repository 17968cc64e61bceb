"""A manifest is checked to the last key before anything is fetched, and wrong entries are named with their key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from modelkin.corpus.builds.manifest import read_manifest
from modelkin.corpus.builds.upstream_entry import project_of
from modelkin.corpus.store import open_corpus, shipped_path
from modelkin.errors import CorpusError
from modelkin.support.globs import matcher

from ..support.small_corpora import ENTRY

# Each level holds the one before nine times: 9 ** 9 strings when written out.
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))


def written(folder: Path, *entries: object) -> Path:
    path = folder / "manifest.yaml"
    path.write_text(yaml.safe_dump({"upstreams": list(entries)}))
    return path


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in ENTRY.items() if name != key}


def refused(path: Path) -> str:
    """What is said of a manifest, in one short line that begins with its path; nothing, where it can be read."""
    try:
        read_manifest(path)
    except CorpusError as error:
        message = str(error)
        short = message.startswith(f"{path}: ") and "\n" not in message and len(message) < 1_000
        return message.removeprefix(f"{path}: ") if short else f"not in one short line: {message!r}"
    return ""


def test_an_entry_is_read_with_its_defaults(tmp_path: Path) -> None:
    (upstream,) = read_manifest(written(tmp_path, without("exclude")))
    assert (upstream.name, upstream.releases, upstream.exclude) == ("lantern", ("1.0", "2.0"), ())
    assert (upstream.published, upstream.begun) == ({}, "")
    assert project_of([upstream], "2020-01-02").source == ENTRY["source"]


def test_a_date_is_of_the_first_release_or_of_those_it_names_quoted_or_not(tmp_path: Path) -> None:
    read = []
    for given in ("2021-01-06", date(2021, 1, 6), {"1.0": "2021-01-06"}, {"2.0": date(2021, 1, 7)}):
        (upstream,) = read_manifest(written(tmp_path, ENTRY | {"published": given, "begun": date(2020, 1, 2)}))
        read.append((upstream.published, upstream.begun))
    first = {"1.0": "2021-01-06"}, "2020-01-02"
    assert read == [first, first, first, ({"2.0": "2021-01-07"}, "2020-01-02")]


def test_the_shipped_manifest_chooses_what_the_shipped_corpus_holds() -> None:
    upstreams = read_manifest(Path(__file__).parent.parent.parent / "corpora" / "upstreams.yaml")
    chosen: dict[str, list[tuple[Callable[[str], bool], Callable[[str], bool]]]] = {}
    for each in upstreams:
        chosen.setdefault(each.name, []).append((matcher(each.include), matcher(each.exclude)))
    corpus = open_corpus(shipped_path())
    held = {
        (version.project.name, version.path) for version in map(corpus.version_at, range(len(corpus.version_paths)))
    }
    assert {project for project, _ in held} == chosen.keys()
    others = [
        (name, path)
        for name, path in held
        if not any(takes(path) and not leaves(path) for takes, leaves in chosen[name])
    ]
    assert others == []


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    keys = sorted(ENTRY.keys() - {"exclude", "package"})
    where = dict.fromkeys(keys, "entry 2 (lantern)") | {"name": "entry 2"}
    told = {key: refused(written(tmp_path, ENTRY, without(key))) for key in keys}
    assert told == {key: f"{where[key]}: key '{key}' is missing" for key in keys}


HASH, OTHER_HASH = "0123456789abcdef" * 2 + "01234567", "f" * 40


def of_git(**changes: Any) -> dict[str, Any]:
    entry = without("package") | {"git": "https://example.org/lantern.git", "releases": [HASH]} | changes
    return {key: value for key, value in entry.items() if value is not None}


def of_hub(**changes: Any) -> dict[str, Any]:
    return of_git(**{"git": None, "hf": "lantern/lantern-7b"} | changes)


def test_an_entry_may_be_of_git_or_of_the_hub_by_full_hashes(tmp_path: Path) -> None:
    github = of_git(git="https://github.com/lantern/models.git", source=None)
    read = read_manifest(written(tmp_path, ENTRY, of_git(), of_hub(source=None, releases=[OTHER_HASH]), github))
    assert [each.spec(each.releases[0]) for each in read] == [
        "pypi:lantern-models==1.0",
        f"git+https://example.org/lantern.git@{HASH}",
        f"hf:lantern/lantern-7b@{OTHER_HASH}",
        f"git+https://github.com/lantern/models.git@{HASH}",
    ]
    assert [each.source for each in read[2:]] == [
        "https://huggingface.co/lantern/lantern-7b/blob/{release}/{path}",
        "https://github.com/lantern/models/blob/{release}/{path}",
    ]


def test_entries_of_one_name_are_one_project_with_its_packages(tmp_path: Path) -> None:
    full = {**ENTRY, "package": "Lantern_Full", "source": "https://full", "licence": "GPL-3.0-only"}
    entries = read_manifest(written(tmp_path, of_git(), ENTRY, full, {**full, "releases": ["3.0"]}))
    project = project_of(entries, "2020-01-02")
    assert (project.package, project.also, project.licence) == ("lantern-models", ("Lantern_Full",), "MIT")
    assert project.packages == ("lantern-models", "Lantern_Full")
    assert entries[2].origin == "pypi:lantern-full"


def test_a_licence_is_of_all_releases_or_from_one_on(tmp_path: Path) -> None:
    releases = ["1.0", "2.0", "3.0"]
    for given, expected in (
        ("MIT", ["MIT", "MIT", "MIT"]),
        ({"1.0": "MIT", "2.0": "GPL-3.0-only"}, ["MIT", "GPL-3.0-only", "GPL-3.0-only"]),
        ({"3.0": "0BSD", "1.0": "MIT"}, ["MIT", "MIT", "0BSD"]),
    ):
        (upstream,) = read_manifest(written(tmp_path, ENTRY | {"licence": given, "releases": releases}))
        assert [upstream.licence(release) for release in releases] == expected


SEVERAL_ENTRIES: tuple[tuple[tuple[object, ...], str], ...] = (
    ((ENTRY, ENTRY), "entry 2 (lantern): release 1.0 is that of entry 1: list it once"),
    ((ENTRY, ENTRY | {"package": "Lantern.Models"}), "entry 2 (lantern): release 1.0 is that of entry 1: list it once"),
    ((of_git(), of_git(git="https://example.org/lantern")), f"entry 2 (lantern): release {HASH} is that of entry 1"),
    ((ENTRY, ENTRY | {"package": "full"}), ""),
    ((ENTRY, ENTRY | {"name": "other"}), ""),
    (
        (ENTRY, ENTRY | {"package": "full", "homepage": "https://other"}),
        "entry 2 (lantern): 'homepage' is not that of entry 1, which is the same project",
    ),
    (
        (ENTRY | {"begun": "2020-01-02"}, of_git(), of_hub(begun="2020-01-03")),
        "entry 1 (lantern): 'begun' is given as 2020-01-02 and 2020-01-03: give a project one date",
    ),
    ((ENTRY | {"begun": "2020-01-02"}, of_git(begun="2020-01-02")), ""),
)


def test_entries_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    told = [(refused(written(tmp_path, *entries)), message) for entries, message in SEVERAL_ENTRIES]
    assert not [each for each in told if not each[0].startswith(each[1]) or (not each[1] and each[0])]


WRONG_ENTRIES: tuple[tuple[object, str], ...] = (
    (
        {**ENTRY, "licenze": "MIT"},
        "entry 1 (lantern): unknown key 'licenze'; known are begun, exclude, git, hf, homepage, include, licence",
    ),
    ({**ENTRY, 7: "MIT"}, "entry 1 (lantern): unknown key 7; known are "),
    ({**ENTRY, "name": 7}, "entry 1: 'name' must be a string"),
    (without("package"), "entry 1 (lantern): none of the keys package, git, hf says where its releases are"),
    (of_git(package="lantern"), "entry 1 (lantern): 'package' and 'git' are two sources: give each an entry"),
    (of_git(source=None), "entry 1 (lantern): key 'source' is missing"),
    (of_git(git="git+https://example.org/l.git"), "entry 1 (lantern): 'git' is an address without git+"),
    (of_git(git="example.org/l.git"), "entry 1 (lantern): git+example.org/l.git@0123"),
    (of_git(git=["https://example.org/l"]), "entry 1 (lantern): 'git' must be a string"),
    (
        of_git(releases=["v1.0"]),
        "entry 1 (lantern): release 'v1.0' is no full hash: write the 40 digits of",
    ),
    (of_git(releases=[HASH[:12]]), "entry 1 (lantern): release '0123456789ab' is no full hash: write the 40 digits"),
    (of_git(releases=[HASH.upper()]), "entry 1 (lantern): release '0123456789ABCDEF"),
    (
        of_hub(releases=["main"]),
        "entry 1 (lantern): release 'main' is no full hash: write the 40 digits of",
    ),
    (of_hub(hf="lantern-7b"), "entry 1 (lantern): 'hf' must be ORG/NAME, as in openbmb/MiniCPM-V-2"),
    (of_hub(hf="../lantern-7b"), "entry 1 (lantern): 'hf' must be ORG/NAME"),
    ({**ENTRY, "package": "../lamp"}, "entry 1 (lantern): pypi:../lamp==1.0 is not a registry package: write pypi:"),
    ({**ENTRY, "releases": ["one"]}, "entry 1 (lantern): release 'one' is not a version"),
    ({**ENTRY, "licence": {}}, "entry 1 (lantern): 'licence' must begin with 1.0, the first of 'releases'"),
    ({**ENTRY, "licence": {"2.0": "MIT"}}, "entry 1 (lantern): 'licence' must begin with 1.0, the first of"),
    ({**ENTRY, "licence": {"3.0": "MIT"}}, "entry 1 (lantern): 'licence' has a licence of '3.0', which is none of"),
    ({**ENTRY, "licence": {1.0: "MIT"}}, "entry 1 (lantern): 'licence' has a licence of 1.0, which is none of"),
    ({**ENTRY, "licence": {"1.0": None}}, "entry 1 (lantern): 'licence' of 1.0 must be a string"),
    ({**ENTRY, "exclude": ["lantern/"]}, "entry 1 (lantern): 'exclude' leaves nothing of what 'include' names"),
    ({**ENTRY, "exclude": ["*.py"]}, "entry 1 (lantern): 'exclude' leaves nothing of what 'include' names"),
    ({**ENTRY, "native": ["csrc/[a"]}, "entry 1 (lantern): the glob 'csrc/[a' matches nothing: a [ is never closed"),
    ({**ENTRY, "native": "csrc"}, "entry 1 (lantern): 'native' must be a list of strings"),
    ({**ENTRY, "licence": None}, "entry 1 (lantern): 'licence' must be a string"),
    ({**ENTRY, "licence": ["MIT"]}, "entry 1 (lantern): 'licence' must be a string"),
    ({**ENTRY, "releases": [1.1]}, "entry 1 (lantern): 'releases' must be a list of strings; quote versions"),
    ({**ENTRY, "releases": "1.0"}, "entry 1 (lantern): 'releases' must be a list of strings; quote versions"),
    ({**ENTRY, "releases": []}, "entry 1 (lantern): 'releases' is empty"),
    ({**ENTRY, "releases": ["1.0", "1.0"]}, "entry 1 (lantern): release 1.0 is listed twice"),
    ({**ENTRY, "include": {"a": "b"}}, "entry 1 (lantern): 'include' must be a list of strings"),
    (
        {**ENTRY, "include": ["a/[b.py"]},
        "entry 1 (lantern): the glob 'a/[b.py' matches nothing: a [ is never closed",
    ),
    ({**ENTRY, "exclude": [None]}, "entry 1 (lantern): 'exclude' must be a list of strings"),
    ({**ENTRY, "published": 2021}, "entry 1 (lantern): 'published' must be a date, as in 2021-01-06"),
    ({**ENTRY, "published": "2021-02-30"}, "entry 1 (lantern): 'published': '2021-02-30' is no date"),
    ({**ENTRY, "published": "2021-2-3"}, "entry 1 (lantern): 'published': '2021-2-3' is no date"),
    ({**ENTRY, "published": datetime(2021, 2, 3, 4)}, "entry 1 (lantern): 'published' must be a date"),
    ({**ENTRY, "published": ["2021-02-03"]}, "entry 1 (lantern): 'published' must be a date"),
    (
        {**ENTRY, "published": {"3.0": "2021-02-03"}},
        "entry 1 (lantern): 'published' has a date of '3.0', which is none of 'releases'",
    ),
    ({**ENTRY, "published": {2.0: "2021-02-03"}}, "entry 1 (lantern): 'published' has a date of 2.0, which is none"),
    ({**ENTRY, "published": {"2.0": None}}, "entry 1 (lantern): 'published' must be a date"),
    ({**ENTRY, "begun": {"2.0": "2021-02-03"}}, "entry 1 (lantern): 'begun' must be a date"),
    ({**ENTRY, "begun": "9000-01-01"}, "entry 1 (lantern): 'begun': 9000-01-01 is in the future"),
    ("lantern", "entry 1 of upstreams is not a mapping"),
    (None, "entry 1 of upstreams is not a mapping"),
)


def test_a_wrong_entry_is_named_with_its_key(tmp_path: Path) -> None:
    told = [(entry, refused(written(tmp_path, entry)), message) for entry, message in WRONG_ENTRIES]
    assert not [each for each in told if not each[1].startswith(each[2])]


NO_MANIFESTS = (
    ("", "has no list `upstreams`"),
    ("[]", "has no list `upstreams`"),
    ("lantern", "has no list `upstreams`"),
    ("upstreams:", "has no list `upstreams`"),
    ("upstreams: []", "has no list `upstreams`"),
    ("upstreams: {name: lantern}", "has no list `upstreams`"),
    ("upstreams: [", "not valid YAML: "),
    ("upstreams: !!python/object/apply:os.system [true]", "not valid YAML: could not determine a constructor"),
    ("upstreams: *gone", "not valid YAML: found undefined alias 'gone'"),
    ("upstreams: [{? [name] : lantern}]", "not valid YAML: "),
    ("upstreams: [{name: 2020-13-45}]", "not valid YAML: month must be in 1..12"),
    ("upstreams: &a [*a]", "entry 1 of upstreams is not a mapping"),
    ("upstreams: [&a {name: *a}]", "entry 1: key 'homepage' is missing"),
    (BOMB + "upstreams: [{name: *a9}]", "entry 1: key 'homepage' is missing"),
    (BOMB + "upstreams: *a9", "entry 1 of upstreams is not a mapping"),
    ("[" * 100_000, "not valid YAML: nested too deeply"),
    ("upstreams: [{\x1b: 1}]", "not valid YAML: unacceptable character"),
    ("\0", "not valid YAML: unacceptable character"),
)


def test_what_is_no_manifest_is_an_error(tmp_path: Path) -> None:
    told = []
    for text, message in NO_MANIFESTS:
        (tmp_path / "manifest.yaml").write_text(text)
        told.append((text[:30], refused(tmp_path / "manifest.yaml"), message))
    assert not [each for each in told if not each[1].startswith(each[2])]


def test_a_manifest_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    assert refused(tmp_path / "binary").startswith("not valid YAML: 'utf-8' codec can't decode")
    assert refused(tmp_path / "gone") == "cannot be read: No such file or directory"
    assert refused(tmp_path) == "cannot be read: Is a directory"
