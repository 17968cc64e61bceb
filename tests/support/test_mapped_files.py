"""What was read of mapped files is let go of, and comes back."""

from __future__ import annotations

import mmap
import sys
from pathlib import Path

import numpy as np
import pytest

from modelkin.support import mapped_files
from modelkin.support.arrays import Array
from modelkin.support.mapped_files import MappedBound, let_go
from modelkin.support.own_memory import own_memory

LENGTH = 64 * mmap.PAGESIZE


def mapped(path: Path) -> tuple[Array, Array]:
    """Two columns of a file, one after the other, neither of which begins or ends with a page."""
    path.write_bytes(bytes(range(256)) * (LENGTH // 256))
    with path.open("rb") as file:
        body = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    half = LENGTH // 2 + 100
    return np.frombuffer(body[100:half], np.uint8), np.frombuffer(body[half:], np.uint8)


def taken() -> tuple[int, int, int]:
    memory = own_memory()
    assert memory is not None
    return memory


def test_what_is_let_go_of_is_the_same_when_it_is_asked_for_again(tmp_path: Path) -> None:
    first, second = mapped(tmp_path / "file")
    sums = int(first.sum()), int(second.sum())
    let_go([first])
    let_go([second, np.zeros(3), np.zeros((4, 4))[1:]])
    assert (int(first.sum()), int(second.sum())) == sums


@pytest.mark.skipif(sys.platform != "linux", reason="tells in another way")
def test_no_more_of_files_is_held_than_the_bound_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped_files, "MOST_RESIDENT", 1)
    monkeypatch.setattr(mapped_files, "MOST_BYTES", LENGTH // 4)
    monkeypatch.setattr(mapped_files, "LEAST_BYTES", 0)
    monkeypatch.setattr(mapped_files, "EACH", 1)
    columns = mapped(tmp_path / "file")
    bound, before = MappedBound(), taken()[2]
    assert not bound.is_exceeded()
    assert sum(int(each.sum()) for each in columns)
    assert taken()[2] - before >= LENGTH // 2
    assert bound.is_exceeded()
    bound.let_go(columns)
    assert taken()[2] - before <= LENGTH // 4
    assert not bound.is_exceeded()


@pytest.mark.skipif(sys.platform != "linux", reason="tells in another way")
def test_nothing_is_let_go_of_while_a_process_is_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped_files, "MOST_RESIDENT", taken()[1] + 1024 * LENGTH)
    monkeypatch.setattr(mapped_files, "MOST_BYTES", LENGTH // 4)
    monkeypatch.setattr(mapped_files, "EACH", 1)
    bound = MappedBound()
    assert sum(int(each.sum()) for each in mapped(tmp_path / "file"))
    assert not bound.is_exceeded()


def test_where_nothing_tells_what_is_held_it_is_let_go_of_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped_files, "own_memory", lambda: None)
    bound = MappedBound()
    looks = [bound.is_exceeded() for _ in range(2 * mapped_files.LOOKS)]
    assert [number for number, exceeded in enumerate(looks, 1) if exceeded] == [64, 128]
