"""Which comments and docstrings credit code, and what they name; which only look like it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelkin.notices.credits import read_credits
from modelkin.notices.model import Credit, Strength

from ..support.cases import failures
from ..support.processor_time import processor_seconds

COPIED, ADAPTED, BASED, IDEA = Strength.COPIED, Strength.ADAPTED, Strength.BASED, Strength.IDEA
HUB = "https://huggingface.co/lamps/lamp-7b/blob/main/modeling_lamp.py"
FILE = "https://github.com/lamps/lamp/blob/v1.0/src/lamp/modeling_lamp.py#L10-L20"
REPO = "https://github.com/lamps/lamp"
MODULE = "lamps.models.lamp.modeling_lamp.LampMLP"
PATH = "src/lamp/modeling_lamp.py"


def read(text: str) -> tuple[Credit, ...]:
    return read_credits(text.encode())


CREDITS = [
    (f"# Copied from {MODULE}", COPIED, "lamps", MODULE),
    (f"# Copied from {MODULE} with Lamp->Shade,lamp->shade", COPIED, "lamps", MODULE),
    (f"# Copied from {MODULE} Lamp->Shade", COPIED, "lamps", MODULE),
    (f"# Todo - Refactor later. Copied from {MODULE}", COPIED, "lamps", MODULE),
    (f"# TODO: use modular - Copied from {MODULE}", COPIED, "lamps", MODULE),
    (f"# Adapted from {FILE}", ADAPTED, "lamps/lamp", PATH),
    (f"# Adapted from\n# {FILE}", ADAPTED, "lamps/lamp", PATH),
    (f"# Adapted from: \n# - {FILE}", ADAPTED, "lamps/lamp", PATH),
    (f"# Adapted from:\n#\n# {REPO}", ADAPTED, "lamps/lamp", ""),
    (f"# adapted from:\n# {REPO}", ADAPTED, "lamps/lamp", ""),
    (f"# adpated from {REPO}", ADAPTED, "lamps/lamp", ""),
    (f"# modify from: {REPO}", ADAPTED, "lamps/lamp", ""),
    (f"# modify from lamp: {REPO}", ADAPTED, "lamps/lamp", ""),
    ("# NOTE copy and modified from DeepLAMP", COPIED, "DeepLAMP", ""),
    (f"# Adapted from Lamp: {REPO}", ADAPTED, "lamps/lamp", ""),
    ("# Adapted from deep-lamp/Lamp-V3 encoding/enc.py.", ADAPTED, "deep-lamp/Lamp-V3", "encoding/enc.py"),
    (f"# Adapted from {HUB}", ADAPTED, "lamps/lamp-7b", "modeling_lamp.py"),
    (f"# Some of this code was adopted from {REPO}.", ADAPTED, "lamps/lamp", ""),
    ("# Parts of the code here are adapted from PyTorch", ADAPTED, "PyTorch", ""),
    ("# Portions of this code are from DeepLamp DeepEP project", BASED, "DeepLamp DeepEP", ""),
    ("# Forked from `lamp/shade.py`, with fewer options", COPIED, "", "lamp/shade.py"),
    ("# This code is based on LampAI's Lamp-NeoX library and the\n# Lamp implementation", BASED, "Lamp-NeoX", ""),
    ("# This code is based on lamps/src/lamp/modeling_lamp.py", BASED, "", "lamps/src/lamp/modeling_lamp.py"),
    ("# The code is based on lamp (lamp/lamp.py) and Shade-V3, but modified.", BASED, "", "lamp/lamp.py"),
    ("# This code is based on the revised code from lamp-lab/standing_lamp.", BASED, "lamp-lab/standing_lamp", ""),
    (f'"""Lamp\n\nThis started as a copy of {REPO} \'lamp.py\' (BSD-3-Clause)"""', COPIED, "lamps/lamp", ""),
    (f"# Code adapted from original Apache 2.0 licensed impl at {REPO}", ADAPTED, "lamps/lamp", ""),
    (f"# ... adapted from {REPO} (original copyright below)", ADAPTED, "lamps/lamp", ""),
    (f"# Original license: {REPO}/blob/main/LICENSE", BASED, "lamps/lamp", "LICENSE"),
    (f'"""Lamp\n\nOriginal code and weights from:\n* {REPO}\n"""', BASED, "lamps/lamp", ""),
    (f"# Original Impl: {REPO}", BASED, "lamps/lamp", ""),
    (f"# Model from official source: {REPO}/tree/main/lamp", BASED, "lamps/lamp", "lamp"),
    (f"# Code from {REPO}, thanks to the authors", BASED, "lamps/lamp", ""),
    (f'"""Lamp implementation from [Ada1]({REPO})"""', BASED, "lamps/lamp", ""),
    (f'"""shout-out to {REPO}/tree/main/lamp"""', BASED, "lamps/lamp", "lamp"),
    (f"# Port of {REPO}/blob/main/lamp.perl", ADAPTED, "lamps/lamp", "lamp.perl"),
    ("# Copied from lamp library : lamp/geometry/shade.py:76", COPIED, "", "lamp/geometry/shade.py"),
    ("# Copy-paste from torchvision.misc.ops with added eps", COPIED, "torchvision", "torchvision.misc.ops"),
    (f"# Source: {FILE}", BASED, "lamps/lamp", PATH),
    (f"# credit: {REPO}", BASED, "lamps/lamp", ""),
    (f"# from {FILE}", BASED, "lamps/lamp", PATH),
    ("# Modified from https://github.com/lamps/\n# lamp/blob/main/shade.py", ADAPTED, "lamps/lamp", "shade.py"),
    (f"# Code is modified from the `official repo\n# <{REPO}>`_.", ADAPTED, "lamps/lamp", ""),
    ("# Adapted from https://stackoverflow.com/a/123/456", ADAPTED, "stackoverflow.com", ""),
    ("# Taken from https://gist.github.com/lampist/0123abcd", COPIED, "lampist", ""),
    ("# Adapted from https://raw.githubusercontent.com/lamps/lamp/main/lamp.py", ADAPTED, "lamps/lamp", "lamp.py"),
    ("# Borrowed from ESPnet", COPIED, "ESPnet", ""),
    ("# Decay based on code by @lampist, her comments", BASED, "@lampist", ""),
    ("# Based on the Lamp v1.5.0 implementation of shades.", BASED, "Lamp", ""),
    ("# From PyTorch internals", COPIED, "PyTorch", ""),
    ("# this logic is taken from PyTorch 2.0+ torch/serialization.py", COPIED, "", "torch/serialization.py"),
    ("# modified from torch.optim.Adam based on: https://arxiv.org/abs/1", ADAPTED, "torch", "torch.optim.Adam"),
    ("x = 1  # copied from torch.optim.optimizer", COPIED, "torch", "torch.optim.optimizer"),
]  # fmt: skip


def test_a_phrase_credits_code() -> None:
    def credited(comment: str) -> tuple[Strength, str, str]:
        credit = next(each for each in read(f"{comment}\n") if each.strength is not IDEA)
        assert credit.words == " ".join(credit.words.split())
        assert (credit.url != "") == ("http" in comment and "arxiv" not in comment), comment
        return credit.strength, credit.project, credit.path

    assert not failures(credited, ((comment, (how, project, path)) for comment, how, project, path in CREDITS))


IDEAS = [
    f"# This model implementation is heavily inspired by {REPO}",
    f"# DISCLAIMER: This code is strongly influenced by {REPO}",
    f"# Inspired by Lamp: {REPO}",
    f"# Reference: {FILE}",
    f"# See {FILE}",
    f"# refer to {REPO} for details",
    "# Credits to Ada at github.com/lamps/lamp",
]


def test_a_credit_of_an_idea_does_not_say_that_code_was_taken() -> None:
    def credited(comment: str) -> set[tuple[Strength, str]]:
        return {(credit.strength, credit.project) for credit in read(comment)}

    assert not failures(credited, [(comment, {(IDEA, "lamps/lamp")}) for comment in IDEAS])


NO_CREDITS = [
    "# taken from the original Transformer paper",
    "# Based on 3.4. in https://huggingface.co/papers/2204.08110",
    "# Adapted from https://arxiv.org/abs/1706.03762",
    "# Based on https://arxiv.org/pdf/1211.3711.pdf",
    "# Modified from the algorithm of https://doi.org/10.1000/182",
    "# Adapted from `A Lamp is All You Need <https://openreview.net/forum?id=abc>`_",
    "# adapted from [Patch n' Pack: a Lamp](https://huggingface.co/papers/2307.06304)",
    "# based on metric set the threshold",
    "# converted from conv 1D to linear",
    "# derived from the model's weights",
    "# a rank is taken from the mesh",
    "# converted by `lamp convert` command or download from https://github.com/lamps/lamp",
    "# no longer copied from Lamp after static cache",
    "# not copied from lamps.models.lamp.Lamp",
    "# portion(s) of the inputs",
    "# copies or substantial portions of the Software",
    "# You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0",
    "# see https://github.com/lamps/lamp/issues/12",
    "# Based on https://github.com/lamps/lamp/issues/12",
    "# original model path",
    "# acknowledged by the receiver",
    "# Based on https://pytorch.org/docs/stable/generated/torch.nn.Linear.html",
    "# TODO(@lampist): Copied from lamps.core.shades",
    "# copied from CPU to GPU",
    "# copy the tensor from HBM",
    "# values taken from Table 2",
    "# derived from BaseLamp",
    "# Make a deep copy of the model",
    "# ImageNet weights from https://github.com/lamps/lamp",
    "# pretrained model taken from https://huggingface.co/lamps/lamp-7b",
    "# Install it from https://github.com/lamps/lamp",
    "# this is different from the original Lamp (https://github.com/lamps/lamp)",
    "# Construct a lamp tokenizer. Based on [Shade](https://github.com/lamps/shade).",
    "# This file was automatically generated from src/lamps/modular_lamp.py",
    "# Credits to the Reddit user /u/lampist",
    "# ported to Windows",
    "# Adapted from the default configuration",
    "# adapted for the purposes of the lamp extractor",
    "# based on the PyTorch version",
    "# Based on the Lamp v1.5 architecture. An implementation follows.",
    "s = '# Copied from https://github.com/lamps/lamp'",
    's = """\nCopied from https://github.com/lamps/lamp\n"""',
    "s = f(\n'Adapted from https://github.com/lamps/lamp')",
    "# REUSE-IgnoreStart\n# Copied from https://github.com/lamps/lamp\n# REUSE-IgnoreEnd",
]


def test_what_only_looks_like_a_credit_is_none() -> None:
    assert not [text for text in NO_CREDITS if any(each.strength is not IDEA for each in read(f"{text}\n"))]


def test_lines_are_those_of_the_phrase() -> None:
    text = f'''import a


class Lamp:
    """A lamp.

    It is
    adapted from
    {FILE}.
    """

    x = 1  # copied from lamp.shades.shade.Shade
'''
    first, second = read(text)
    assert (first.first_line, first.last_line) == (8, 9)
    assert first.url == FILE
    assert (second.first_line, second.last_line) == (12, 12)


def test_comments_above_a_docstring_keep_their_line() -> None:
    text = f'# Copied from {MODULE}\nclass Lamp:\n    """Adapted from {REPO}"""\n\n    # Adapted from {FILE}\n'
    assert [(each.strength, each.first_line) for each in read(text)] == [(COPIED, 1), (ADAPTED, 3), (ADAPTED, 5)]


def test_words_are_the_phrase_on_one_line() -> None:
    (credit,) = read("# Copied from\n#   lamp.shades.shade.Shade   with Lamp->Bulb\n")
    assert credit.words == "Copied from lamp.shades.shade.Shade with Lamp->Bulb"


def test_each_link_of_a_list_is_a_credit() -> None:
    text = (
        "# This optimizer was adapted from the following (latest first)\n"
        f"#  * {REPO}/blob/main/a.py\n#  * https://github.com/shades/shade/blob/main/b.py\n"
        f"# and {REPO}/blob/main/c.py\n"
        "# The rest is at https://github.com/other/other\n"
    )
    found = [(each.path, each.first_line, each.last_line) for each in read(text) if each.strength is ADAPTED]
    assert found == [("a.py", 1, 2), ("b.py", 3, 3), ("c.py", 4, 4)]


def test_several_phrases_of_a_paragraph_are_told_apart() -> None:
    text = (
        f"# Copied from {MODULE}\n# taken from the paper\n# copy and modified from DeepLAMP\n# Adapted from: {REPO}\n"
    )
    assert [(each.project, each.first_line) for each in read(text)] == [
        ("lamps", 1),
        ("DeepLAMP", 3),
        ("lamps/lamp", 4),
    ]


def test_line_ends_and_a_mark_at_the_top_change_nothing() -> None:
    text = f"# Adapted from\n# {REPO}\nimport a\n# Copied from {MODULE}\n"
    expected = read(text)
    assert len(expected) == 2
    assert read(text.replace("\n", "\r\n")) == expected
    assert read_credits(b"\xef\xbb\xbf" + text.encode()) == expected


@given(st.text(alphabet=st.sampled_from("#\"'\\\n \tafrom copied:/.h"), max_size=300))
def test_any_text_is_read_without_complaint(text: str) -> None:
    for credit in read(text):
        assert 1 <= credit.first_line <= credit.last_line <= text.count("\n") + 1


def test_a_string_that_is_a_value_credits_nothing() -> None:
    credit = f'"""Copied from {REPO}"""'
    credited = {
        f"x = 1\n{' ' * 99}{credit}": 1,  # which does not parse
        f"def f():\n    r{credit}\n": 1,
        f"'Copied from {REPO}'\n": 1,
        f"x = {credit}": 0,
        f"LICENCES = (\n{credit},\n{credit},\n)\n": 0,
        f"print(\n    {credit}\n)\n": 0,
    }
    assert [text for text, count in credited.items() if len(read(text)) != count] == []


def test_many_strings_on_one_line_are_read_soon() -> None:
    with processor_seconds(at_most=15):  # 55 s, were the line's start looked for from each
        read_credits(b'"""' * 2_700_000)


HOSTILE = [
    "# copied from ",
    "# adapted ",
    '"""',
    "'''\\",
    "# https://github.com/a/b ",
    "# based on a/b ",
    "a" * 70 + "#",
    "# from the the the ",
    "# copied from\n",
    "# original code at\n",
    "# " + "a-" * 40,
    "# x.y.z copied from ",
    "# - https://github.com/a/b\n",
    "'\\",
    "# see " + "https://" * 9,
    "# credits for a to ",
    "# (((",
    '"""\ncopied\tfrom A\n',
]


def test_a_hostile_megabyte_is_read_soon() -> None:
    for piece in HOSTILE:
        with processor_seconds(at_most=25):
            read_credits((piece * (1_000_000 // len(piece))).encode())
