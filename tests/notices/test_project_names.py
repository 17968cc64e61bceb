"""Whether a source that a header names is a certain project."""

from __future__ import annotations

from modelkin.notices.project_names import names_project

from ..support.processor_time import processor_seconds

JANUS = ("janus", "deepseek-ai/Janus")
JANUS_FILE = "https://github.com/deepseek-ai/Janus/blob/main/janus/models/modeling_vlm.py"
DELTA = ("Copyright (c) 2021 Delta Research",)

NAMED = [
    ((JANUS_FILE,), JANUS, ()),
    ((f"Copied and Adapted from: {JANUS_FILE}",), ("Janus",), ()),
    ((f"Copied and Adapted from: {JANUS_FILE}",), ("https://github.com/deepseek-ai/Janus.git",), ()),
    ((JANUS_FILE,), ("git@github.com:deepseek-ai/Janus.git",), ()),
    (("https://huggingface.co/deepseek-ai/Janus",), ("Janus-main",), ()),
    (("https://raw.githubusercontent.com/deepseek-ai/Janus/main/a.py",), JANUS, ()),
    (("https://pypi.org/project/tide-former",), ("TideFormer",), ()),
    (("deltaresearch/TideFormer",), ("tide_former",), ()),
    (("deltaresearch/TideFormer",), ("tideformer-1.0.2",), ()),
    (("deltaresearch/TideFormer",), ("original-of-2021",), DELTA),
    (("deltaresearch/TideFormer",), (), ("Delta Research",)),
    (("https://github.com/facebookresearch/mae",), ("mae",), ()),
    (("facebookresearch/models",), ("facebookresearch/models",), ()),
    (("TideFormer",), ("tideformer",), ()),
    (("Adapted from TideFormer.",), ("tideformer",), ()),
    (("code from the TideFormer, with changes",), ("tideformer",), ()),
    (("tideformer.models.former.Block",), ("tideformer",), ()),
    (("tideformer/models/former.py",), ("tideformer",), ()),
    (("somebody/else", "deltaresearch/TideFormer"), ("tideformer",), ()),
]

NOT_NAMED = [
    ((), JANUS, DELTA),
    ((JANUS_FILE,), (), ()),
    ((JANUS_FILE,), ("",), ("",)),
    # Another's port has the name only in its path.
    (
        ("https://github.com/huggingface/transformers/blob/main/src/transformers/models/janus/modeling_janus.py",),
        JANUS,
        (),
    ),
    (("huggingface/transformers",), ("adapter-transformers",), ()),
    (("huggingface/adapter-transformers",), ("transformers",), ()),
    (("deepseek-ai/Janus-Pro",), ("deepseek-ai/Janus",), ()),
    (("somebody/tideformers",), ("tideformer",), ()),
    # Words that are nobody's name.
    (("tensorflow/models",), ("models",), ()),
    (("somebody/utils",), ("utils", "src", "model"), ()),
    (("models/layers.py",), ("models", "layers"), ()),
    (("Adapted from the model code of somebody/lamp",), ("model", "code"), ()),
    (("https://arxiv.org/abs/2010.11929",), ("2010.11929", "abs"), ()),
    # A name in passing is no source.
    (("Adapted from the TideNet of somebody/lamp, as BERT does",), ("bert",), ()),
    (("deltaresearch/TideFormer",), ("deltaresearch/Harbour",), DELTA),
    (("facebookresearch/deit",), ("convnext",), ("Copyright (c) Facebook, Inc. and its affiliates.",)),
    (("open/x",), (), ("Copyright 2020 Open",)),
]


def test_a_source_names_the_project_it_is_from() -> None:
    assert not [case for case in NAMED if not names_project(*case)]


def test_another_project_is_not_named() -> None:
    assert not [case for case in NOT_NAMED if names_project(*case)]


def test_hostile_sources_take_bounded_time() -> None:
    long = ("from " * 100_000, "a/" * 200_000, "https://" * 100_000, "git@a:" * 100_000, "." * 500_000)
    with processor_seconds(at_most=5):
        assert not names_project(long * 20, ("lamp", *long), long)
