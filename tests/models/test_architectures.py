"""What all models of one architecture have is read of code as text: nothing in it is run."""

from __future__ import annotations

from modelkin.models.architectures import class_defaults, gguf_layouts
from modelkin.models.layout_templates import unpack_layout

from ..evidence.test_usual_build import FIELDS, PARAMETERS

CONSTANTS = b"""
raise SystemExit("run")
MODEL_ARCH_NAMES: dict[MODEL_ARCH, str] = {MODEL_ARCH.LAMP: "lamp", MODEL_ARCH.WICK: "wick", MODEL_ARCH.ODD: odd()}
TENSOR_NAMES: dict[MODEL_TENSOR, str] = {
    MODEL_TENSOR.EMBD: "token_embd",
    MODEL_TENSOR.ATTN: "blk.{bid}.attn_q",
    MODEL_TENSOR.ODD: odd(),
}
MODEL_TENSORS: dict[MODEL_ARCH, list[MODEL_TENSOR]] = {
    MODEL_ARCH.LAMP: [MODEL_TENSOR.EMBD, MODEL_TENSOR.ATTN, MODEL_TENSOR.ODD],
    MODEL_ARCH.WICK: [MODEL_TENSOR.ODD],
    MODEL_ARCH.ODD: [MODEL_TENSOR.EMBD],
}
"""


def test_defaults_are_read_of_fields_and_of_parameters_and_nothing_is_run() -> None:
    found = {name: each.values for name, each in class_defaults([FIELDS, PARAMETERS]).items()}
    assert sorted(found) == ["LampConfig", "WickConfig"]
    assert found["LampConfig"]["rate"] == found["WickConfig"]["rate"] == "0.02"
    assert found["LampConfig"]["heads"] == "null"
    assert "computed" not in found["LampConfig"]
    assert found["WickConfig"]["hidden_size"] == "768"


def test_names_of_tensors_are_read_of_the_tables_of_gguf() -> None:
    found = gguf_layouts(CONSTANTS)
    assert list(found) == ["lamp"]
    assert unpack_layout(found["lamp"]).names == ("blk.0.attn_q.weight", "token_embd.weight")


def test_code_without_those_tables_tells_nothing() -> None:
    assert gguf_layouts(b"x: int = 3\n") == {}
