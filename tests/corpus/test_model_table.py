"""Models in a corpus: kept through adding, removing, merging, packing and building; nothing of code is needed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from modelkin import ScanOptions, scan
from modelkin.cli import main
from modelkin.corpus import library
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Corpus
from modelkin.corpus.model_table import ModelTable, model_key
from modelkin.corpus.reach import known_corpora
from modelkin.corpus.schema import Columns
from modelkin.corpus.store import models_path, open_corpus, open_segments, shipped_models
from modelkin.errors import CorpusError
from modelkin.models.model import ModelFacts
from modelkin.models.stored_facts import encode
from modelkin.scan_steps import identity_of, known_models

from ..support.damaged_corpora import refused
from ..support.small_corpora import ATTENTION, LANTERN, THREE, corpus_of
from ..support.weights import safetensors

CONFIGURATION = {"hidden_size": 768, "depth": 12, "vocab_size": 4096}
CARD = "---\nlicense: mit\nbase_model: lantern/lantern-1b\n---\n# Lamp\n"


def written(folder: Path, depth: int = 12, code: str = "") -> str:
    """A folder of a model, with code or without."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**CONFIGURATION, "depth": depth}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"added_tokens_decoder": {"7": {"content": "<lamp>"}}}))
    (folder / "model.safetensors").write_bytes(safetensors({"layers.0.w": ("F32", (2, 3))}))
    (folder / "README.md").write_text(CARD)
    if code:
        (folder / "modeling.py").write_text(code)
    return str(folder)


def models(path: Path) -> dict[str, ModelFacts]:
    return {each.name: each for segment in open_segments(path) for each in segment.models}


def of_models(*known: ModelFacts) -> Corpus:
    builder = CorpusBuilder()
    for each in known:
        builder.models.add(each)
    return builder.finish("models")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.safetensors"


def test_a_source_without_code_adds_its_model_and_no_release(tmp_path: Path, path: Path) -> None:
    facts = library.add(written(tmp_path / "lamp"), "org/lamp", "Apache-2.0", "1.0", path, released="2024-03-04")
    assert (facts.projects, facts.releases, facts.files, facts.models) == (0, 0, 0, 1)
    (found,) = models(path).values()
    assert (found.name, found.release, found.date, found.licence) == ("org/lamp", "1.0", "2024-03-04", "Apache-2.0")
    assert found.base_models == ("lantern/lantern-1b",)
    assert found.configurations[0].values["hidden_size"] == "768"
    assert found.tokenizer is not None
    assert found.tokenizer.added.ids == (7,)
    assert [each.count for each in found.layouts] == [1]
    assert library.verify(path) == []


def test_code_and_model_of_a_source_are_added_together(tmp_path: Path, path: Path) -> None:
    facts = library.add(written(tmp_path / "lamp", code=ATTENTION), "lamp", "MIT", "1.0", path)
    assert (facts.projects, facts.releases, facts.files, facts.models) == (1, 1, 1, 1)
    assert open_corpus(path).models[0].name == "lamp"


def test_files_of_tools_beside_code_are_no_model(tmp_path: Path, path: Path) -> None:
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool" / "config.json").write_text('{"port": 80}')
    (tmp_path / "tool" / "a.py").write_text(ATTENTION)
    assert library.add(str(tmp_path / "tool"), "tool", "MIT", "1.0", path).models == 0


def test_a_model_of_which_nothing_can_be_read_is_an_error_that_says_why(tmp_path: Path, path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.safetensors").write_bytes(b"\xff" * 99)
    with pytest.raises(CorpusError, match=r"no Python file or notebook in it to add: model\.safetensors its header"):
        library.add(str(tmp_path / "broken"), "broken", "MIT", "1.0", path)
    assert not path.exists()


def test_the_same_name_and_release_replace_the_model_and_others_stay(tmp_path: Path, path: Path) -> None:
    for name, depth in (("lamp", 12), ("wick", 6), ("lamp", 24)):
        library.add(written(tmp_path / name, depth, ATTENTION if name == "wick" else ""), name, "MIT", "1.0", path)
    found = models(path)
    assert {name: each.configurations[0].values["depth"] for name, each in found.items()} == {"lamp": "24", "wick": "6"}
    assert sum(segment.model_count for segment in open_segments(path)) == 2
    library.add(written(tmp_path / "lamp"), "lamp", "MIT", "2.0", path)
    assert library.facts(path).models == 3
    assert library.verify(path) == []


def test_what_is_added_and_removed_again_leaves_the_bytes_as_they_were(tmp_path: Path, path: Path) -> None:
    corpus_of(*THREE).save(path)
    before = path.read_bytes()
    library.add(written(tmp_path / "lamp"), "lamp", "MIT", "1.0", path)
    assert library.facts(path).models == 1
    assert library.remove("lamp", path) == (0, 1)
    assert path.read_bytes() == before
    with pytest.raises(CorpusError, match="no project or model lamp; it has lantern, beacon"):
        library.remove("lamp", path)


def test_merging_packing_and_unpacking_keep_models(tmp_path: Path, path: Path) -> None:
    library.add(written(tmp_path / "lamp"), "lamp", "MIT", "1.0", path)
    merged, packed = tmp_path / "merged.safetensors", tmp_path / "own.packed"
    library.merge(path, merged)
    assert models(merged) == models(path)
    library.pack(path, packed)
    assert library.unpack(tmp_path / "out", packed).read_bytes() == path.read_bytes()


def test_the_digest_covers_the_models(path: Path) -> None:
    digests = {of_models(each).digest for each in (LANTERN, replace(LANTERN, licence="0BSD"))}
    assert len(digests | {of_models().digest}) == 3
    of_models(LANTERN).save(path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert library.verify(path)[0] == "its content does not match its digest"


def test_models_are_read_at_the_first_look_and_damage_is_one_line(path: Path) -> None:
    whole = of_models(LANTERN)
    for content in (b"", b"none", encode(replace(LANTERN, name="another")), encode(LANTERN)[:-1]):
        columns = {
            Columns.model_starts.name: np.array([0, len(content)], np.uint32),
            Columns.model_bytes.name: np.frombuffer(content, np.uint8),
        }
        replace(whole, arrays={**whole.arrays, **columns}).save(path)
        assert refused(path) == ""
        with pytest.raises(
            CorpusError, match=rf"\A{path}: damaged corpus file \([^\n]+\); build or download it again\Z"
        ):
            _ = open_corpus(path).models
        assert len(library.verify(path)) == 1
        assert main(["corpus", "list", "--corpus", str(path)]) == 2


def test_a_corpus_without_models_is_the_file_it_was_before_they_were_known(path: Path) -> None:
    corpus_of(*THREE).save(path)
    assert b"model_" not in path.read_bytes()
    assert open_corpus(path).models == ()


def test_facts_that_no_corpus_can_keep_are_an_error_that_names_the_model() -> None:
    with pytest.raises(CorpusError, match="lamp: the model cannot be kept in a corpus: the date"):
        ModelTable().add(ModelFacts("lamp", date="soon"))


def test_a_model_goes_by_its_name_and_its_release() -> None:
    keys = {model_key("a", "b"), model_key("a", ""), model_key("ab", ""), model_key("", "ab")}
    assert len(keys) == 4
    corpus = of_models(replace(LANTERN, name="b"), LANTERN, replace(LANTERN, name="A"))
    assert [each.name for each in corpus.models] == ["A", "b", LANTERN.name]
    assert list(corpus.arrays[Columns.model_hashes.name]) == sorted(corpus.model_hashes)


def test_a_scan_of_code_is_the_same_with_models_beside(tmp_path: Path, path: Path) -> None:
    code = tmp_path / "code.safetensors"
    corpus_of(*THREE).save(code)
    of_models(LANTERN).save(path)
    (tmp_path / "copy.py").write_text(ATTENTION)
    alone = scan(str(tmp_path / "copy.py"), ScanOptions(corpora=(code,)))
    beside = scan(str(tmp_path / "copy.py"), ScanOptions(corpora=(path, code)))
    assert beside.files == alone.files
    assert [each.models for each in beside.corpus.corpora] == [1, 0]


def test_reports_name_the_shipped_models_only_where_they_were_used(path: Path) -> None:
    of_models(LANTERN).save(path)
    own = open_corpus(path)
    named = ScanOptions(corpora=(path,))
    assert known_models(named, [own]) == [own]
    assert known_models(named, [corpus_of(*THREE)]) == []
    shipped = shipped_models()
    assert [each.name for each in known_models(ScanOptions(), [own])] == [own.name, *(each.name for each in shipped)]
    assert identity_of([own], [own]) == identity_of([own])
    assert [each.models for each in known_corpora([own])] == [1]


def test_list_and_info_tell_of_models(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    of_models(LANTERN, ModelFacts("lamp\x1b", is_architecture=True)).save(path)
    assert main(["corpus", "list", "--corpus", str(path)]) == 0
    told = capfd.readouterr().out
    assert "0 projects, 0 releases, 1 model " in told
    assert "lantern/lantern-1b  -        2023-07-08  configuration, tokenizer, layout of 2 tensors  MIT" in told
    assert "\x1b" not in told
    assert main(["corpus", "info", "--corpus", str(path)]) == 0
    assert "models: 2\n" in capfd.readouterr().out


def test_the_shipped_models_are_whole_small_and_have_a_source_each() -> None:
    (corpus,) = shipped_models()
    assert library.verify(models_path()) == []
    assert corpus.file_count == 0
    assert models_path().stat().st_size < 2 * 1024**2
    assert all(each.source for each in corpus.models)
    assert max(len(encode(each)) for each in corpus.models) <= 8 * 1024
    assert "incidents/llama3v" not in models_path().with_suffix(".yaml").read_text("utf-8")
