"""The data file that comes with modelkin: in step with the rules, whole, and refused when it is not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelkin.errors import RuleError
from modelkin.licences.build import current_id, encode, main, refreshed, rule_header
from modelkin.licences.recipe import ReferenceText, read_recipe, without_copyright_lines
from modelkin.licences.table import open_table, read_header, shipped_table
from modelkin.rulebook.loader import licence_rules, shipped_folder

from ..support.cases import failures
from ..support.invented_licences import invented, table_of

RULES = shipped_folder()
DATA = RULES / "licence_texts.safetensors"
REBUILD = "bring it up to date: python -m modelkin.licences.build rules --refresh"


def header(path: Path) -> dict[str, Any]:
    return read_header(path.read_bytes())


def test_names_and_anchors_in_the_data_are_those_of_the_rules() -> None:
    recipe, kept = read_recipe(RULES / "licence_texts.yaml"), header(DATA)
    for key, value in rule_header(licence_rules(), recipe).items():
        assert kept[key] == value, REBUILD


def test_a_refreshed_file_is_the_same_when_no_rule_has_changed() -> None:
    assert refreshed(RULES) == DATA.read_bytes()


def test_every_text_of_the_recipe_is_in_the_data() -> None:
    recipe = read_recipe(RULES / "licence_texts.yaml")
    known = {reference.licence for reference in shipped_table().references}
    assert {text.licence for text in recipe.texts} | {notice.licence for notice in recipe.notices} <= known


# What headers alone say; there is no text to be known by.
OF_HEADERS = {"LicenseRef-Non-Commercial", "LicenseRef-NvidiaProprietary", "LicenseRef-Proprietary"}


def test_most_licences_with_a_rule_are_known_by_their_text() -> None:
    table = shipped_table()
    known = {reference.licence for reference in table.references}
    without = {rule.id for rule in licence_rules()} - known - OF_HEADERS
    assert len(without) <= 8
    assert set(table.titles) <= without


def test_the_data_hold_no_text_and_stay_small() -> None:
    assert DATA.stat().st_size < 1_000_000
    kept = header(DATA)
    anchors = [pattern for lists in kept["anchors"].values() for patterns in lists for pattern in patterns]
    assert max(map(len, (*anchors, *kept["names"], *kept["listed_names"]))) < 120


def test_shingles_are_sorted_and_each_counts() -> None:
    table = shipped_table()
    assert np.all(np.diff(table.shingles.astype(np.int64)) > 0)
    assert int(table.counts.min()) >= 1
    for number in range(0, len(table.references), 50):
        reference = table.references[number]
        assert 0 < table.kept[number] <= reference.size
        assert table.kept[number] * reference.rate == pytest.approx(reference.size, rel=0.4, abs=60)


def test_the_same_texts_give_the_same_bytes_in_whatever_order(tmp_path: Path) -> None:
    texts = [ReferenceText(f"L-{number}", invented(number)) for number in range(9)]
    kept = header(table_file(tmp_path))
    kept.pop("references")
    assert encode(texts, kept, frozenset()) == encode(texts[::-1], kept, frozenset())


def test_of_equal_texts_the_licence_with_a_rule_counts_then_the_shortest_id(tmp_path: Path) -> None:
    text = invented(1)
    both = table_of(tmp_path, {"Lamp-1.0-or-later": text, "Lamp-1.0-only": text})
    assert [each.licence for each in both.references] == ["Lamp-1.0-only"]
    ruled = table_of(tmp_path, {"Lamp-1.0-or-later": text, "Lamp": text}, without_rule=frozenset({"Lamp"}))
    assert [each.licence for each in ruled.references] == ["Lamp-1.0-or-later"]


def test_a_text_of_a_few_words_is_left_out(tmp_path: Path) -> None:
    assert table_of(tmp_path, {"Short": "Do as you please with it, but keep this line."}).references == ()


FORMER_IDS = {
    "GPL-2.0": "GPL-2.0-only",
    "LGPL-2.1+": "LGPL-2.1-or-later",
    "AGPL-3.0": "AGPL-3.0-only",
    "GPL-2.0-only": "GPL-2.0-only",
    "MIT": "MIT",
    "GPL-2.0-with-GCC-exception": "GPL-2.0-with-GCC-exception",
}


def test_former_ids_of_gnu_licences_mean_those_of_today() -> None:
    assert not failures(current_id, FORMER_IDS.items())


def test_copyright_lines_are_no_part_of_a_licence() -> None:
    text = "Lamp License\n\nCopyright (c) <year> <owner>\n# Copyright 2020 Lamp Authors\nThe copyright owner keeps it."
    assert without_copyright_lines(text).split("\n") == ["Lamp License", "", "", "", "The copyright owner keeps it."]


def table_file(folder: Path) -> Path:
    table_of(folder, {"Lamp": invented(1)})
    return folder / "licences.safetensors"


def cut(content: bytes) -> bytes:
    return content[:-100]


def of_the_future(content: bytes) -> bytes:
    return content.replace(rb"\"format\":1", rb"\"format\":9")


def of_one_text_less(content: bytes) -> bytes:
    return re.sub(rb"Lamp", b"\xff\xfe\xfd\xfc", content)


def test_a_damaged_file_is_named_with_a_remedy(tmp_path: Path) -> None:
    path = table_file(tmp_path)
    content = path.read_bytes()
    for damaged in (cut(content), of_the_future(content), of_one_text_less(content), b"", b"\xff" * 100, content[:9]):
        path.write_bytes(damaged)
        with pytest.raises(RuleError, match=r"licences\.safetensors: damaged.*install modelkin again"):
            open_table(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no such file"):
        open_table(tmp_path / "none.safetensors")
    with pytest.raises(RuleError, match="cannot be read"):
        open_table(tmp_path)


RECIPE = """\
packages: []
repositories: []
listed: {package: lists, path: list.json.gz}
texts: []
notices: []
anchors: {}
names: {}
"""


def test_a_recipe_that_is_wrong_is_named_with_its_key(tmp_path: Path) -> None:
    path = tmp_path / "licence_texts.yaml"
    for old, new, message in (
        ("texts: []", "texts: {}", "texts"),
        ("names: {}", "extra: 1", "extra"),
        ("names: {}", "", "names"),
        ("anchors: {}", "anchors: {Lamp: {required: ['(a+)+'], refused: []}}", r"Lamp: '\(a\+\)\+' may not use"),
        ("texts: []", "texts: [", "not valid YAML"),
    ):
        path.write_text(RECIPE.replace(old, new))
        with pytest.raises(RuleError, match=message):
            read_recipe(path)


def test_the_build_says_in_one_line_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_identifying_loads_nothing_that_only_building_needs() -> None:
    code = (
        "import sys\n"
        "from modelkin.licences.identify import identify\n"
        "from modelkin.licences.licence_names import licence_ids\n"
        "identify('x'), licence_ids('MIT')\n"
        "print(*sorted({'yaml', 'safetensors', 'license_expression', 'urllib.request'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == []
