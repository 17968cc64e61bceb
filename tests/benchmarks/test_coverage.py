"""What the benchmark of reach takes for a link to where code is from, and what it counts of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from modelkin.corpus.store import default_corpora
from modelkin.results import Verdict

from ..support.small_corpora import ATTENTION, SCHEDULE, THREE, corpus_of
from .coverage import holders, key_of_origin, main, measured
from .credit_links import Link, blocks, canonical, key_of, mine, table, upstreams_in

CREDITS = {
    "# Adapted from https://github.com/Lamps/Lantern/blob/main/lantern/wick.py": {"lamps/lantern"},
    "# code is copied and modified from https://github.com/lamps/lantern.git": {"lamps/lantern"},
    "x = 1  # borrowed from github.com/lamps/lantern": {"lamps/lantern"},
    '"""Based on the code of Lantern.\n\nhttps://github.com/lamps/lantern/tree/main\n"""': set(),
    "# Based on lantern and beacon code bases\n# https://github.com/lamps/lantern\n# https://github.com/lamps/beacon": {
        "lamps/lantern",
        "lamps/beacon",
    },
    "# Modified from https://github.com/lamps/long-\n# lantern/blob/main/a.py": {"lamps/long-lantern"},
    "# from https://github.com/lamps/lantern": {"lamps/lantern"},
    "# Source: https://raw.githubusercontent.com/lamps/lantern/main/wick.py": {"lamps/lantern"},
    "# Copied from transformers.models.bert.modeling_bert.BertLayer with Bert->Lamp": {"huggingface/transformers"},
    "# The code is modified from DETR.": {"facebookresearch/detr"},
    "# taken from facebookresearch/lamp": {"facebookresearch/lamp"},
    "# Copied from https://huggingface.co/lamps/lantern-7b/blob/main/modeling_lamp.py": {"hf:lamps/lantern-7b"},
    "# ported from https://pypi.org/project/Lantern/": {"pypi:lantern"},
    "# ported from https://gitlab.com/lamps/lantern": {"gitlab:lamps/lantern"},
    "def f(:\n# Adapted from https://github.com/lamps/lantern": {"lamps/lantern"},
}
NONE = (
    "# Adapted from https://arxiv.org/abs/1706.03762",
    "# see https://github.com/lamps/lantern",
    "# copied from https://github.com/lamps/lantern/issues/7",
    "# Adapted from https://gist.github.com/lamps/0123456789abcdef",
    "# Pretrained weights are taken from https://github.com/lamps/lantern",
    "# Data downloaded from https://huggingface.co/datasets/lamps/lights",
    "# The model is based on https://huggingface.co/lamps/lantern-7b",
    "# This is not based on https://github.com/lamps/lantern",
    "# Based on [Lantern](https://github.com/lamps/lantern)",
    'address = "copied from https://github.com/lamps/lantern"',
    "# Please install lantern from source. See https://github.com/lamps/lantern",
)


@pytest.mark.parametrize(("text", "upstreams"), CREDITS.items())
def test_a_link_names_its_upstream(text: str, upstreams: set[str]) -> None:
    assert upstreams_in(text + "\n") == upstreams


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_link_to_code_names_none(text: str) -> None:
    assert upstreams_in(text + "\n") == set()


def test_comments_that_follow_each_other_are_one_text() -> None:
    text = "# a\n# b\nx = 1\n# c\n"
    assert list(blocks(text)) == ["a\nb", "c"]


def test_former_names_are_one_upstream_and_forks_are_two() -> None:
    assert canonical("rwightman/pytorch-image-models") == canonical("huggingface/Pytorch-Image-Models")
    assert canonical("NVIDIA/Megatron-LM") != canonical("bigscience-workshop/Megatron-DeepSpeed")
    assert not set(table().same) & set(table().same.values())


def test_a_homepage_is_the_upstream_that_links_name() -> None:
    assert key_of("https://github.com/Lamps/Lantern") == "lamps/lantern"
    assert key_of("https://huggingface.co/lamps/lantern-7b") == "hf:lamps/lantern-7b"
    assert key_of("https://lamps.example.org/lantern") == ""


@pytest.mark.parametrize(
    ("origin", "key"),
    [
        ("pypi:Lantern", "pypi:lantern"),
        ("hf:Lamps/Lantern-7B", "hf:lamps/lantern-7b"),
        ("git+https://github.com/lamps/lantern", "lamps/lantern"),
        ("", ""),
    ],
)
def test_what_a_release_is_from_is_the_upstream_that_links_name(origin: str, key: str) -> None:
    assert key_of_origin(origin) == key


def test_a_repository_is_no_upstream_of_itself(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "# copied from https://github.com/lamps/lantern\n\nx = 1\n# copied from https://github.com/lamps/beacon\n"
    )
    assert mine(tmp_path, "Lamps/Lantern") == [Link("a.py", "lamps/beacon")]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    three = corpus_of(*THREE)
    homes = {"lantern": "https://github.com/lamps/lantern", "beacon": "https://github.com/copies/lamp"}
    projects = tuple(replace(each, homepage=homes[each.name]) for each in three.projects)
    replace(three, projects=projects).save(tmp_path / "three.safetensors")
    return tmp_path / "three.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Says of three files where they are from: one is held and alike, one held alone, one neither."""
    folder = tmp_path / "copies+lamp"
    folder.mkdir()
    (folder / "alike.py").write_text("# adapted from https://github.com/lamps/lantern\n\n\n" + ATTENTION)
    (folder / "other.py").write_text("# adapted from https://github.com/lamps/lantern\n\nlight = 1\n")
    (folder / "far.py").write_text("# adapted from https://github.com/lamps/nowhere\n\nlight = 2\n")
    return folder


def test_held_and_named_are_counted_apart(folder: Path, corpus: Path) -> None:
    held = holders(default_corpora([corpus]))
    assert held["lamps/lantern"] == {"lantern"}
    found = measured(folder, held, (corpus,), held_only=False)
    # Pairs, held, named; links, held, named; files, copies.
    assert found.counts == [2, 1, 1, 3, 2, 1, 3, 1]


def test_what_is_held_is_told_without_a_scan(folder: Path, corpus: Path) -> None:
    found = measured(folder, holders(default_corpora([corpus])), (corpus,), held_only=True)
    assert found.counts == [2, 1, 0, 3, 2, 0, 0, 0]


def test_a_repository_is_not_held_against_its_own_project(folder: Path, corpus: Path) -> None:
    (folder / "own.py").write_text(SCHEDULE)
    found = measured(folder, holders(default_corpora([corpus])), (corpus,), held_only=False)
    assert found.verdicts["own.py"].verdict is Verdict.INDEPENDENT


def test_the_command_lists_what_is_not_held_and_what_is_not_there(folder: Path, corpus: Path) -> None:
    names = folder.parent / "names.txt"
    names.write_text("# two\ncopies/lamp\nlamps/gone\n")
    arguments = ["--names", str(names), "--under", str(folder.parent), "--corpus", str(corpus)]
    shown = CliRunner().invoke(main, arguments, catch_exceptions=False).output
    assert "2 pairs  1 (50.0 %)  1 (50.0 %)" in shown
    assert "Not to be had: 1\n  lamps/gone" in shown
    assert "credit them: 1\n  1 lamps/nowhere" in shown


@pytest.mark.parametrize("arguments", [[], ["--names", __file__]])
def test_nothing_to_measure_is_an_error(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2
