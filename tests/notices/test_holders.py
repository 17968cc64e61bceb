"""Whom a copyright line names, and whose name a copy has lost."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from modelkin.corpus.store import open_corpus, shipped_path
from modelkin.notices.holders import holders, holders_missing, same_holder, squeezed
from modelkin.support.data_files import shipped_folder

from ..support.cases import failures
from ..support.processor_time import processor_seconds

EACH = "Copyright 2022 EleutherAI and the HuggingFace Inc. team. All rights reserved."
FACEBOOK = "Copyright (c) Facebook, Inc. and its affiliates."


HOLDERS = [
    (EACH, ("eleutherai", "huggingface")),
    ("EleutherAI and the HuggingFace Inc. team", ("eleutherai", "huggingface")),
    ("Copyright (c) Meta Platforms, Inc. and affiliates.", ("meta platforms",)),
    ("Copyright (c) Facebook, Inc. and its affiliates. All Rights Reserved", ("facebook",)),
    ("Copyright 2018 Amazon.com, Inc. or its affiliates. All Rights Reserved.", ("amazon",)),
    ("Copyright (c) 2026 ByteDance Ltd. and/or its affiliates.", ("bytedance",)),
    ("Copyright (c) 2022-2024, NVIDIA CORPORATION & AFFILIATES.  All rights reserved.", ("nvidia",)),
    ("Copyright 2021 Google Research The HuggingFace Inc. team.", ("google research", "huggingface")),
    ("Copyright 2024 Cohere Inc. HuggingFace Inc. team. All rights reserved.", ("cohere", "huggingface")),
    ("Copyright 2018 The Google AI Language Team Authors.", ("google ai language",)),
    ("Copyright 2018 T5 Authors and HuggingFace Inc. team.", ("t5", "huggingface")),
    ("Copyright 2024 The GLM & ZhipuAI team and HuggingFace Inc. team.", ("glm", "zhipuai", "huggingface")),
    ("Copyright 2023 The HuggingFace Inc. & Google team.", ("huggingface", "google")),
    ("Copyright 2017 Lamp University (Ada One)", ("lamp university",)),
    ("Copyright 2021 The Lamp Authors (A. One, B. Two) and The Shade Team.", ("lamp", "shade")),
    ("Copyright 2021, Ada One; Bo Two; Cy Three", ("ada one", "bo two", "cy three")),
    ("Hacked together by / Copyright 2024 Ada One, original code by Bo Two", ("ada one",)),
    ("Modifications by/coyright Copyright 2021 Ada One", ("ada one",)),
    ("Copyright (c) 2022 Pablo Pernías MIT License", ("pablo pernías",)),
    ("Copyright 2020 Ada One, Apache-2.0 License", ("ada one",)),
    ("Copyright Lamp AI. Licensed under the Apache License 2.0, see LICENSE file.", ("lamp ai",)),
    ("Copyright: Ada One 2013. BSD 3-Clause license.", ("ada one",)),
    ("Copyright 2025 MIT, Tsinghua University and NVIDIA CORPORATION", ("mit", "tsinghua university", "nvidia")),
    ("Copyright FunASR (https://github.com/lamp/FunASR). All Rights Reserved.", ("funasr",)),
    ("Copyright (c) https://github.com/lamps/shade", ("lamps",)),
    ("Copyright 2024 Ada One (ada@example.org). All Rights Reserved.", ("ada one",)),
    ("Copyright (c) 2008 Ada O. One <ada@example.org>, Bo Two", ("ada o one", "bo two")),
    ("SPDX-FileCopyrightText: Copyright contributors to the vLLM project", ("vllm",)),
    ("SPDX-FileCopyrightText: 2020 Ada One", ("ada one",)),
    ("Copyright 2021 Lamp Lab, Copyright 2021 Shade Limited.", ("lamp lab", "shade")),
    ("Copyright (C) 2025 THL A29 Limited, a Tencent company and the HuggingFace team", ("thl a29", "huggingface")),
    ("2020 Lamp Inc. Copyright", ("lamp",)),
    ("Copyright 2019-present, the HuggingFace Inc. team", ("huggingface",)),
    ("Copyright (c) 2012- The PyWavelets Developers", ("pywavelets",)),
    ("Copyright 2022 Lamp Platforms, Inc.s and The Shade team", ("lamp platforms", "shade")),
    ("Copyright 2018 onwards Lamp LLC", ("lamp",)),
    ("Copyright 2022 Lamp University of Science & Technology", ("lamp university of science technology",)),
    ("Copyright 2020 名前", ("名前",)),
    ("Copyright 2020 The Authors", ("authors",)),
    ("Copyright 2023", ()),
    ("", ()),
]


def test_a_copyright_line_names_its_holders() -> None:
    assert not failures(holders, HOLDERS)


ALIKE = [
    ("huggingface", "hugging face"),
    ("The HuggingFace Inc. team", "Hugging Face"),
    ("huggingface", "hugginface"),
    ("Studio Ousia", "Studio-Ouisa"),
    ("UC Berkeley", "UC Berkely"),
    ("Eleuther AI", "EleutherAI"),
    ("NVIDIA CORPORATION & AFFILIATES", "Nvidia"),
    ("Copyright 2019 Ada One", "Copyright (c) 2021, ADA ONE. All rights reserved."),
    (EACH, "Copyright 2020 The HuggingFace Team and EleutherAI"),
]


def test_a_holder_may_be_spelled_in_several_ways() -> None:
    assert not [pair for pair in ALIKE if not same_holder(*pair) or not same_holder(*pair[::-1])]


UNLIKE = [
    ("facebook, inc. and its affiliates", "meta platforms"),
    ("huggingface", "Huawei Technologies Co., Ltd"),
    ("Wei Zhang", "Wei Zheng"),
    ("t5", "t4"),
    ("state-spaces/mamba", "state-spaces/mamba2"),
    ("Google AI Language", "Google Research"),
    ("openai", "openmmlab"),
    ("qwen", "wan"),
    (EACH, "Copyright 2022 EleutherAI"),
]


def test_other_holders_are_not_taken_for_the_same() -> None:
    assert not [pair for pair in UNLIKE if same_holder(*pair) or same_holder(*pair[::-1])]


MISSING: list[tuple[list[str], list[str], list[str]]] = [
    ([EACH], [EACH], []),
    ([EACH], ["Copyright 2024 Lamp Inc. and EleutherAI and The Hugging Face Team"], []),
    ([EACH], ["Copyright 2022 EleutherAI", "Copyright 2020 the HuggingFace Inc. team"], []),
    ([EACH], ["Copyright 2022 EleutherAI"], [EACH]),
    ([EACH], ["Copyright 2023 Baichuan Inc. All Rights Reserved."], [EACH]),
    ([EACH], [], [EACH]),
    ([], [EACH], []),
    (["Copyright 2020 A. One", EACH], ["Copyright 2021 A. One"], [EACH]),
    ([FACEBOOK], ["Copyright (c) Meta Platforms, Inc."], []),
    (["Copyright (c) Meta Platforms, Inc. and affiliates."], [FACEBOOK], []),
    ([FACEBOOK], ["Copyright (c) Metabase, Inc."], [FACEBOOK]),
    (["Copyright 2019 Twitter, Inc."], ["Copyright 2024 X Corp."], []),
    (["Copyright The PyTorch Lightning team."], ["Copyright Lightning AI"], []),
    (["Copyright 2021 DeepMind Technologies Limited"], ["Copyright 2024 Google DeepMind"], []),
    (["Copyright 2021 DeepMind"], ["Copyright 2021 Google"], ["Copyright 2021 DeepMind"]),
    (["Copyright 2018 Google AI"], ["Copyright 2023 Google AI EleutherAI GoodFolk"], []),
    (["Copyright 2023"], ["Copyright 2024 Lamp"], []),
    ([EACH, EACH], [], [EACH]),
]


def test_a_copyright_line_is_missing_when_one_of_its_holders_is() -> None:
    cases = [((upstream, copy), tuple(missing)) for upstream, copy, missing in MISSING]
    assert not failures(lambda lines: holders_missing(*lines), cases)


def test_a_line_that_was_kept_is_not_read() -> None:
    """What reads names has fourteen patterns: compiling them is felt at start-up."""
    before = holders.cache_info().misses
    assert holders_missing(["Copyright 2026 Ada Kept"], ["Copyright 2026 Ada Kept"]) == ()
    assert holders.cache_info().misses == before


def test_every_line_of_the_shipped_corpus_names_a_holder_unless_it_is_a_year() -> None:
    assert not [line for line in shipped() if not holders(line) and line.strip("Copyright (c)0123456789-,.")]


def test_no_line_of_the_shipped_corpus_is_missing_from_itself() -> None:
    def is_missing(line: str) -> bool:
        altered = f"{line} "  # lines that are equal are not read
        return bool(holders_missing([line], [line]) or holders_missing([line], [altered]))

    assert not [line for line in shipped() if is_missing(line) or not same_holder(line, line)]


def test_names_of_the_shipped_corpus_are_short_and_hold_no_marks() -> None:
    def is_odd(name: str) -> bool:
        return (
            name != " ".join(name.split())
            or len(name) > 60
            or bool({*"()<>,;@"} & {*name})
            or name.startswith(("copyright", "all rights", "licen"))
        )

    assert not [(line, name) for line in shipped() for name in holders(line) if is_odd(name)]


def test_few_different_names_of_the_shipped_corpus_are_one_holder() -> None:
    names = sorted({name for line in shipped() for name in holders(line)})
    alike = [(one, other) for one in names for other in names if one < other and same_holder(one, other)]
    misspelled = [(one, other) for one, other in alike if bare(one) != bare(other)]
    assert len(names) > 250
    assert len(misspelled) <= 8, misspelled


@cache
def shipped() -> tuple[str, ...]:
    corpus = open_corpus(shipped_path())
    return tuple(sorted({line for notice in corpus.notices for line in notice.copyrights}))


def bare(name: str) -> str:
    return "".join(filter(str.isalnum, name))


@given(st.text(max_size=200))
def test_any_text_names_holders_that_are_their_own(text: str) -> None:
    for name in holders(text):
        assert name == name.lower()
        assert name


def test_a_hostile_line_is_read_at_once() -> None:
    pieces = ["(", "<", "the ", "1999-", " and ", "copyright ", "https://a.b/", ", inc", "a@", "a "]
    for piece in pieces:
        with processor_seconds(at_most=5):
            assert len(holders(piece * 100_000)) < 1_000


def test_every_former_name_has_a_source_and_is_nobodys_present_name() -> None:
    lines = (shipped_folder("rules") / "former_names.txt").read_text("utf-8").splitlines()
    rows = [[part.strip() for part in line.split("|")] for line in lines if line and not line.startswith("#")]
    assert all(len(row) == 3 and row[2].startswith("https://") for row in rows)
    former = [squeezed(row[0]) for row in rows]
    assert len(set(former)) == len(former)
    chained = {"oracleamerica", "metaplatformstechnologies"}
    assert not {squeezed(row[1]) for row in rows} & set(former) - chained
