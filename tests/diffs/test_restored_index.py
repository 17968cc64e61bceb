"""An index with the original's names: round trips, names without a partner, names that would stand twice."""

from __future__ import annotations

import pytest

from modelkin.diffs.restored_index import restore_index
from modelkin.errors import RestoreError
from modelkin.evidence.layout_fit import fit_layouts
from modelkin.models.tensor_index import TensorIndex, read_index

from ..support.weights import SHARED, layout, llama, of_incident


def test_renamed_names_are_the_originals_again_and_files_stay() -> None:
    copy, original = llama(4, ("ln1", "ln2")), llama(4)
    index = TensorIndex({name: f"model-{number % 3}.safetensors" for number, name in enumerate(copy)}, 77)
    pairs = fit_layouts(layout(copy), layout(original)).pairs
    restored = read_index(restore_index(index, pairs))
    assert sorted(restored.shards) == sorted(original)
    assert restored.total_size == 77
    assert {restored.shards[other]: None for _, other in pairs}.keys() == set(index.shards.values())
    assert all(restored.shards[other] == index.shards[name] for name, other in pairs)


def test_a_name_without_a_partner_stays() -> None:
    restored = read_index(restore_index(TensorIndex({"a.x": "f", "own": "f"}, None), [("a.x", "a.y")]))
    assert restored == TensorIndex({"a.y": "f", "own": "f"}, None)


def test_two_tensors_of_one_name_are_refused() -> None:
    with pytest.raises(RestoreError, match="two tensors would be called b"):
        restore_index(TensorIndex({"a": "f", "b": "f"}, None), [("a", "b")])


def test_the_incidents_index_becomes_the_originals() -> None:
    copy, original = of_incident("llama3v"), of_incident("minicpm-llama3-v-2.5")
    index = read_index((SHARED / "incidents" / "llama3v" / copy.path).read_bytes())
    restored = read_index(restore_index(index, fit_layouts(copy, original).pairs))
    assert tuple(sorted(restored.shards)) == original.names
