"""Which texts stand in a text, on a table of invented licences."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.licences.identify import identify
from modelkin.licences.table import Anchor, LicenceTable

from ..support.cases import failures
from ..support.invented_licences import invented, table_of
from ..support.processor_time import processor_seconds

LAMP, PIPE, NOTE = invented(1, 500), invented(2, 300), invented(3, 60)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> LicenceTable:
    return table_of(tmp_path_factory.mktemp("table"), {"Lamp-1.0": LAMP, "Pipe-1.0": PIPE, "Note-1.0": NOTE})


def lossy(text: str) -> str:
    rng = Random(5)
    return " ".join(word for word in text.split() if rng.random() > 0.05)


def found(text: str, table: LicenceTable) -> list[str]:
    return [each.licence for each in identify(text, table)]


CHANGES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper": str.upper,
    "hashes": lambda text: "\n".join(f"# {line}" for line in text.splitlines()),
    "stars": lambda text: "/*\n" + "\n".join(f" * {line}" for line in text.splitlines()) + "\n */",
    "wrapped": lambda text: textwrap.fill(" ".join(text.split()), 40),
    "one line": lambda text: " ".join(text.split()),
    "cut": lambda text: text[: int(len(text) * 0.85)],
    "words lost": lossy,
    "amid others": lambda text: f"{invented(8, 200)}\n\n{text}\n\n{invented(9, 200)}",
}


def test_a_text_is_known_however_it_stands_there(table: LicenceTable) -> None:
    texts = {"Lamp-1.0": LAMP, "Pipe-1.0": PIPE}
    assert not failures(
        lambda case: found(CHANGES[case[0]](texts[case[1]]), table),
        [((change, licence), [licence]) for change in CHANGES for licence in texts],
    )


def test_a_short_text_is_known_as_well(table: LicenceTable) -> None:
    assert found(f"# {NOTE}\nimport this", table) == ["Note-1.0"]


def test_all_parts_of_a_file_are_told_with_their_lines_largest_first(table: LicenceTable) -> None:
    text = f"Third parties\n\n{PIPE}\n\nand\n\n{LAMP}\n\nand again\n\n{PIPE}"
    parts = identify(text, table)
    lines = text.splitlines()
    assert [part.licence for part in parts] == ["Lamp-1.0", "Pipe-1.0", "Pipe-1.0"]
    for part in parts:
        beginning = lines[part.first_line - 1].split()[0]
        assert beginning in (LAMP.split()[0], PIPE.split()[0])
        assert lines[part.last_line - 1].split()[-1] in (LAMP.split()[-1], PIPE.split()[-1])


def test_copies_right_after_each_other_are_told_apart(table: LicenceTable) -> None:
    parts = identify("\n".join([NOTE] * 5), table)
    assert [part.licence for part in parts] == ["Note-1.0"] * 5
    assert len({part.first_line for part in parts}) == 5


def test_what_is_no_licence_or_little_of_one_gives_nothing(table: LicenceTable) -> None:
    texts = ("", "x", "import os\n" * 1000, invented(99, 2000), "\0\1\2" * 1000, LAMP[: len(LAMP) // 3])
    assert not [text for text in texts if identify(text, table)]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=400))
def test_any_text_around_changes_nothing(table: LicenceTable, text: str) -> None:
    assert found(f"{text}\n\n{PIPE}", table) == ["Pipe-1.0"]


def twin(name: str, every: int = 8) -> str:
    """A text that is like others but for the name, which stands at every so many words."""
    words = LAMP.split()
    words[::every] = [name] * len(words[::every])
    return " ".join(words)


def test_near_twins_are_told_apart(tmp_path: Path) -> None:
    twins = {f"Kettle-{version}": twin(f"kettle{version}") for version in "123"}
    table = table_of(tmp_path, twins)
    copies = [(text, [licence]) for licence, text in twins.items()]
    assert not failures(lambda text: found(text, table), copies)
    assert not failures(lambda text: found(lossy(text), table), copies)


def test_a_version_not_known_is_not_taken_for_another(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"Kettle-1": twin("kettle", 100)}, {"Kettle-1": Anchor(("kettle",), ())})
    assert found(twin("kettle", 100), table) == ["Kettle-1"]
    assert found(twin("teapot", 100), table) == []


def test_what_an_anchor_refuses_is_another_licence(tmp_path: Path) -> None:
    anchors = {"Lamp-1.0": Anchor((), ("for research only",))}
    table = table_of(tmp_path, {"Lamp-1.0": LAMP}, anchors)
    assert found(LAMP, table) == ["Lamp-1.0"]
    assert found(f"{LAMP} It is for research only.", table) == []
    assert found(f"{LAMP} {invented(4, 60)} That one is for research only.", table) == ["Lamp-1.0"]


def test_of_two_that_fit_the_one_whose_words_stand_there_is_told(tmp_path: Path) -> None:
    longer = f"{LAMP} {invented(6, 80)}"
    table = table_of(tmp_path, {"Lamp-1.0": LAMP, "Lamp-2.0": longer})
    assert found(LAMP, table) == ["Lamp-1.0"]
    assert found(longer, table) == ["Lamp-2.0"]


def test_a_variant_without_a_rule_has_to_show_its_own_words(tmp_path: Path) -> None:
    # The variant lacks an appendix that this copy lacks, too: only its own name would tell.
    body, appendix = invented(11, 300), invented(12, 80)
    variant = f"{body} {invented(13, 20)}"
    table = table_of(tmp_path, {"Lamp": f"{body} {appendix}", "Odd": variant}, without_rule=frozenset({"Odd"}))
    assert found(variant, table) == ["Odd"]
    assert found(body, table) in ([], ["Lamp"])


def test_a_long_text_of_no_known_wording_is_told_by_its_title(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"Lamp-1.0": LAMP}, {"Teapot-1.0": Anchor(("teapot licen[cs]e",), ("lamp",))})
    terms = "The licensee shall accept the terms of this agreement. " * 60
    assert found(f"Teapot Licence\n\n{terms}", table) == ["Teapot-1.0"]
    assert found(f"Teapot and Lamp Licence\n\n{terms}", table) == []
    assert found(f"# Teapot licence checker\n\n{'It reads what stands in a file. ' * 60}", table) == []
    assert found(f"{'More of it. ' * 60} Teapot Licence {terms}", table) == []


HOSTILE = {
    "a licence 10 MB long": LAMP * 3000,
    "many copies": (NOTE + "\n") * 3000,
    "one word": "a " * 5_000_000,
    "one line": "x" * 5_000_000,
    "no spaces": LAMP.split()[0] * 900_000,
    "no words": "\n" * 10_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_takes_bounded_time(name: str, table: LicenceTable) -> None:
    with processor_seconds(at_most=2):
        identify(HOSTILE[name], table)
