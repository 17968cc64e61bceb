"""A manifest is checked to the last key before anything is fetched, and builds the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelkin.cli import main
from modelkin.corpus.building import build
from modelkin.corpus.library import projects, verify
from modelkin.corpus.manifest import read_manifest
from modelkin.corpus.store import open_corpus, shipped_path
from modelkin.errors import CorpusError, ModelkinError
from modelkin.support.globs import matcher

from ..support.index_server import Index, serving, wheel
from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE

ENTRY: dict[Any, Any] = {
    "name": "lantern",
    "package": "lantern-models",
    "licence": "MIT",
    "homepage": "https://example.org",
    "source": "https://example.org/{release}/{path}",
    "releases": ["1.0", "2.0"],
    "include": ["lantern/**"],
    "exclude": ["**/test_*"],
}
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


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A package index with two releases of a project, and a cache of its own."""
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url)
        files = {"lantern/attention.py": ATTENTION, "lantern/test_attention.py": SCHEDULE, "lantern/notes.txt": "words"}
        first = {name: text.encode() for name, text in files.items()}
        second = {**first, "lantern/rotary.py": ROTARY.encode()}
        running.add("lantern_models-1.0-py3-none-any.whl", wheel(first), **{"upload-time": "2021-02-03T04:05:06Z"})
        running.add("lantern_models-2.0-py3-none-any.whl", wheel(second), **{"upload-time": "2022-03-04T05:06:07Z"})
        yield running


@pytest.mark.usefixtures("index")
def test_a_manifest_builds_the_same_bytes_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, output = written(tmp_path, ENTRY), tmp_path / "new" / "base.safetensors"
    steps: list[tuple[int, int, str]] = []
    facts = build(manifest, output, lambda *step: steps.append(step))
    first = output.read_bytes()
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "another"))
    build(manifest, output)
    assert output.read_bytes() == first
    assert (facts.name, facts.version, facts.projects, facts.releases, facts.files) == ("base", "2022.03.04", 1, 2, 2)
    assert steps == [(0, 2, "pypi:lantern-models==1.0"), (1, 2, "pypi:lantern-models==2.0")]
    assert verify(output) == []


@pytest.mark.usefixtures("index")
def test_a_corpus_says_what_it_was_built_from(tmp_path: Path) -> None:
    build(written(tmp_path, ENTRY), tmp_path / "base.safetensors")
    corpus = open_corpus(tmp_path / "base.safetensors")
    versions = [version for file in range(corpus.file_count) for version in corpus.versions(file)]
    assert {(version.path, version.release.version) for version in versions} == {
        ("lantern/attention.py", "1.0"),
        ("lantern/attention.py", "2.0"),
        ("lantern/rotary.py", "2.0"),
    }
    assert {version.release.released for version in versions} == {"2021-02-03", "2022-03-04"}
    assert all(len(version.release.sha256) == 64 for version in versions)
    (row,) = projects(tmp_path / "base.safetensors")
    assert (row.name, row.releases, row.files, row.licence) == ("lantern", "1.0 to 2.0 (2)", 3, "MIT")


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"include": ["other/**"]}, "the globs of lantern match no Python file in pypi:lantern-models==1.0"),
        ({"releases": ["3.0"]}, "lantern-models has no release 3.0: nearest 2.0, newest 2.0"),
        ({"package": "lamp"}, "there is no package called lamp on http://127.0.0.1"),
        ({"package": "../lamp"}, "pypi:../lamp==1.0 is not a registry package: write pypi:"),
        ({"releases": ["one"]}, "one is not a version"),
    ],
    ids=str,
)
def test_a_build_that_fails_leaves_the_old_corpus(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    (tmp_path / "base.safetensors").write_text("old")
    with pytest.raises(ModelkinError) as raised:
        build(written(tmp_path, ENTRY | change), tmp_path / "base.safetensors")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert (tmp_path / "base.safetensors").read_text() == "old"


def test_an_output_that_cannot_be_written_is_known_before_anything_is_fetched(tmp_path: Path, index: Index) -> None:
    with pytest.raises(CorpusError, match="cannot be written: Is a directory"):
        build(written(tmp_path, ENTRY), tmp_path)
    assert index.requests == []


@pytest.mark.usefixtures("index")
def test_the_command_line_builds_and_says_what_it_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpus", "build", str(written(tmp_path, ENTRY)), str(tmp_path / "base.safetensors")]) == 0
    assert "\nversion: 2022.03.04\n" in capsys.readouterr().out
    assert main(["corpus", "build", str(tmp_path / "gone"), str(tmp_path / "base.safetensors")]) == 2
    assert capsys.readouterr().err == f"modelkin: error: {tmp_path}/gone: cannot be read: No such file or directory\n"
