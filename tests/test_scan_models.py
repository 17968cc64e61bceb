"""A scan holds a model against the known ones of a corpus, finds what nothing names, and answers in a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

import modelkin
from modelkin.audit.options import AuditOptions
from modelkin.corpus.model_table import ModelTable
from modelkin.models.model import ModelFacts
from modelkin.models.model_reading import read_model
from modelkin.reports import AUDIT_FORMATS, FORMATS, render
from modelkin.reports.console import PLAIN
from modelkin.results import Confidence, Finding, Level, Report
from modelkin.scan_steps import ScanOptions
from modelkin.sources import open_source

from .support.command_runs import run
from .support.model_folders import NAMES, SIZES, model_folder, renamed, tokenizer
from .support.small_corpora import ATTENTION, COPY, Upstream, corpus_of
from .support.weights import SHARED

RULES = ("derivation-undeclared", "tokenizer-uncredited", "ancestor-contradicted")
OTHERS = ("<tide>", "<ebb>", "<moon>", "<shore>")
CARD = "---\nbase_model: {}\n---\n# Harbour\n"


def facts_of_folder(folder: Path, name: str, date: str = "") -> ModelFacts:
    with open_source(str(folder)) as checkout:
        read = read_model(checkout, name)
    assert read
    return replace(read.facts, source="", date=date)


def corpus_with(path: Path, *models: ModelFacts) -> Path:
    """A corpus that knows these models, and one upstream project."""
    table = ModelTable()
    for each in models:
        table.add(each)
    corpus = corpus_of(Upstream(files={"lantern/attention.py": ATTENTION}))
    columns = {column.name: array.astype(column.dtype) for column, array in table.columns().items()}
    replace(corpus, arrays={**corpus.arrays, **columns}).save(path)
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Lantern, that the tests' folders have by default, and Beacon, of other sizes and tokens."""
    lantern = facts_of_folder(model_folder(tmp_path / "known"), "lamp/Lantern-7B")
    wide = {**SIZES, "hidden_size": 999, "intermediate_size": 888, "num_hidden_layers": 5}
    beacon = model_folder(tmp_path / "beacon", NAMES[:30], wide, tokenizer(200, OTHERS))
    return corpus_with(tmp_path / "models.safetensors", lantern, facts_of_folder(beacon, "sea/Beacon-3B"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Lantern with its tensors renamed, some keys, and the tokenizer's class."""
    keys = {f"x_{key}" if key.endswith("size") else key: value for key, value in SIZES.items()}
    loaded = {**json.loads(tokenizer()), "tokenizer_class": "HarbourTokenizer"}
    return model_folder(tmp_path / "harbour", renamed(NAMES), keys, json.dumps(loaded).encode())


def scanned(folder: Path, corpus: Path, as_of: str = "") -> Report:
    return modelkin.scan(str(folder), ScanOptions(corpora=(corpus,), as_of=as_of))


def on_models(report: Report) -> list[Finding]:
    return [each for each in report.findings if each.rule in RULES]


def test_a_renamed_model_that_nothing_names_is_an_error(copy: Path, corpus: Path) -> None:
    report = scanned(copy, corpus)
    [found] = on_models(report)
    assert (found.rule, found.level, found.confidence) == ("derivation-undeclared", Level.ERROR, Confidence.MEDIUM)
    assert found.region.path == "tokenizer_config.json"
    assert found.message.startswith("tokenizer and tensor layout are those of lamp/Lantern-7B (6 of 6 named tokens")
    assert "49 of 49 tensors, 25 renamed" in found.message
    assert "not known: nothing dates lamp/Lantern-7B" in found.reason
    assert report.conclusion
    assert report.conclusion.sentence.startswith("harbour: tokenizer and tensor layout are those of lamp/Lantern-7B (")
    assert report.conclusion.sentence.endswith("; nothing in it names it.")
    assert [each.project for each in report.conclusion.upstreams] == ["lamp/Lantern-7B"]
    assert report.evidence


def test_the_command_exits_with_1(copy: Path, corpus: Path) -> None:
    told = run("scan", str(copy), "--corpus", str(corpus), "--format", "concise")
    assert told.returncode == 1
    assert "derivation-undeclared" in told.stdout


@pytest.mark.parametrize(
    "readme",
    [
        CARD.format("lamp/Lantern-7B"),
        CARD.format("https://huggingface.co/lamp/Lantern-7B"),
        "# Harbour\n\nWe fine-tuned Lantern 7B on the tides.\n",
        "# Lantern-7B\n",
    ],
)
def test_a_model_that_is_named_in_the_card_is_no_finding(copy: Path, corpus: Path, readme: str) -> None:
    (copy / "README.md").write_text(readme)
    assert not on_models(scanned(copy, corpus))


def test_a_model_is_not_from_itself(tmp_path: Path, corpus: Path) -> None:
    report = scanned(model_folder(tmp_path / "lantern-7b"), corpus)
    assert not on_models(report)
    assert report.conclusion
    assert report.conclusion.sentence == (
        "lantern-7b: goes by the name of lamp/Lantern-7B, which is known, and nothing that was read speaks against it."
    )


@pytest.mark.parametrize(
    ("values", "says"),
    [({}, "and may be that one."), ({"hidden_size": 5120, "num_hidden_layers": 40}, "and is not that one: ")],
)
def test_the_name_of_a_release_is_not_that_of_one_of_its_sizes(
    tmp_path: Path, corpus: Path, values: dict[str, int], says: str
) -> None:
    root = model_folder(tmp_path / "lantern")
    config = json.loads((root / "config.json").read_text())
    (root / "config.json").write_text(json.dumps(config | values))
    report = scanned(root, corpus)
    assert report.conclusion
    assert report.conclusion.sentence.startswith(
        f"lantern: goes by the name of a release that has lamp/Lantern-7B, {says}"
    )


def test_a_comparison_in_a_table_names_no_origin(copy: Path, corpus: Path) -> None:
    (copy / "README.md").write_text("# Harbour\n\n| model | score |\n|---|---|\n| Lantern-7B | 71 |\n")
    [found] = on_models(scanned(copy, corpus))
    assert found.level is Level.ERROR


def test_what_names_the_family_alone_is_a_note(tmp_path: Path, copy: Path) -> None:
    reed = facts_of_folder(model_folder(tmp_path / "known"), "lamp/Lantern-Reed-7B")
    corpus = corpus_with(tmp_path / "models.safetensors", reed)
    (copy / "README.md").write_text("# Harbour\n\nThanks to the authors of Lantern.\n")
    [found] = on_models(scanned(copy, corpus))
    assert found.level is Level.NOTE
    assert "names the family" in found.reason


def test_another_base_in_the_card_makes_it_a_warning(copy: Path, corpus: Path) -> None:
    (copy / "README.md").write_text(CARD.format("other/Kestrel-7B"))
    report = scanned(copy, corpus)
    [found] = on_models(report)
    assert (found.rule, found.level) == ("derivation-undeclared", Level.WARNING)
    assert report.conclusion
    assert report.conclusion.sentence.endswith("; its card names other/Kestrel-7B.")
    assert "other/Kestrel-7B: no known model, so not compared" in report.conclusion.unknown


def test_a_base_that_the_evidence_contradicts_is_told(copy: Path, corpus: Path) -> None:
    (copy / "README.md").write_text(CARD.format("sea/Beacon-3B\nbase_model_relation: finetune"))
    [found] = on_models(scanned(copy, corpus))
    assert (found.rule, found.level, found.region.path) == ("ancestor-contradicted", Level.ERROR, "README.md")
    assert "calls sea/Beacon-3B its base, which has others: none of 6 named tokens" in found.message
    assert "lamp/Lantern-7B" in found.message


def test_the_tokenizer_alone_is_a_warning(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "harbour").mkdir()
    (tmp_path / "harbour" / "tokenizer_config.json").write_bytes(tokenizer())
    [found] = on_models(scanned(tmp_path / "harbour", corpus))
    assert (found.rule, found.level) == ("tokenizer-uncredited", Level.WARNING)


def test_the_same_architecture_is_no_finding(tmp_path: Path, corpus: Path) -> None:
    folder = model_folder(tmp_path / "harbour", renamed(NAMES), tokens=tokenizer(100, OTHERS))
    report = scanned(folder, corpus)
    assert not on_models(report)
    assert report.conclusion
    assert "in part the same as lamp/Lantern-7B" in report.conclusion.sentence


def test_a_model_that_is_older_is_from_nobody_younger(tmp_path: Path, copy: Path) -> None:
    younger = facts_of_folder(model_folder(tmp_path / "known"), "lamp/Lantern-7B", "2024-05-19")
    corpus = corpus_with(tmp_path / "models.safetensors", younger)
    assert not on_models(scanned(copy, corpus, as_of="2024-05-01"))
    [found] = on_models(scanned(copy, corpus, as_of="2024-06-01"))
    assert (found.level, found.confidence, found.reason) == (Level.ERROR, Confidence.HIGH, "")


def test_code_and_model_meet_in_one_sentence(tmp_path: Path, copy: Path) -> None:
    lantern = facts_of_folder(model_folder(tmp_path / "known"), "lamp/Lantern-7B")
    corpus = corpus_with(tmp_path / "models.safetensors", lantern)
    (copy / "modeling_harbour.py").write_text(COPY)
    report = scanned(copy, corpus)
    assert report.conclusion
    assert report.conclusion.sentence.startswith(
        "harbour: code, tokenizer and tensor layout are those of lamp/Lantern-7B (code: 1 renamed, of 1 file; "
    )


def test_code_alone_is_answered_for_as_well(tmp_path: Path) -> None:
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION})).save(tmp_path / "small.safetensors")
    folder = tmp_path / "harbour"
    folder.mkdir()
    (folder / "a.py").write_text("def tide(moon):\n    return moon.phase * 2\n")
    report = scanned(folder, tmp_path / "small.safetensors")
    assert report.conclusion
    assert report.conclusion.sentence == "harbour: no known upstream was found in its 1 file."
    (folder / "b.py").write_text(COPY)
    report = scanned(folder, tmp_path / "small.safetensors", as_of="2024-01-01")
    assert report.conclusion
    assert report.conclusion.sentence == (
        "harbour: 1 of 2 files is a copy of lantern 1.0 (1 renamed); 1 is its own, as far as is known."
    )
    undated = scanned(folder, tmp_path / "small.safetensors").conclusion
    assert undated
    assert undated.sentence == (
        "harbour: 1 of 2 files is alike with lantern 1.0 (1 renamed; who was first is not known); "
        "1 is its own, as far as is known."
    )


def test_what_may_be_from_a_third_is_no_copy_in_the_answer_either(tmp_path: Path) -> None:
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION})).save(tmp_path / "small.safetensors")
    folder = tmp_path / "harbour"
    folder.mkdir()
    (folder / "LICENSE").write_text("Copyright (c) 2023 Harbour AI\n\nLicensed under the MIT License.\n")
    (folder / "b.py").write_text("# Copyright 2016 Elder Works\n" + COPY)
    report = scanned(folder, tmp_path / "small.safetensors", as_of="2024-01-01")
    (attribution,) = report.attributions
    assert attribution.doubt
    assert attribution.doubt in {finding.reason for finding in report.findings}
    assert report.conclusion
    assert report.conclusion.sentence == (
        "harbour: 1 of 1 file is alike with lantern 1.0 (1 renamed; it is not sure that the code is from there)."
    )


@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_every_format_tells_the_answer(copy: Path, corpus: Path, format_: str) -> None:
    told = render(scanned(copy, corpus), format_)
    words = told.replace("\\", "").replace("&#45;", "-").replace("#45;", "-").replace("#47;", "/")
    assert "tokenizer and tensor layout are those of lamp/Lantern-7B" in " ".join(words.split())


def test_an_audit_names_the_model_where_there_is_no_code(tmp_path: Path, corpus: Path) -> None:
    place = tmp_path / "all"
    for name in ("one", "two"):
        (place / name).parent.mkdir(exist_ok=True)
        model_folder(place / name, renamed(NAMES))
    audit = modelkin.audit(place, tmp_path / "j.jsonl", AuditOptions(jobs=1, scan=ScanOptions(corpora=(corpus,))))
    assert [row.models for row in audit.rows] == [("lamp/Lantern-7B",)] * 2
    assert [row.conclusion.partition(":")[0] for row in audit.rows] == ["one", "two"]
    assert [row.by_level[Level.ERROR] for row in audit.rows] == [1, 1]
    report = audit.report("one")
    alone = scanned(place / "one", corpus)
    assert (report.conclusion, report.evidence) == (alone.conclusion, alone.evidence)
    for each in AUDIT_FORMATS:
        assert "Lantern" in "".join(AUDIT_FORMATS[each](audit, PLAIN)), each


def test_a_scan_without_a_model_loads_nothing_that_reads_models(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("X = 1\n")
    code = "import sys, modelkin; modelkin.scan(sys.argv[1]); print([each for each in sys.modules if 'model' in each])"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "model_origin" not in done.stdout
    assert "known_models" not in done.stdout


@pytest.mark.skipif(
    not (SHARED / "incidents").is_dir(), reason="the files of the incidents are kept beside the repository, not in it"
)
def test_llama3v_is_held_against_the_others_of_the_incidents(tmp_path: Path) -> None:
    folders = [each for each in sorted((SHARED / "incidents").iterdir()) if each.is_dir() and each.name != "llama3v"]
    known = [facts_of_folder(each, each.name) for each in folders if any(each.glob("*.json"))]
    corpus = corpus_with(tmp_path / "models.safetensors", *known)
    [found] = on_models(scanned(SHARED / "incidents" / "llama3v", corpus))
    assert (found.rule, found.level, found.upstream) == (
        "derivation-undeclared",
        Level.ERROR,
        "minicpm-llama3-v-2.5",
    )
    assert "741 of 741 tensors, 450 renamed" in found.message
    for each in folders:
        assert not on_models(scanned(each, corpus))
