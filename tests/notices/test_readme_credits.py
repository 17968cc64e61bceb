"""What a README credits: in its sentences, and in its sections of thanks."""

from __future__ import annotations

from modelkin.notices.model import Credit, Strength
from modelkin.notices.readme_credits import read_credits_in_prose

from ..support.cases import failures
from ..support.processor_time import processor_seconds

REPO = "https://github.com/lamps/lamp"
OTHER = "https://github.com/shades/shade"
CARD = f"""---
license: apache-2.0
base_model: lamps/lamp-7b
---

# Lamp-V

Lamp-V lights rooms. It was fine-tuned from lamps/lamp-7b, see the [paper](https://arxiv.org/abs/2401.00001).

Our code is based on [Lamp]({REPO}) and [Shade]({OTHER}).

```python
# Copied from https://github.com/bulbs/bulb
```

## Citations

This was built with the help of the following resources:

- Bulb-UHD + OpenBulb
- [Socket](https://github.com/sockets/socket)

## Acknowledgements

We thank the authors of [Wire](https://github.com/wires/wire/blob/main/wire.py) for their code.
We thank [Plug](https://github.com/plugs/plug) for compute and feedback.

Licence
-------

See https://github.com/fuses/fuse for details of Fuse.
"""


def of_code(text: str) -> list[Credit]:
    return [credit for credit in read_credits_in_prose(text) if credit.strength is not Strength.IDEA]


def test_a_model_card_credits_what_its_sentences_and_its_sections_of_thanks_name() -> None:
    assert [(credit.first_line, credit.project, credit.path) for credit in of_code(CARD)] == [
        (10, "lamps/lamp", ""),
        (10, "shades/shade", ""),
        (20, "Bulb-UHD", ""),
        (20, "OpenBulb", ""),
        (21, "sockets/socket", ""),
        (25, "wires/wire", "wire.py"),
    ]


def test_thanks_for_other_things_than_code_are_credits_of_ideas() -> None:
    credits_of_ideas = [each for each in read_credits_in_prose(CARD) if each.strength is Strength.IDEA]
    assert "plugs/plug" in [each.project for each in credits_of_ideas]


TITLES = [
    "## Acknowledgement",
    "# Acknowledgments",
    "### Credits",
    "**Acknowledgements**",
    "## Thanks",
    "Credits\n=======",
]


def test_sections_of_thanks_go_by_many_titles() -> None:
    def credited(title: str) -> list[tuple[str, Strength]]:
        found = of_code(f"{title}\n\nLamp {REPO} is great.\n\n## Usage\n\nSee {OTHER}.\n")
        return [(credit.project, credit.strength) for credit in found]

    assert not failures(credited, [(title, [("lamps/lamp", Strength.BASED)]) for title in TITLES])


SENTENCES = [
    f"This repository is built on top of [Lamp]({REPO}).",
    f"This project is adapted from {REPO}.",
    f"Parts of the code are borrowed from [Lamp]({REPO}).",
    f"Forked from {REPO}",
    f"The modeling code is copied from [lamps/lamp]({REPO}).",
]


def test_a_sentence_credits_code_in_any_section() -> None:
    def credited(line: str) -> list[tuple[str, int, int]]:
        return [(credit.url, credit.first_line, credit.last_line) for credit in of_code(f"# Shade\n\n{line}\n")]

    assert not failures(credited, [(line, [(REPO, 3, 3)]) for line in SENTENCES])


NO_CREDITS = [
    "The data was taken from https://huggingface.co/datasets/lamps/rooms.",
    "This model is based on lamps/lamp-7b.",
    "This model is based on [Lamp](https://huggingface.co/lamps/lamp-7b).",
    "We follow the method of [Lamp](https://arxiv.org/abs/2401.00001).",
    f"Install it from {REPO}.",
    f"For details see {REPO}/issues/1.",
    "Parts of this project contain code and models from other sources, which are subject to their own licences.",
    "![badge](https://github.com/lamps/lamp/actions/badge.svg)",
    f"```\nAdapted from {REPO}\n```",
    f"<!-- REUSE-IgnoreStart -->\nAdapted from {REPO}\n<!-- REUSE-IgnoreEnd -->",
]


def test_a_readme_speaks_of_much_that_is_no_credit() -> None:
    assert not [line for line in NO_CREDITS if of_code(f"# Shade\n\n{line}\n")]


def test_line_ends_change_nothing() -> None:
    expected = read_credits_in_prose(CARD)
    assert read_credits_in_prose(CARD.replace("\n", "\r\n")) == expected


HOSTILE = [
    "# Credits\n",
    "- a + ",
    "[a](https://github.com/a/b) ",
    "```\n",
    "**",
    "built ",
    "adapted from\n",
    "- A, B\n",
]


def test_a_hostile_megabyte_is_read_soon() -> None:
    for piece in HOSTILE:
        with processor_seconds(at_most=10):
            assert len(read_credits_in_prose("# Credits\n" + piece * (1_000_000 // len(piece)))) <= 500


OF_FILES: list[tuple[str, list[str]]] = [
    (f"The lamp (`lamp.py`) is from [lamp]({REPO}), MIT.", ["lamps/lamp"]),
    (f"`lights/lamp.py` was mostly from {REPO}.", ["lamps/lamp"]),
    (f"We use code from [lamp]({REPO}).", ["lamps/lamp"]),
    ("`lights/lamp.py` is from 2021.", []),
    (f"The lamp is from a shop. See [lamp]({REPO}).", []),
]


def test_a_file_is_from_where_a_sentence_says() -> None:
    def credited(text: str) -> list[str]:
        said = read_credits_in_prose(text)
        return [credit.project for credit in said if credit.strength is Strength.COPIED]

    assert not failures(credited, OF_FILES)
