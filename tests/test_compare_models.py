"""Two models are compared beside their code: what is shared, the answer in a sentence, and what cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import modelkin
from modelkin.cli import main
from modelkin.errors import ModelkinError
from modelkin.results import EvidenceKind, Observation, Relation, Report, Strength

from .support.git_histories import committed, needs_git_and_shell
from .support.model_folders import NAMES, SIZES, model_folder, renamed, tokenizer
from .support.upstream_family import COBALT, HERON
from .support.weights import SHARED

needs_incidents = pytest.mark.skipif(
    not (SHARED / "incidents").is_dir(), reason="the files of the incidents are kept beside the repository, not in it"
)
DAY, MAY_19 = 86_400, 1_716_076_800
OTHER = {**SIZES, "hidden_size": 999, "num_hidden_layers": 5, "vocab_size": 321, "rope_theta": 55555}


def of_kind(report: Report, kind: EvidenceKind) -> list[Observation]:
    return [each for each in report.evidence if each.kind is kind]


@pytest.fixture
def lamp(tmp_path: Path) -> Path:
    return model_folder(tmp_path / "lamp")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Tensors renamed, all else taken over, the tokenizer's file laid out anew."""
    laid_out = json.dumps(json.loads(tokenizer()), indent=4).encode()
    return model_folder(tmp_path / "torch", renamed(NAMES), tokens=laid_out)


def test_a_renamed_model_is_told_with_its_grounds(copy: Path, lamp: Path) -> None:
    report = modelkin.compare(str(copy), str(lamp))
    assert not report.files
    assert not report.skipped
    [layout, _] = of_kind(report, EvidenceKind.TENSOR_LAYOUT)
    assert (layout.relation, layout.strength) == (Relation.RENAMED, Strength.SUPPORTING)
    assert [(each.original, each.copy, each.count) for each in layout.renames] == [
        ("eye", "vison", 24),
        ("bridge", "projection", 1),
    ]
    assert {each.strength for each in of_kind(report, EvidenceKind.TOKENIZER)} == {Strength.EXACT, Strength.STRONG}
    assert report.conclusion
    assert report.conclusion.sentence == (
        "torch: tokenizer and tensor layout are those of lamp (tokenizer_config.json equal as JSON; 6 of 6 named "
        "tokens at the same ids; 49 of 49 tensors, 25 renamed); settings: 1 file of the same bytes; configuration "
        "equal in 10 of 10 values of config.json; the index states the same size of all tensors."
    )
    [told] = report.conclusion.upstreams
    assert told.project == "lamp"
    assert told.grounds
    assert not told.counter
    assert "weights: their values are read with --weights alone" in report.conclusion.unknown


def test_another_model_is_said_to_be_one(tmp_path: Path, copy: Path) -> None:
    names = [f"trunk.{n}.{part}" for n in range(30) for part in ("a", "b")]
    other = model_folder(tmp_path / "other", names, OTHER, tokenizer(200))
    report = modelkin.compare(str(copy), str(other))
    assert report.conclusion
    assert report.conclusion.sentence.startswith("torch is another model than other: ")
    [told] = report.conclusion.upstreams
    assert not told.grounds + told.supporting
    assert "none of 6 named tokens at the same ids" in told.counter
    assert "4 of 10 values of config.json differ" in told.counter
    assert {each.strength for each in report.evidence} <= {Strength.COUNTER, Strength.NONE}


def test_other_sizes_alone_do_not_say_that_it_is_another_model(tmp_path: Path) -> None:
    for name, layers in (("short", 7), ("long", 13)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(json.dumps({**SIZES, "num_hidden_layers": layers}))
    report = modelkin.compare(str(tmp_path / "short"), str(tmp_path / "long"))
    assert report.conclusion
    assert report.conclusion.sentence == (
        "short has other sizes than long: 1 of 10 values of config.json differ; "
        "this alone does not say that it is not built on it."
    )


def test_the_same_architecture_alone_says_nothing_about_who_has_it_from_whom(tmp_path: Path) -> None:
    one, two = [model_folder(tmp_path / name, with_shapes=True) for name in ("one", "two")]
    (one / "tokenizer_config.json").unlink()
    (one / "config.json").write_text(json.dumps(SIZES, indent=2))
    (one / "model.safetensors").write_bytes((two / "model.safetensors").read_bytes()[:-3] + b"abc")
    report = modelkin.compare(str(one), str(two))
    assert report.conclusion
    assert report.conclusion.sentence == (
        "one: same architecture as two (configuration equal in 10 of 10 values of config.json; 49 of 49 tensors), "
        "which says nothing about who has it from whom."
    )
    assert "tokenizer: one has none that could be read" in report.conclusion.unknown
    assert "shapes of tensors" not in " ".join(report.conclusion.unknown)


def test_what_both_have_of_a_parent_is_said_to_be_its_own(tmp_path: Path, copy: Path, lamp: Path) -> None:
    base = model_folder(tmp_path / "base", NAMES[:24], {**SIZES, "sliding_window": 1, "rope_theta": 2}, tokenizer())
    report = modelkin.compare(str(copy), str(lamp), parents=(f"ember={base}",))
    [values] = of_kind(report, EvidenceKind.CONFIGURATION)
    assert values.figures["beyond"] == 2
    assert values.explained_by[0].startswith("8 of the 10 equal values are ember's own; 2 lie beyond it")
    assert {each.strength for each in of_kind(report, EvidenceKind.TOKENIZER)} == {Strength.NONE}
    assert report.conclusion
    assert not report.conclusion.upstreams[0].grounds


def test_a_parent_that_is_no_model_is_an_error(tmp_path: Path, copy: Path, lamp: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "one.py").write_text(COBALT)
    with pytest.raises(ModelkinError, match="no file of a model in it, so it explains nothing"):
        modelkin.compare(str(copy), str(lamp), parents=(str(tmp_path / "code"),))


@pytest.mark.parametrize("empty", ["copy", "original"])
def test_a_side_with_neither_code_nor_a_model_is_an_error(tmp_path: Path, lamp: Path, empty: str) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "notes.txt").write_text("nothing")
    one, other = (tmp_path / "none", lamp) if empty == "copy" else (lamp, tmp_path / "none")
    with pytest.raises(ModelkinError, match="no Python file or notebook in it"):
        modelkin.compare(str(one), str(other))


def test_code_and_evidence_meet_in_one_answer(copy: Path, lamp: Path) -> None:
    (copy / "modeling.py").write_text(COBALT)
    (copy / "own.py").write_text(HERON)
    (lamp / "modeling.py").write_text(COBALT)
    report = modelkin.compare(str(copy), str(lamp))
    assert report.conclusion
    assert report.conclusion.sentence.startswith(
        "torch: code of 1 of 2 files, tokenizer and tensor layout are those of lamp (code: 1 identical, of 2 files; "
    )


def test_code_alone_is_answered_without_evidence(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.py").write_text(COBALT)
    report = modelkin.compare(str(tmp_path / "one"), str(tmp_path / "two"))
    assert not report.evidence
    assert report.conclusion
    assert report.conclusion.sentence == "one: code is that of two (code: 1 identical, of 1 file)."


def test_a_model_held_against_code_alone_has_nothing_to_compare(tmp_path: Path, lamp: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "model.py").write_text(COBALT)
    (lamp / "broken.safetensors").write_bytes(b"not a header")
    report = modelkin.compare(str(lamp), str(tmp_path / "code"))
    assert not report.evidence + report.skipped
    assert report.conclusion
    assert report.conclusion.sentence == "lamp and code have nothing of one kind that could be compared."


def test_what_cannot_be_read_is_skipped_a_line_each(copy: Path, lamp: Path) -> None:
    (copy / "config.json").write_bytes(b'{"a": NaN}')
    (copy / "pytorch_model.bin").write_bytes(b"\x80\x04pickle")
    (lamp / "model.safetensors.index.json").write_bytes(b"[")
    report = modelkin.compare(str(copy), str(lamp))
    skipped = {each.path: each.reason for each in report.skipped}
    assert set(skipped) == {"config.json", "pytorch_model.bin", f"{lamp}!model.safetensors.index.json"}
    assert skipped["pytorch_model.bin"] == "not compared (pickle)"
    assert all(reason and "\n" not in reason for reason in skipped.values())
    assert {each.kind for each in report.evidence} == {EvidenceKind.TOKENIZER}


def test_sides_called_alike_are_told_apart_by_their_places(tmp_path: Path) -> None:
    one, two = (str(model_folder(tmp_path / name / "model")) for name in ("one", "two"))
    report = modelkin.compare(one, two)
    assert report.conclusion
    assert report.conclusion.sentence.startswith(f"{one}: ")
    assert report.conclusion.upstreams[0].project == two
    assert {each.compared_with for each in report.evidence} == {two}


def test_of_a_part_of_a_source_the_part_alone_is_read(tmp_path: Path) -> None:
    model_folder(tmp_path / "all", values=OTHER, tokens=tokenizer(200))
    for name in ("one", "two"):
        model_folder(tmp_path / "all" / "deep" / name)
    report = modelkin.compare(f"{tmp_path}/all!deep/one", f"{tmp_path}/all!deep/two")
    [values] = of_kind(report, EvidenceKind.CONFIGURATION)
    assert (values.relation, values.figures["equal"]) == (Relation.IDENTICAL, len(SIZES))
    assert values.regions[0].path == "deep/one/config.json"


@needs_git_and_shell
def test_two_histories_say_who_was_first_and_which_version_was_taken(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    committed(theirs, {"README.md": "lamps"}, MAY_19 - 30 * DAY)
    for number, at in enumerate((MAY_19 - 20 * DAY, MAY_19, MAY_19 + 30 * DAY)):
        model_folder(theirs / "model", values={**SIZES, "left": number}, tokens=tokenizer(4000 + number))
        committed(theirs, {}, at)
    committed(ours, {"tokenizer_config.json": tokenizer(4001).decode(), "config.json": "{}"}, MAY_19 + 9 * DAY)
    report = modelkin.compare(str(ours), f"lamp={theirs}/model")
    first, window = of_kind(report, EvidenceKind.DATES)
    assert (first.relation, first.figures) == (Relation.EARLIER, {"days_apart": 9})
    assert "equals one version only of the 3 of model/tokenizer_config.json in lamp" in window.says
    assert "in force 2024-05-19 to 2024-06-18" in window.says
    (ours / "tokenizer_config.json").write_bytes(tokenizer(4002))
    committed(ours, {}, MAY_19 + 40 * DAY)
    report = modelkin.compare(str(ours), f"lamp={theirs}/model")
    first = next(each for each in of_kind(report, EvidenceKind.DATES) if each.relation is Relation.EARLIER)
    assert first.figures == {"days_apart": 10}
    assert report.conclusion
    assert not any(each.startswith("who was first") for each in report.conclusion.unknown)


@needs_git_and_shell
def test_one_history_of_both_does_not_say_who_was_first(tmp_path: Path) -> None:
    committed(tmp_path / "both", {"README.md": "lamps"}, MAY_19 - DAY)
    for name in ("one", "two"):
        model_folder(tmp_path / "both" / name)
    committed(tmp_path / "both", {}, MAY_19)
    report = modelkin.compare(str(tmp_path / "both" / "one"), str(tmp_path / "both" / "two"))
    assert not of_kind(report, EvidenceKind.DATES)
    assert report.conclusion
    assert "who was first: there is no history of both" in report.conclusion.unknown


# The command.


def test_the_command_shows_the_evidence_and_code_alone_decides_the_exit_code(
    copy: Path, lamp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(copy), str(lamp)]) == 0
    shown = capsys.readouterr().out
    assert "torch: tokenizer and tensor layout are those of lamp (" in shown
    assert "\nevidence\n" in shown
    assert "  tensor layout, renamed, supporting: 49 of 49 tensor names are those of lamp" in shown
    assert "    explained by: every model of this architecture has tensors of these names" in shown
    assert "    2 renames: eye is vison (24), bridge is projection (1)" in shown


def test_json_has_the_evidence_and_the_answer(copy: Path, lamp: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(copy), str(lamp), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "modelkin.report/2"
    layout = next(each for each in data["evidence"] if each["relation"] == "renamed")
    assert layout["figures"]["matched"] == 49
    assert layout["renames"][0] == {"original": "eye", "copy": "vison", "kind": "tensor", "count": 24}
    assert layout["compared_with"] == "lamp"
    assert set(data["conclusion"]) == {"sentence", "upstreams", "unknown"}
    assert set(data["conclusion"]["upstreams"][0]) == {"project", "grounds", "supporting", "counter"}
    assert main(["compare", str(copy), str(lamp), "--format", "jsonl"]) == 0
    kinds = [json.loads(line)["type"] for line in capsys.readouterr().out.splitlines()]
    assert kinds == ["run", *["evidence"] * len(data["evidence"]), "conclusion", "summary"]


@pytest.mark.parametrize("language", ["html", "markdown", "text", "json"])
def test_names_of_a_model_do_nothing_in_a_report(
    tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "<script>alert(1)</script>\x1b[31m"
    sides = [
        model_folder(tmp_path / "one", [name.replace("eye", hostile) for name in NAMES], {**SIZES, hostile: 1}),
        model_folder(tmp_path / "two", values={**SIZES, hostile: 2}),
    ]
    assert main(["compare", *map(str, sides), "--format", language]) == 0
    shown = capsys.readouterr().out
    assert "tensor" in shown
    assert "\x1b" not in shown
    if language in ("html", "markdown"):
        assert "<script>alert" not in shown


def test_restore_writes_the_index_with_the_originals_names_and_no_weights(
    tmp_path: Path, copy: Path, lamp: Path
) -> None:
    (copy / "model-00001-of-00001.bin").write_bytes(b"\x80")
    assert main(["compare", str(copy), str(lamp), "--restore", str(tmp_path / "restored"), "--quiet"]) == 0
    assert [path.name for path in (tmp_path / "restored").iterdir()] == ["model.safetensors.index.json"]
    restored = json.loads((tmp_path / "restored" / "model.safetensors.index.json").read_text())
    assert sorted(restored["weight_map"]) == sorted(NAMES)
    assert restored["metadata"] == {"total_size": 1000}


def test_restore_writes_no_index_where_no_name_was_changed(tmp_path: Path, lamp: Path) -> None:
    same = model_folder(tmp_path / "same")
    assert main(["compare", str(same), str(lamp), "--restore", str(tmp_path / "restored"), "--quiet"]) == 0
    assert not (tmp_path / "restored").exists()


def test_two_files_of_code_load_nothing_that_reads_models(tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(COBALT)
    code = (
        "import sys\nfrom modelkin.cli import main\nmain(['compare', 'one.py', 'two.py', '--quiet', '--no-diff'])\n"
        "print(*sorted(name for name in sys.modules if name.startswith('modelkin.')), sep='\\n')"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = ran.stdout.splitlines()
    assert "modelkin.evidence.conclusion" in loaded
    assert not [name for name in loaded if name.startswith("modelkin.models")]
    assert "modelkin.evidence.two_models" not in loaded


# The incident.


@needs_incidents
def test_the_incident_is_told_as_people_found_it() -> None:
    place = SHARED / "incidents"
    report = modelkin.compare(str(place / "llama3v"), str(place / "minicpm-llama3-v-2.5"))
    layout = of_kind(report, EvidenceKind.TENSOR_LAYOUT)[0]
    assert {(each.original, each.copy): each.count for each in layout.renames} == {
        ("vpm", "vison"): 437,
        ("resampler", "projection"): 13,
    }
    assert (layout.figures["matched"], layout.figures["names"], layout.figures["equal"]) == (741, 741, 291)
    assert report.conclusion
    assert report.conclusion.sentence.startswith(
        "llama3v: tokenizer and tensor layout are those of minicpm-llama3-v-2.5 ("
    )
    for figure in ("741 of 741 tensors, 450 renamed", "18 of 18 named tokens", "equal in 23 of 23 values"):
        assert figure in report.conclusion.sentence
    assert not report.conclusion.upstreams[0].counter


@needs_incidents
def test_the_incidents_control_is_another_model() -> None:
    place = SHARED / "incidents"
    report = modelkin.compare(str(place / "llama3v"), str(place / "minicpm-v-2"))
    assert report.conclusion
    assert report.conclusion.sentence.startswith("llama3v is another model than minicpm-v-2: ")
    for figure in ("12 of 23 values", "none of 18 named tokens", "304 of 741 tensor names fit (0.41)"):
        assert figure in report.conclusion.sentence
    assert {each.strength for each in report.evidence} == {Strength.COUNTER}
