"""A repository against corpora: closest upstream and its releases, origin, own releases, options, determinism."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import modelkin
from modelkin.cli import main
from modelkin.errors import ModelkinError
from modelkin.results import FileVerdict, Kind, Report, Verdict

from .support.index_server import Index, serving, wheel
from .support.upstreams import Release, original, renamed, write_corpus

LANTERN = original("identical")
COBALT = original("constant_changed")
HERON = original("statement_dropped")
MICA = original("extra_function")
PEBBLE = original("reformatted")
QUILL = original("operator_changed")
TUNDRA = original("every_identifier_renamed")

GLOW = renamed(
    LANTERN,
    LanternAttention="GlowAttention",
    LanternMLP="GlowMLP",
    LanternBlock="GlowBlock",
    LanternEncoder="GlowEncoder",
)
TORCH = GLOW.replace("Glow", "Torch").replace("F.silu", "F.gelu")
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
FAMILY = (
    Release("lantern", "1.0", "2020-01-10", {"lantern/model.py": LANTERN}),
    Release("glow", "0.1", "2021-05-05", {"glow/layers.py": GLOW}),
    Release("torch-bearer", "3.0", "2022-07-01", {"bearer/torch.py": TORCH}),
    Release("cobalt", "1.0", "2019-03-03", {"cobalt/model.py": COBALT}),
    Release("heron", "1.0", "2019-04-04", {"heron/model.py": HERON}),
    Release("mica", "1.0", "2019-05-05", {"mica/sampling.py": MICA}),
)


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[..., Path]:
    """What writes a corpus of releases."""

    def write(*releases: Release, name: str = "known") -> Path:
        return write_corpus(tmp_path / f"{name}.safetensors", releases)

    return write


@pytest.fixture
def family(corpus: Callable[..., Path]) -> Path:
    return corpus(*FAMILY)


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., str]:
    """What writes texts by path into a folder, and names it."""

    def write(**files: str) -> str:
        for name, text in files.items():
            path = tmp_path / "repository" / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".py").write_text(text, "utf-8")
        return str(tmp_path / "repository")

    return write


def scan_one(source: str, *corpora: Path, **options: object) -> FileVerdict:
    (file,) = modelkin.scan(source, modelkin.ScanOptions(corpora=corpora, **options)).files  # type: ignore[arg-type]
    return file


def projects(file: FileVerdict) -> list[str]:
    return [upstream.project for upstream in file.upstreams]


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


def test_the_oldest_is_the_origin_in_whatever_order_releases_were_added(
    corpus: Callable[..., Path], repository: Callable[..., str]
) -> None:
    source = repository(copy=TORCH)
    origins = {scan_one(source, corpus(*order)).origin for order in (FAMILY, FAMILY[::-1])}
    assert [origin.project for origin in origins if origin] == ["lantern"]


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


def test_a_second_corpus_never_hides_what_the_first_one_finds(
    family: Path, corpus: Callable[..., Path], repository: Callable[..., str]
) -> None:
    names = {
        name: f"{name}_x" for name in re.findall(r"[a-z]+", LANTERN) if name in "hidden width heads mask output gate up"
    }
    source = repository(copy=renamed(LANTERN.replace("Lantern", "Beacon"), **names))
    assert scan_one(source, family).verdict is Verdict.RENAMED
    assert scan_one(source, family, corpus(*FAMILY[:2], name="forks")).verdict is Verdict.RENAMED


def test_two_corpora_answer_together(corpus: Callable[..., Path], repository: Callable[..., str]) -> None:
    first, second = corpus(*FAMILY[:5], name="first"), corpus(*FAMILY[3:], name="second")
    report = modelkin.scan(repository(a=LANTERN, b=COBALT, c=TORCH), modelkin.ScanOptions(corpora=(first, second)))
    assert [projects(file)[0] for file in report.files] == ["lantern", "cobalt", "torch-bearer"]
    assert report.files[2].origin is not None
    assert report.files[2].origin.project == "lantern"
    assert report.corpus.name == "first + second"


def test_the_closest_upstream_is_the_same_however_projects_are_spread_over_corpora(
    corpus: Callable[..., Path], repository: Callable[..., str]
) -> None:
    source = repository(copy=TORCH)
    together, apart = corpus(*FAMILY), (corpus(*FAMILY[1:], name="first"), corpus(FAMILY[0], name="second"))
    assert projects(scan_one(source, together))[0] == "torch-bearer"
    assert projects(scan_one(source, *apart))[0] == "torch-bearer"
    assert scan_one(source, *apart).verdict is Verdict.IDENTICAL


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
    for version, date in dates.items():
        content = wheel({"early/model.py": GLOW.replace("GlowMLP", "EarlyMLP").encode()})
        index.add(f"early-{version}-py3-none-any.whl", content, **{"upload-time": f"{date}T10:00:00Z"})
    found = {version: scan_one(f"pypi:early=={version}", family) for version in dates}
    assert [projects(file)[:1] for file in found.values()] == [[], ["lantern"], ["glow"], ["glow"]]
    assert all("torch-bearer" not in projects(file) for file in found.values())
    assert projects(scan_one("pypi:early==4.0", family, exclude_upstream=("glow",)))[0] == "lantern"


def answers(report: Report) -> dict[str, FileVerdict]:
    """What was said of each content, wherever it stood."""
    return {file.sha256: replace(file, path="") for file in report.files}


@settings(max_examples=10, deadline=None)
@given(
    st.permutations(
        (LANTERN.replace("1e-6", "1e-5"), GLOW, TORCH.replace("Torch", "B"), COBALT, MICA.replace("best", "top"))
    )
)
def test_the_order_of_files_does_not_change_what_is_said_of_them(
    tmp_path_factory: pytest.TempPathFactory, order: Sequence[str]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    known = write_corpus(folder / "known.safetensors", FAMILY)
    for place, text in enumerate(order):
        (folder / f"file_{place}.py").write_text(text)
    together = modelkin.scan(str(folder), modelkin.ScanOptions(corpora=(known,)))
    alone = [
        modelkin.scan(str(folder / f"file_{place}.py"), modelkin.ScanOptions(corpora=(known,))) for place in range(5)
    ]
    assert answers(together) == {sha256: file for report in alone for sha256, file in answers(report).items()}
    assert [file.path for file in together.files] == [f"file_{place}.py" for place in range(5)]


@settings(max_examples=10, deadline=None)
@given(st.permutations(FAMILY))
def test_the_order_of_the_corpus_does_not_change_the_report(
    tmp_path_factory: pytest.TempPathFactory, order: Sequence[Release]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    for place, text in enumerate((TORCH.replace("1e-6", "1e-5"), COBALT, LANTERN, HERON + MICA)):
        (folder / f"file_{place}.py").write_text(text)
    corpora = [write_corpus(folder / f"{n}.safetensors", each) for n, each in enumerate((FAMILY, order))]
    first, second = (modelkin.scan(str(folder), modelkin.ScanOptions(corpora=(path,))).files for path in corpora)
    assert first == second


def test_the_report_is_the_same_whatever_the_seed_of_hashing(family: Path, repository: Callable[..., str]) -> None:
    source = repository(a=TORCH, b=COBALT + HERON, c=GLOW.replace("norm1", "norm_a"), glow__layers=GLOW)
    command = [sys.executable, "-m", "modelkin", "scan", source, "--corpus", str(family), "--format", "json"]
    reports = []
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, capture_output=True, check=True, timeout=60, env=environment)
        reports.append(json.loads(done.stdout))
        reports[-1]["summary"].pop("seconds")
    assert reports[0] == reports[1] == reports[2]


def test_progress_is_told_of_each_file(family: Path, repository: Callable[..., str]) -> None:
    told: list[tuple[int, int, str]] = []
    source = repository(a=GLOW, b__c="", d="x = 1\n")
    modelkin.scan(source, modelkin.ScanOptions(corpora=(family,)), lambda *each: told.append(each))
    assert [(done, path) for done, _, path in told] == [(1, "a.py"), (2, "b/c.py"), (3, "d.py")]


def test_a_folder_without_python_is_an_error(family: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelkinError, match="no Python file or notebook"):
        modelkin.scan(str(tmp_path / "empty"), modelkin.ScanOptions(corpora=(family,)))
    assert main(["scan", str(tmp_path / "empty"), "--corpus", str(family)]) == 2
    assert capsys.readouterr().err.startswith("modelkin: error: ")


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


def test_comparing_trees_pairs_each_file_with_its_own_original(repository: Callable[..., str], tmp_path: Path) -> None:
    for name, text in {"one.py": COBALT, "two.py": HERON, "three.py": MICA}.items():
        (tmp_path / "originals").mkdir(exist_ok=True)
        (tmp_path / "originals" / name).write_text(text)
    source = repository(a=MICA.replace("best", "top"), b=COBALT, c=HERON.replace("chunk", "piece"))
    report = modelkin.compare(source, str(tmp_path / "originals"))
    assert [(file.path, file.upstreams[0].path, file.upstreams[0].project) for file in report.files] == [
        ("a.py", "three.py", str(tmp_path / "originals")),
        ("b.py", "one.py", str(tmp_path / "originals")),
        ("c.py", "two.py", str(tmp_path / "originals")),
    ]
    assert [rename.kind for rename in report.files[0].renames] == [Kind.VARIABLE]


def test_comparing_with_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text("[")
    (tmp_path / "whole.py").write_text(GLOW)
    with pytest.raises(ModelkinError, match="broken notebook"):
        modelkin.compare_files(tmp_path / "broken.ipynb", tmp_path / "whole.py")
    with pytest.raises(ModelkinError, match="no Python file or notebook in it to compare with"):
        modelkin.compare_files(tmp_path / "whole.py", tmp_path / "broken.ipynb")


def test_two_texts_are_compared_as_two_files_are(tmp_path: Path) -> None:
    (tmp_path / "copy.py").write_text(TORCH)
    (tmp_path / "original.py").write_text(LANTERN)
    texts = modelkin.compare_texts(TORCH.encode(), LANTERN.encode())
    files = modelkin.compare_files(tmp_path / "copy.py", tmp_path / "original.py")
    assert (texts.verdict, texts.similarity) == (files.verdict, files.similarity)
    assert (texts.renames, texts.definitions) == (files.renames, files.definitions)


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


def test_a_folder_that_says_nothing_and_a_glob_that_matches_nothing_are_errors(
    tmp_path: Path, corpus: Callable[..., Path]
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    known = corpus()
    (folder / "notes.txt").write_text("nothing")
    with pytest.raises(ModelkinError, match="no Python file or notebook in it"):
        modelkin.scan(str(folder), modelkin.ScanOptions(corpora=(known,)))
    (folder / "README.md").write_text("# Lantern\n")
    with pytest.raises(ModelkinError, match="no Python file or notebook in it"):
        modelkin.scan(str(folder), modelkin.ScanOptions(include=("*.pyx",), corpora=(known,)))
