"""A repository against corpora: closest upstream and its releases, origin, own releases, options."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

import modelkin
from modelkin.cli import main
from modelkin.errors import ModelkinError
from modelkin.results import Verdict

from .support.index_server import Index, serving, wheel
from .support.upstream_family import (
    COBALT,
    FAMILY,
    GLOW,
    HERON,
    LANTERN,
    MICA,
    TORCH,
    modules_in,
    named_corpus,
    projects,
    scan_one,
)
from .support.upstreams import Release, original

PEBBLE = original("reformatted")
QUILL = original("operator_changed")
TUNDRA = original("every_identifier_renamed")
# A helper that every upstream holds in the same words.
COMMON = """
def load_weights(model, path, strict=True, prefix="model."):
    state = torch.load(path, map_location="cpu")
    state = state.get("state_dict", state)
    cleaned = {}
    for name, tensor in state.items():
        if name.startswith(prefix):
            name = name[len(prefix) :]
        cleaned[name] = tensor.float() if tensor.is_floating_point() else tensor
    missing, unexpected = model.load_state_dict(cleaned, strict=False)
    if strict and (missing or unexpected):
        raise RuntimeError(f"missing {missing}, unexpected {unexpected}")
    return model.eval()
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[..., Path]:
    return partial(named_corpus, tmp_path)


@pytest.fixture
def family(corpus: Callable[..., Path]) -> Path:
    return corpus(*FAMILY)


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., str]:
    return partial(modules_in, tmp_path / "repository")


def test_the_closest_upstream_comes_first_and_the_oldest_is_the_origin(
    family: Path, repository: Callable[..., str]
) -> None:
    file = scan_one(repository(copy=TORCH.replace("Torch", "Beacon")), family)
    assert (file.verdict, projects(file)[0]) == (Verdict.RENAMED, "torch-bearer")
    assert file.origin is not None
    assert (file.origin.project, file.origin.first_release, file.origin.released) == ("lantern", "1.0", "2020-01-10")
    assert file.own_release == ""
    assert {(rename.original, rename.copy) for rename in file.renames} == {
        (f"Torch{part}", f"Beacon{part}") for part in ("Attention", "MLP", "Block", "Encoder")
    }


def test_an_upstream_says_its_licence_and_where_it_is(family: Path, repository: Callable[..., str]) -> None:
    (upstream,) = scan_one(repository(copy=COBALT), family).upstreams
    assert (upstream.licence, upstream.url) == ("MIT", "https://example.org/cobalt/1.0/cobalt/model.py")
    assert (upstream.path, upstream.share, upstream.verdict) == ("cobalt/model.py", 1.0, Verdict.IDENTICAL)


def test_the_releases_that_hold_the_file_as_it_stands_are_given_as_a_range(
    corpus: Callable[..., Path], repository: Callable[..., str]
) -> None:
    changed = LANTERN.replace("eps=1e-6", "eps=1e-5")
    texts = {"1.0": changed.replace("silu", "gelu"), "1.1": LANTERN, "1.2": LANTERN, "1.10": LANTERN, "2.0": changed}
    releases = [
        Release("lantern", version, f"2020-0{month}-01", {"lantern/model.py": text})
        for month, (version, text) in enumerate(texts.items(), 1)
    ]
    known = corpus(*releases, *FAMILY[3:])
    (upstream,) = scan_one(repository(copy=LANTERN.replace("Lantern", "Glow")), known).upstreams
    assert (upstream.first_release, upstream.last_release, upstream.released) == ("1.1", "1.10", "2020-02-01")
    (upstream,) = scan_one(repository(copy=changed), known).upstreams
    assert (upstream.first_release, upstream.last_release) == ("2.0", "2.0")


def test_a_projects_own_release_is_said_and_its_lineage_shown(family: Path, repository: Callable[..., str]) -> None:
    file = scan_one(repository(glow__layers=GLOW), family)
    assert (file.path, file.verdict, file.own_release) == ("glow/layers.py", Verdict.IDENTICAL, "glow 0.1")
    assert projects(file)[0] == "glow"
    assert file.origin is not None
    assert file.origin.project == "lantern"


def test_the_renames_of_an_own_release_are_those_of_its_lineage(family: Path, repository: Callable[..., str]) -> None:
    file = scan_one(repository(glow__layers=GLOW), family)
    assert ("LanternMLP", "GlowMLP") in {(rename.original, rename.copy) for rename in file.renames}


def test_a_file_under_another_path_is_no_own_release(family: Path, repository: Callable[..., str]) -> None:
    assert scan_one(repository(vendored__copied=GLOW), family).own_release == ""
    assert scan_one(repository(vendored__copied=GLOW + "\nDEBUG = 1\n"), family).own_release == ""


def test_an_own_release_below_another_folder_is_one_still(family: Path, repository: Callable[..., str]) -> None:
    assert scan_one(repository(src__glow__layers=GLOW), family).own_release == "glow 0.1"


def test_excluded_upstreams_answer_nothing(family: Path, repository: Callable[..., str]) -> None:
    source = repository(copy=GLOW)
    assert projects(scan_one(source, family))[0] == "glow"
    without = scan_one(source, family, exclude_upstream=("gl*",))
    assert (without.verdict, projects(without)[0]) == (Verdict.RENAMED, "lantern")
    nothing = scan_one(source, family, exclude_upstream=("gl*", "lantern", "torch-*"))
    assert (nothing.verdict, nothing.upstreams, nothing.origin) == (Verdict.INDEPENDENT, (), None)


def test_files_below_the_least_similarity_are_independent(family: Path, repository: Callable[..., str]) -> None:
    source = repository(copy=COBALT + MICA.replace("best", "top").replace("import torch", ""))
    share = scan_one(source, family).similarity
    assert 0.4 < share < 0.8
    assert scan_one(source, family, min_similarity=share - 0.01).verdict is not Verdict.INDEPENDENT
    assert scan_one(source, family, min_similarity=share + 0.01).verdict is Verdict.INDEPENDENT


def test_several_upstreams_of_one_file_are_named_with_their_shares(
    family: Path, repository: Callable[..., str]
) -> None:
    file = scan_one(repository(copy=COBALT + HERON + MICA), family)
    assert set(projects(file)) == {"cobalt", "heron", "mica"}
    assert [upstream.share for upstream in file.upstreams] == sorted((u.share for u in file.upstreams), reverse=True)
    assert 0.9 < sum(upstream.share for upstream in file.upstreams) < 1.1


def test_what_many_upstreams_hold_is_no_evidence(corpus: Callable[..., Path], repository: Callable[..., str]) -> None:
    texts = {"cobalt": COBALT, "heron": HERON, "mica": MICA, "pebble": PEBBLE, "quill": QUILL, "tundra": TUNDRA}
    known = corpus(*(Release(name, "1.0", "2020-01-01", {f"{name}.py": text + COMMON}) for name, text in texts.items()))
    assert scan_one(repository(copy=COMMON), known).verdict is Verdict.INDEPENDENT
    file = scan_one(repository(copy=COMMON + HERON), known)
    assert (file.verdict, projects(file)) == (Verdict.IDENTICAL, ["heron"])


@pytest.mark.parametrize("known", [FAMILY[:2], FAMILY[:3]], ids=len)
def test_a_copy_is_found_where_all_upstreams_are_of_one_family(
    known: Sequence[Release], corpus: Callable[..., Path], repository: Callable[..., str]
) -> None:
    file = scan_one(repository(copy=LANTERN.replace("Lantern", "Beacon")), corpus(*known))
    assert (file.verdict, projects(file)[:1]) == (Verdict.RENAMED, ["lantern"])


def test_two_corpora_answer_together(corpus: Callable[..., Path], repository: Callable[..., str]) -> None:
    first, second = corpus(*FAMILY[:5], name="first"), corpus(*FAMILY[3:], name="second")
    report = modelkin.scan(repository(a=LANTERN, b=COBALT, c=TORCH), modelkin.ScanOptions(corpora=(first, second)))
    assert [projects(file)[0] for file in report.files] == ["lantern", "cobalt", "torch-bearer"]
    assert report.files[2].origin is not None
    assert report.files[2].origin.project == "lantern"
    assert report.corpus.name == "first + second"


def test_an_upstream_named_for_one_run_answers_beside_the_corpus(
    family: Path, repository: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ours.py").write_text(QUILL)
    source = repository(a=QUILL.replace("rotate_", "turn_"), b=COBALT)
    arguments = ["scan", source, "--corpus", str(family), "--against", str(tmp_path / "ours.py"), "--format", "json"]
    assert main([*arguments, "--fail-on", "identical"]) == 1
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(file["verdict"], file["upstreams"][0]["path"]) for file in files] == [
        ("renamed", "ours.py"),
        ("identical", "cobalt/model.py"),
    ]


def test_the_command_line_leaves_out_upstreams_and_files_below_a_share(
    family: Path, repository: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    source = repository(a=GLOW, b=COBALT[: len(COBALT) // 2] + MICA)
    options = ["--exclude-upstream", "glow", "--exclude-upstream", "torch-*", "--min-similarity", "0.9"]
    assert main(["scan", source, "--corpus", str(family), "--format", "json", *options]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(file["verdict"], [each["project"] for each in file["upstreams"]]) for file in files] == [
        ("renamed", ["lantern"]),
        ("independent", []),
    ]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url)
        yield running


def test_nothing_is_copied_from_the_future(family: Path, index: Index) -> None:
    dates = {"1.0": "2019-12-31", "2.0": "2021-05-04", "3.0": "2021-05-05", "4.0": "2022-06-30"}
    paths = {version: f"early/of_{version[0]}.py" for version in dates}
    for version, date in dates.items():
        there = [paths[each] for each in dates if each <= version]
        content = wheel(dict.fromkeys(there, GLOW.replace("GlowMLP", "EarlyMLP").encode()))
        index.add(f"early-{version}-py3-none-any.whl", content, **{"upload-time": f"{date}T10:00:00Z"})
    found = {version: scan_one(f"pypi:early=={version}!{paths[version]}", family) for version in dates}
    assert [projects(file)[:1] for file in found.values()] == [[], ["lantern"], ["glow"], ["glow"]]
    assert all("torch-bearer" not in projects(file) for file in found.values())
    again = [scan_one(f"pypi:early==4.0!{path}", family) for path in paths.values()]
    assert list(map(projects, again)) == list(map(projects, found.values())), "a file is as old as its path"
    assert projects(scan_one("pypi:early==4.0!early/of_4.py", family, exclude_upstream=("glow",)))[0] == "lantern"


def test_progress_is_told_of_each_file(family: Path, repository: Callable[..., str]) -> None:
    told: list[tuple[int, int, str]] = []
    source = repository(a=GLOW, b__c="", d="x = 1\n")
    modelkin.scan(source, modelkin.ScanOptions(corpora=(family,)), lambda *each: told.append(each))
    assert [(done, path) for done, _, path in told] == [(1, "a.py"), (2, "b/c.py"), (3, "d.py")]


def test_a_folder_without_python_that_says_nothing_is_told_of_and_no_error(
    family: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    report = modelkin.scan(str(tmp_path / "empty"), modelkin.ScanOptions(corpora=(family,)))
    assert (report.files, report.findings) == ((), ())
    assert main(["scan", str(tmp_path / "empty"), "--corpus", str(family)]) == 0
    assert "no Python file or notebook in it, and nothing that it says of itself" in capsys.readouterr().err


def test_a_scan_without_any_corpus_says_what_to_do(repository: Callable[..., str]) -> None:
    assert scan_one(repository(a=GLOW), against=(repository(),)).verdict is Verdict.IDENTICAL


def test_what_cannot_be_read_is_in_the_report(family: Path, repository: Callable[..., str], tmp_path: Path) -> None:
    source = repository(a=GLOW)
    (tmp_path / "repository" / "b.ipynb").write_text("{")
    report = modelkin.scan(source, modelkin.ScanOptions(corpora=(family,)))
    assert ([file.path for file in report.files], [skipped.path for skipped in report.skipped]) == (
        ["a.py"],
        ["b.ipynb"],
    )


def test_regions_that_do_not_parse_are_noted(family: Path, repository: Callable[..., str]) -> None:
    broken = GLOW.replace("        batch, length, width = hidden.shape\n", "        batch, length = = hidden.shape\n")
    file = scan_one(repository(a=broken), family)
    assert (file.verdict, projects(file)[0]) == (Verdict.MODIFIED, "glow")
    (note,) = file.notes
    assert "did not parse" in note
    assert scan_one(repository(a=GLOW), family).notes == ()


def test_a_repository_of_configuration_alone_is_judged_by_what_it_says(
    tmp_path: Path, corpus: Callable[..., Path]
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "tokenizer_config.json").write_text('{"auto_map": {"AutoTokenizer": "modeling_lantern.Tokens"}}')
    known = corpus()
    report = modelkin.scan(str(folder), modelkin.ScanOptions(corpora=(known,)))
    assert report.files == ()
    assert [finding.rule for finding in report.findings] == ["leftover-reference"]


def test_a_glob_that_matches_nothing_is_an_error(tmp_path: Path, corpus: Callable[..., Path]) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    known = corpus()
    (folder / "README.md").write_text("# Lantern\n")
    told = re.escape(
        "no Python file or notebook in it matches --include */lamp.py, a, b, …: as in a .gitignore, * takes"
    )
    with pytest.raises(ModelkinError, match=told):
        modelkin.scan(str(folder), modelkin.ScanOptions(include=("*/lamp.py", "a", "b", "c"), corpora=(known,)))
