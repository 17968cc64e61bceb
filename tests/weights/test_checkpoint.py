"""What cannot be read of weights is named: pickles, types, sizes, values that are no numbers, files cut off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modelkin.evidence.shared_weights import compare_weights
from modelkin.evidence.two_models import layout_pairs
from modelkin.models.tensors import layouts_of
from modelkin.results import Relation, Skipped
from modelkin.sources import open_source
from modelkin.weights.checkpoint import Checkpoint
from modelkin.weights.positions import Block

from ..support.checkpoints import checkpoint, small_model, weighed, weights_of
from ..support.weights import framed

BASE = small_model()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_tensor_with_values_that_are_no_numbers_is_named(value: float) -> None:
    odd = {name: values.copy() for name, values in BASE.items()}
    odd["embed.weight"][:] = value
    found = weighed(checkpoint(odd), checkpoint(BASE))
    assert "embed.weight: it holds NaN or infinite values" in found.says
    assert found.relation is Relation.IDENTICAL


def test_a_tensor_without_values_and_one_of_another_type_are_named() -> None:
    odd = {**BASE, "empty": np.empty((0, 4)), "ids": np.zeros(3, np.uint8)}
    found = weighed(checkpoint(odd), checkpoint(odd))
    assert "empty: it has no values" in found.says
    header = {"a": {"dtype": "I64", "shape": [2], "data_offsets": [0, 16]}}
    found = weighed(framed(header, 16), framed(header, 16))
    assert found.relation is Relation.NOT_COMPARED
    assert "a: values of type I64 are not read" in found.says


def test_a_shape_that_no_file_holds_is_refused_before_anything_is_read() -> None:
    stored = framed({"a": {"dtype": "F32", "shape": [2**62, 2], "data_offsets": [0, 8]}}, 8)
    ours, theirs = (weights_of({"model.safetensors": each}) for each in (stored, checkpoint(BASE)))
    [found], _ = compare_weights(ours, theirs, layout_pairs(ours.layouts, theirs.layouts))
    assert (found.relation, found.figures) == (Relation.NOT_COMPARED, {})


def test_pickles_are_not_compared() -> None:
    sides = (
        weights_of({"pytorch_model.bin": b"\x80\x04cposix\nsystem\n"}),
        weights_of({"m.safetensors": checkpoint(BASE)}),
    )
    [found], _ = compare_weights(*sides, layout_pairs(sides[0].layouts, sides[1].layouts))
    assert found.says == "values of tensors were not compared: lamp: not compared (pickle)"


def test_a_file_that_was_cut_off_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(checkpoint(BASE))
    with open_source(str(tmp_path)) as opened:
        reading = layouts_of(opened)
    path.write_bytes(path.read_bytes()[:2000])
    held = Checkpoint("lamp", reading.layouts[0], reading.files, False)
    assert held.values(held.tensors["embed.weight"], [Block(0, 8000)]) is None
    assert [each.reason for each in held.skipped.values()] == [
        "it is shorter than its header says: values of it cannot be read"
    ]


def test_no_more_is_read_than_asked_for() -> None:
    many = small_model(layers=40)
    found = weighed(checkpoint(many), checkpoint(many), most_bytes=64_000)
    assert max(found.figures["bytes_read"], found.figures["bytes_read_of_original"]) <= 64_000
    assert found.relation is Relation.IDENTICAL
    assert "values that were not read may differ" in found.explained_by


def test_a_member_of_an_archive_is_read_once(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "lamp.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.safetensors", checkpoint(BASE))
    with open_source(str(tmp_path / "lamp.zip")) as opened:
        reading = layouts_of(opened)
        held = Checkpoint("lamp", reading.layouts[0], reading.files, True)
        for tensor in held.tensors.values():
            values = held.values(tensor, [Block(0, 10)])
            assert values is not None
            assert not isinstance(values, Skipped)
            assert np.array_equal(values, BASE[tensor.name].ravel()[:10].astype(np.float64))
