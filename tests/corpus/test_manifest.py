"""A manifest is checked to the last key before anything is fetched, and wrong entries are named with their key."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from modelkin.corpus.manifest import read_manifest
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
    assert upstream.project("2020-01-02").source == ENTRY["source"]


def test_a_date_is_of_the_first_release_or_of_those_it_names_quoted_or_not(tmp_path: Path) -> None:
    read = []
    for given in ("2021-01-06", date(2021, 1, 6), {"1.0": "2021-01-06"}, {"2.0": date(2021, 1, 7)}):
        (upstream,) = read_manifest(written(tmp_path, ENTRY | {"published": given, "begun": date(2020, 1, 2)}))
        read.append((upstream.published, upstream.begun))
    first = {"1.0": "2021-01-06"}, "2020-01-02"
    assert read == [first, first, first, ({"2.0": "2021-01-07"}, "2020-01-02")]


def test_the_shipped_manifest_chooses_what_the_shipped_corpus_holds() -> None:
    upstreams = read_manifest(Path(__file__).parent.parent.parent / "corpora" / "upstreams.yaml")
    chosen = {each.name: (matcher(each.include), matcher(each.exclude)) for each in upstreams}
    corpus = open_corpus(shipped_path())
    held = {
        (version.project.name, version.path) for version in map(corpus.version_at, range(len(corpus.version_paths)))
    }
    assert {project for project, _ in held} == chosen.keys()
    others = [(name, path) for name, path in held if not chosen[name][0](path) or chosen[name][1](path)]
    assert others == []


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    keys = sorted(ENTRY.keys() - {"exclude"})
    where = dict.fromkeys(keys, "entry 2 (lantern)") | {"name": "entry 2"}
    told = {key: refused(written(tmp_path, ENTRY, without(key))) for key in keys}
    assert told == {key: f"{where[key]}: key '{key}' is missing" for key in keys}


WRONG_ENTRIES: tuple[tuple[object, str], ...] = (
    (
        {**ENTRY, "licenze": "MIT"},
        "entry 1 (lantern): unknown key 'licenze'; known are begun, exclude, homepage",
    ),
    ({**ENTRY, 7: "MIT"}, "entry 1 (lantern): unknown key 7; known are "),
    ({**ENTRY, "name": 7}, "entry 1: 'name' must be a string"),
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
