"""A README is read as a model card: front matter that cannot do harm, a title, credits on their own lines."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.repository.model import ModelCard
from modelkin.repository.model_card import card_title, read_card
from modelkin.support.yaml import BrokenYamlError, Value, top_level

from ..support.cases import failures
from ..support.processor_time import processor_seconds
from ..support.repositories import declarations_of, written

CARD = """\
---
license: apache-2.0
base_model:
- org/lantern
- org/bulb
base_model_relation: finetune
license_link: LICENSE
---

# Lamp 7B

The code is based on [lantern](https://github.com/org/lantern).
"""


def card(text: str) -> ModelCard:
    found, problem = read_card("README.md", text, "repository")
    assert problem is None
    return found


def refusal(text: str) -> str:
    found, problem = read_card("README.md", text, "repository")
    assert problem is not None
    assert found.licence is None
    return problem.reason


def test_a_card_names_licence_base_models_and_title() -> None:
    found = card(CARD)
    assert found.licence is not None
    assert (found.licence.stated, found.licence.licences) == ("apache-2.0", ("Apache-2.0",))
    assert found.licence.region.first_line == 2
    assert found.base_models == ("org/lantern", "org/bulb")
    assert (found.licence_name, found.title) == ("", "Lamp 7B")
    assert found.text.split("\n")[9] == "# Lamp 7B"
    assert "apache" not in found.text


def test_a_credit_keeps_the_line_it_stands_on() -> None:
    (credit,) = card(CARD).credits
    assert (credit.first_line, credit.url) == (12, "https://github.com/org/lantern")


@pytest.mark.parametrize("change", ["\ufeff", "\n\n", "crlf", "utf-16"])
def test_marks_blank_lines_and_line_endings_do_not_hide_front_matter(tmp_path: Path, change: str) -> None:
    text = CARD.replace("\n", "\r\n") if change == "crlf" else CARD
    stored = text.encode("utf-16") if change == "utf-16" else (text if change == "crlf" else change + text).encode()
    written(tmp_path, {"README.md": stored})
    (found,) = declarations_of(tmp_path).model_cards
    assert found.licence is not None
    assert found.licence.licences == ("Apache-2.0",)
    assert found.licence.region.first_line == (4 if change == "\n\n" else 2)


FRONTS: list[tuple[str, str, tuple[str, ...]]] = [
    ("license: [mit, apache-2.0]", "mit, apache-2.0", ("MIT", "Apache-2.0")),
    ("license: 'mit'", "mit", ("MIT",)),
    ("license: MIT # see LICENSE", "MIT", ("MIT",)),
    ("license: other\nlicense_name: mit", "other", ("MIT",)),
    ("license: other\nlicense_name: lamp-terms", "other", ()),
    ("license: 2024-01-01", "2024-01-01", ()),
    ("license: bsd", "bsd", ()),
]


def test_a_licence_may_be_a_list_a_family_or_named_apart() -> None:
    def licence(front: str) -> tuple[str, tuple[str, ...]] | None:
        found = card(f"---\n{front}\n---\n").licence
        return (found.stated, found.licences) if found else None

    assert not failures(licence, [(front, (stated, ids)) for front, stated, ids in FRONTS])


def test_the_name_of_a_licence_counts_where_the_card_leaves_it_open() -> None:
    fronts = ["license: other", "license: [Other, unknown]", "license: mit", "license: [other, mit]"]
    found = {front: card(f"---\n{front}\nlicense_name: lamp-terms\n---\n").licence_name for front in fronts}
    assert found == dict.fromkeys(fronts[:2], "lamp-terms") | dict.fromkeys(fronts[2:], "")


def test_front_matter_may_name_no_licence() -> None:
    fronts = ("license:", "license: null", "license: ~", "license: []", "licence: mit", "tags: [a]")
    assert not [front for front in fronts if card(f"---\n{front}\n---\n# Lamp\n").licence]


def test_a_readme_without_front_matter_is_a_card_without_licence() -> None:
    texts = ("# Lamp\n", "", "\n\n", "---\nlicense: mit\n", "# Lamp\n\n---\nlicense: mit\n---\n")
    assert not [text for text in texts if card(text).licence or card(text).text != text]


BOMB = "a: &a [x, x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(20))


BROKEN = [
    (BOMB, "line 2: an anchor or alias (& or *), which is not read here"),
    ("license: mit\nx: *nowhere\n", "line 3: an anchor or alias (& or *), which is not read here"),
    ("license: mit\nx: !!python/object/apply:os.system [ls]\n", "line 3: a tag (!), which is not read here"),
    ("license: !lamp mit\n", "line 2: a tag (!), which is not read here"),
    ("license: mit\nlicense: apache-2.0\n", "line 3: key 'license' for the second time"),
    ("license: mit\ntitle: a: b\n", "line 3: not valid YAML (mapping values are not allowed in this context)"),
    ("license: mit\n\tb: c\n", "line 3: not valid YAML"),
    ("license: 'mit\n", "line 3: not valid YAML (found unexpected end of stream)"),
    ("- license: mit\n", "line 2: not a mapping of keys to values"),
    ("mit\n", "line 2: not a mapping of keys to values"),
    ("? [license]\n: mit\n", "line 2: a key that is not a text"),
    ("a: " + "[" * 60 + "]" * 60, "line 2: nested more than 40 deep"),
    ("a: " + "{a: " * 100_000, "line 2: nested more than 40 deep"),
    ("a: \x07\n", "line 2: not valid YAML"),
    ("a: " + "x" * 600_000, "line 2: over the limit of 512 KB for YAML"),
]


def test_front_matter_that_is_broken_or_hostile_is_one_line() -> None:
    for block, reason in BROKEN:
        said = refusal(f"---\n{block}\n---\n# Lamp\n")
        assert said.startswith("front matter not read: ")
        assert reason in said
        assert "\n" not in said


def test_other_keys_may_stand_twice() -> None:
    assert card("---\ntitle: a\ntitle: b\nlicense: mit\n---\n").licence is not None


def test_a_card_with_broken_front_matter_keeps_its_title() -> None:
    found, _ = read_card("README.md", "---\na: [\n---\n# Lamp\n", "repository")
    assert found.title == "Lamp"


TITLES = [
    ("# Lamp 7B\n", "Lamp 7B"),
    ("text\n\n# Lamp\n", "Lamp"),
    ("## Lamp\n# Other\n", "Lamp"),
    ("text\n## Section\n", ""),
    ("```\n# comment\n```\n# Lamp\n", "Lamp"),
    ("Lamp\n====\n", "Lamp"),
    ("Lamp\n----\n", "Lamp"),
    ("====\nLamp\n====\n", "Lamp"),
    ('<h1 align="center">\n  Lamp <img src="a.png">\n</h1>\n', "Lamp"),
    ("<div>\n<h1>Lamp</h1>\n", "Lamp"),
    ("# ![logo](a.png) [**Lamp**](https://example.org) `7B` #\n", "Lamp 7B"),
    ("#\n# Lamp\n", "Lamp"),
    ("#hashtag\n", ""),
    ("# Model Card for Lamp 7B\n", "Lamp 7B"),
    ("# Model Card\n# Lamp\n", "Lamp"),
    ("# Model Details\n# Intended Use\n", ""),
    ("", ""),
]


def test_the_title_is_the_first_heading() -> None:
    assert not failures(card_title, TITLES)


def test_a_card_without_a_heading_goes_by_its_repository(tmp_path: Path) -> None:
    written(tmp_path / "lamp-7b", {"README.md": "text\n", "models/bulb/README.md": "text\n"})
    titles = {card.path: card.title for card in declarations_of(tmp_path / "lamp-7b").model_cards}
    assert titles == {"README.md": "lamp-7b", "models/bulb/README.md": "bulb"}


def test_what_reuse_ignores_is_not_read() -> None:
    text = "# Lamp\n<!-- REUSE-IgnoreStart -->\nBased on https://github.com/org/bulb\n<!-- REUSE-IgnoreEnd -->\nend\n"
    found = card(text)
    assert "bulb" not in found.text
    assert found.text.count("\n") == text.count("\n")
    assert found.credits == ()


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#?%@`, \n\t0~", max_size=60))
def test_no_text_breaks_the_reading_of_front_matter(block: str) -> None:
    values: dict[str, Value] = {}
    with suppress(BrokenYamlError):
        values = top_level(block, frozenset(("a", "b")))
    assert all(isinstance(text, str) for value in values.values() for text in value.texts)


HOSTILE = [
    "<h1 " * 250_000,
    "<h1>" * 250_000,
    "# " + "![" * 500_000,
    "# " + "[" * 500_000 + "\n" + "# [a](" * 100_000,
    "---\n" + "a: [b, c]\n" * 1 + "x: y\n" + "\n" * 900_000,
    "---\n" + "\n".join(f"k{n}: v" for n in range(40_000)) + "\n---\n",
    "---\n" + "a: 'b''" * 60_000 + "\n---\n",
    "---\n" + "? " * 200_000 + "\n---\n",
    "---\n" + "- " * 200_000 + "\n---\n",
    "REUSE-IgnoreStart\n" * 60_000,
]


def test_a_hostile_readme_takes_bounded_time() -> None:
    for text in HOSTILE:
        with processor_seconds(at_most=10):
            read_card("README.md", text, "")
