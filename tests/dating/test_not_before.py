"""What a text shows of how old it is at most."""

from __future__ import annotations

from datetime import date

from modelkin.dating.not_before import not_before

CASES = {
    b"import math\n": "",
    b"import einops\n": "2017-10-30",
    b"from flash_attn import flash_attn_func\nimport einops\n": "2021-11-15",
    b"def f():\n    from safetensors.torch import load\n": "2021-09-22",
    b"import einops_of_ours, safetensors_local\n": "",
    b"# import vllm\n": "",
}


def test_imports_show_what_was_there_a_year_being_granted() -> None:
    found = {text: not_before(text, ()).day for text in CASES}
    assert found == CASES
    assert "flash_attn, which was first released on 2022-11-15" in not_before(b"import flash_attn\n", ()).why


def test_the_youngest_year_of_the_copyright_lines_counts() -> None:
    lines = ("Copyright (c) 2018-2021 Lamp", "Copyright 2019 Oil, 20231 and 1066")
    assert not_before(b"", lines).day == "2021-01-01"
    assert not_before(b"import safetensors\n", lines).day == "2021-09-22"


def test_the_table_is_of_modules_and_days() -> None:
    from modelkin.dating.not_before import _first_public

    table = _first_public()
    assert list(table) == sorted(table)
    assert all(date.fromisoformat(day) and module.isidentifier() for module, day in table.items())
