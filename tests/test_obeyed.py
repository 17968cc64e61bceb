"""What a scanned folder asks for: what is obeyed in the working tree, and that the rest is counted and shown."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from modelkin.cli import main
from modelkin.results import Trust
from modelkin.trust import trust_in

from .support.repositories import written
from .support.small_corpora import ATTENTION, COPY, Upstream, corpus_of
from .support.working_trees import committed

# Younger than the upstream: what the copies owe is not in doubt.
DATED = ("--as-of", "2024-02-03")
WAIVED = "# modelkin: ignore[holder-removed, licence-text-missing, licence-header-removed, changes-not-stated] agreed\n"
SETTINGS = """\
exclude = ["*"]
min-similarity = 1.0
exclude-upstream = ["lantern"]
fail-on = "never"
against = ["pypi:lantern==1.0"]
corpus = [".modelkin/corpus.safetensors"]
baseline = ".modelkin-baseline.json"

[[waivers]]
path = "*"
rule = "holder-removed"
reason = "agreed"
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """The one corpus that tests compare with: one file of one upstream, whose holder must stay named."""
    path = tmp_path / "tiny.safetensors"
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")).save(path)
    return path


class Answer:
    """What a command came to: its exit code and its JSON report."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.told = json.loads(text)

    def counts(self, part: str) -> dict[tuple[str, str], int]:
        return {(each["what"], each["by"]): each["count"] for each in self.told[part]}


@pytest.fixture
def scanned(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    def run(*words: str) -> Answer:
        capsys.readouterr()
        report = tmp_path / "report.json"
        code = main(["scan", *words, "--corpus", str(corpus), *DATED, "--no-progress", "--format", f"json={report}"])
        return Answer(code, report.read_text())

    return run


@pytest.mark.parametrize("source", ["src", "clone"])
def test_how_far_a_source_is_trusted_is_asked_once_a_run(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanned: Callable[..., Answer]
) -> None:
    files = {"modelkin.toml": 'exclude = ["b.py"]\n', "a.py": COPY, "b.py": COPY}
    tree = committed(written(tmp_path / "tree", {f"src/{name}": text for name, text in files.items()}))
    committed(written(tree / "clone", files))
    monkeypatch.chdir(tree)
    asked = []

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is trust_in.__code__ and not frame.f_locals["isolated"]:
            asked.append(frame.f_locals["source"])

    sys.setprofile(watch)
    try:
        answer = scanned(source)
    finally:
        sys.setprofile(None)
    assert answer.told["scanned"]["trust"] == ("working-tree" if source == "src" else "isolated")
    assert [file["path"] for file in answer.told["files"]] == (["a.py"] if source == "src" else ["a.py", "b.py"])
    assert asked == [(source,)]


def test_in_the_working_tree_what_selects_counts_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanned: Callable[..., Answer]
) -> None:
    settings = 'exclude = ["old/*"]\n\n[[waivers]]\npath = "a.py"\nrule = "licence-text-missing"\nreason = "agreed"\n'
    files = {"a.py": COPY, "old/b.py": COPY, "old/c.py": COPY, "d.py": WAIVED + COPY, "modelkin.toml": settings}
    monkeypatch.chdir(committed(written(tmp_path / "tree", files)))
    answer = scanned(".")
    assert [file["path"] for file in answer.told["files"]] == ["a.py", "d.py"]
    assert answer.told["scanned"]["trust"] == "working-tree"
    hidden = answer.counts("hidden")
    assert hidden["files excluded", "modelkin.toml"] == 2
    assert hidden["findings waived", "comments"] >= 1
    isolated = scanned(".", "--isolated")
    assert isolated.told["scanned"]["trust"] == "isolated"
    assert [file["path"] for file in isolated.told["files"]] == ["a.py", "d.py", "old/b.py", "old/c.py"]
    assert isolated.told["hidden"] == []
    assert isolated.counts("not_obeyed") == {("settings", "modelkin.toml"): 2, ("waivers", "comments"): 1}


def test_what_lowers_or_brings_something_counts_only_where_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanned: Callable[..., Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'fail-on = "never"\nexclude-upstream = ["lantern"]\nagainst = ["other"]\nbaseline = "known.json"\n'
    files = {"a.py": COPY, "modelkin.toml": text, "other/x.py": "x = 1\n"}
    monkeypatch.chdir(written(tmp_path / "tree", files))
    answer = scanned(".", "--include", "a.py")
    assert (answer.code, answer.told["files"][0]["verdict"]) == (1, "renamed")
    assert answer.counts("not_obeyed") == {("settings", "modelkin.toml"): 4}
    assert main(["baseline", ".", "--baseline", "known.json", "--quiet", "--include", "a.py", *DATED]) == 0
    named = scanned(".", "--settings", "modelkin.toml", "--include", "a.py")
    assert (named.code, named.told["files"][0]["verdict"]) == (0, "independent")
    assert named.told["not_obeyed"] == []
    written(Path(), {"modelkin.toml": 'against = ["pypi:lantern==1.0"]\n'})
    capsys.readouterr()
    assert main(["scan", ".", "--settings", "modelkin.toml"]) == 2
    assert "against names pypi:lantern==1.0, a source on the network: add --allow-network" in capsys.readouterr().err


def test_the_command_line_comes_before_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanned: Callable[..., Answer]
) -> None:
    files = {"a.py": COPY, "b.py": COPY, "modelkin.toml": 'exclude = ["a.py"]\n'}
    monkeypatch.chdir(written(tmp_path / "tree", files))
    answer = scanned(".", "--exclude", "b.py")
    assert [file["path"] for file in answer.told["files"]] == ["a.py"]
    assert (answer.told["hidden"], answer.told["not_obeyed"]) == ([], [])


def test_files_below_the_least_similarity_of_settings_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanned: Callable[..., Answer]
) -> None:
    files = {
        "a.py": COPY + "\n\ndef other(x):\n    return [x + 1 for x in range(x)]\n",
        "modelkin.toml": "min-similarity = 1.0\n",
    }
    monkeypatch.chdir(written(tmp_path / "tree", files))
    answer = scanned(".")
    assert answer.told["files"][0]["verdict"] == "independent"
    assert answer.counts("hidden") == {("files below min-similarity", "modelkin.toml"): 1}
    assert scanned(".", "--isolated").told["files"][0]["verdict"] != "independent"


@pytest.mark.parametrize("place", ["path", "isolated", "archive", "git", "audit"])
def test_a_folder_that_is_not_trusted_hides_nothing(
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    corpus: Path,
    scanned: Callable[..., Answer],
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = written(tmp_path / "all" / "theirs", {"a.py": WAIVED + COPY, "modelkin.toml": SETTINGS})
    written(folder, {".modelkin/corpus.safetensors": "no corpus", ".modelkin-baseline.json": "no baseline"})
    written(tmp_path, {"mine/README": ""})
    monkeypatch.chdir(tmp_path / "mine")
    if place == "audit":
        words = ["audit", str(folder.parent), "--corpus", str(corpus), *DATED, "--no-progress", "--format", "json"]
        assert main(words) == 1
        (row,) = json.loads(capsys.readouterr().out)["repositories"]
        assert row["by_verdict"]["renamed"] == 1
        found = {(each["what"], each["by"]): each["count"] for each in row["not_obeyed"]}
    else:
        words = [str(folder)]
        if place == "isolated":
            monkeypatch.chdir(folder)
            words = [".", "--isolated"]
        elif place == "archive":
            with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
                for path in sorted(folder.rglob("*")):
                    if path.is_file():
                        archive.write(path, path.relative_to(folder))
            words = [str(tmp_path / "all.zip")]
        elif place == "git":
            words = [f"git+file://{committed(folder)}"]
        answer = scanned(*words)
        assert (answer.code, answer.told["files"][0]["verdict"]) == (1, "renamed")
        assert answer.told["scanned"]["trust"] == "isolated"
        assert answer.told["hidden"] == []
        found = answer.counts("not_obeyed")
    assert found == {
        ("settings", "modelkin.toml"): 8,
        ("corpora", ".modelkin/corpus.safetensors"): 1,
        ("baselines", ".modelkin-baseline.json"): 1,
        ("waivers", "comments"): 1,
    }


def test_broken_settings_elsewhere_end_no_scan_and_are_shown(tmp_path: Path, scanned: Callable[..., Answer]) -> None:
    written(
        tmp_path / "theirs", {"a.py": COPY, "modelkin.toml": "a = [\n", "pyproject.toml": "[tool.modelkin]\nx = [\n"}
    )
    answer = scanned(str(tmp_path / "theirs"))
    assert answer.code == 1
    assert answer.counts("not_obeyed") == {("settings", "modelkin.toml"): 1, ("settings", "pyproject.toml"): 1}


def test_a_bad_waiver_is_a_finding_where_waivers_count_and_ends_no_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanned: Callable[..., Answer]
) -> None:
    bad = "# modelkin: ignore[holder-removed]\n# modelkin: ignore[no-such-rule] because\n"
    monkeypatch.chdir(written(tmp_path / "tree", {"a.py": bad + COPY, "b.py": COPY}))
    answer = scanned(".")
    told = [
        (each["rule"], place["path"], place["first_line"])
        for each in answer.told["findings"]
        for place in each["places"]
    ]
    assert ("bad-waiver", "a.py", 1) in told
    assert ("bad-waiver", "a.py", 2) in told
    assert {"a.py", "b.py"} <= {path for rule, path, _ in told if rule == "holder-removed"}
    isolated = scanned(".", "--isolated")
    assert "bad-waiver" not in {each["rule"] for each in isolated.told["findings"]}
    assert isolated.counts("not_obeyed")["waivers", "comments"] == 2


def test_what_is_skipped_fails_a_run_that_asks_for_it(tmp_path: Path, scanned: Callable[..., Answer]) -> None:
    written(tmp_path / "theirs", {"b.py": "x = 1\n"})
    (tmp_path / "theirs" / "a.py").write_bytes(b"x = 1\0\n")
    assert scanned(str(tmp_path / "theirs")).code == 0
    assert scanned(str(tmp_path / "theirs"), "--fail-on", "error", "--fail-on", "skipped").code == 1


def test_an_audit_with_a_repository_that_could_not_be_audited_exits_1(
    tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, {"good/a.py": "x = 1\n", "list.txt": "good\nbad.zip\n", "bad.zip": "no zip"})
    monkeypatch.chdir(tmp_path)
    audit = ["audit", "list.txt", "--corpus", str(corpus), "--quiet", "--journal"]
    assert main([*audit, "a.jsonl"]) == 1
    assert main([*audit, "b.jsonl", "--fail-on", "never"]) == 0
    written(tmp_path, {"list.txt": "good\n"})
    assert main([*audit, "c.jsonl"]) == 0


def test_a_corpus_file_may_be_named_beside_those_on_the_shelf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(written(tmp_path / "tree", {"a.py": COPY}))
    shutil.copy(corpus, "team.safetensors")
    report = tmp_path / "page.html"
    assert main(["scan", ".", "--against", "team.safetensors", *DATED, "--format", f"html={report}"]) == 1
    assert main(["audit", "..", "--against", "team.safetensors", *DATED, "--include", "a.py", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["upstreams"][0]["project"] == "lantern"
    (tmp_path / "tree" / "broken.safetensors").write_text("no corpus")
    assert main(["scan", ".", "--against", "broken.safetensors"]) == 2


def test_a_clone_inside_the_working_tree_has_no_say_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanned: Callable[..., Answer]
) -> None:
    tree = committed(written(tmp_path / "tree", {"mine.py": WAIVED + COPY}))
    committed(written(tree / "deep" / "clone", {"theirs.py": WAIVED + COPY, "inner/also.py": WAIVED + COPY}))
    monkeypatch.chdir(tree)
    answer = scanned(".")
    open_ = {
        path
        for each in answer.told["findings"]
        for path in each["files"]
        if each["rule"] == "holder-removed" and not each["suppression"]
    }
    assert open_ == {"deep/clone/theirs.py", "deep/clone/inner/also.py"}
    assert answer.counts("not_obeyed") == {("waivers", "comments"): 2}


def test_a_folder_whose_name_has_an_exclamation_mark_is_judged_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanned: Callable[..., Answer]
) -> None:
    tree = committed(written(tmp_path / "wow!tree", {"mine.py": COPY}))
    committed(written(tree / "clone", {"theirs.py": WAIVED + COPY}))
    monkeypatch.chdir(tree)
    for source in (str(tree), f"{tree}!clone"):
        assert trust_in(source) is Trust.WORKING_TREE
        assert scanned(source).counts("not_obeyed") == {("waivers", "comments"): 1}
