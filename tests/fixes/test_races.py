"""Whatever is planted, and whatever is exchanged at the worst moment, nothing outside the folder is written."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelkin.fixes.model import Edit, Undone
from modelkin.fixes.work_tree import apply, work_tree
from modelkin.support import folders

# As many as there are process numbers: python -c "from tests.fixes.test_races import planted; planted(32_768)"
MANY = 3_000
OLD, NEW = b"x = 1\n", b"# Copyright 2020 Them\nx = 1\n"


def planted(count: int, root: Path, outside: Path) -> None:
    """Links to files outside, under every name that could once be foreseen."""
    for number in range(count):
        (root / f".modelkin-{number}.tmp").symlink_to(outside / f"{number}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "models").mkdir(parents=True)
    (root / "models/a.py").write_bytes(OLD)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.py").write_bytes(OLD)
    return root


def outside(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root.parent / "outside").iterdir()}


def test_among_planted_links_nothing_outside_changes(root: Path) -> None:
    planted(MANY, root, root.parent / "outside")
    planted(MANY, root / "models", root.parent / "outside")
    edits = [Edit("models/a.py", OLD, NEW, "why"), Edit("new.txt", None, NEW, "why")]
    assert list(apply(edits, root)) == edits
    assert outside(root) == {"a.py": OLD}
    assert (root / "models/a.py").read_bytes() == (root / "new.txt").read_bytes() == NEW
    assert len(list(root.iterdir())) == MANY + 2


def exchange(root: Path) -> None:
    """The folder becomes a link to one outside, with a file of the same name and content."""
    (root / "models").rename(root / "moved")
    (root / "models").symlink_to("../outside")


def exchange_file(root: Path) -> None:
    (root / "models/a.py").unlink()
    (root / "models/a.py").symlink_to("../../outside/a.py")


def before_call(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, at: Callable[..., bool], change: Callable[[], None]
) -> list[int]:
    """Have ``change`` happen once, just before the first call that ``at`` is true of."""
    real, seen = getattr(where, name), list[int]()

    def changed(*arguments: Any, **settings: Any) -> Any:
        if not seen and at(*arguments):
            seen.append(1)
            change()
        return real(*arguments, **settings)

    monkeypatch.setattr(where, name, changed)
    return seen


MOMENTS: dict[str, tuple[Any, str, Callable[..., bool]]] = {
    "before the folder is opened": (os, "open", lambda path, *_: path == "models"),
    "before the file is read": (os, "open", lambda path, *_: path == "a.py"),
    "before the file is looked at": (os, "stat", lambda path, *_: path == "a.py"),
    "before the new one is made": (os, "open", lambda path, *_: str(path).startswith(".modelkin-")),
    "before the new one is there": (os, "replace", lambda *_: True),
}


@pytest.mark.skipif(not folders.HELD, reason="needs folders that can be held open")
@pytest.mark.parametrize("change", [exchange, exchange_file])
@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_an_exchange_at_the_worst_moment_leads_nowhere(
    moment: tuple[Any, str, Callable[..., bool]],
    change: Callable[[Path], None],
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with work_tree(root) as tree:
        seen = before_call(monkeypatch, *moment, lambda: change(root))
        (step,) = apply([Edit("models/a.py", OLD, NEW, "why")], tree)
        monkeypatch.undo()
    assert seen
    assert outside(root) == {"a.py": OLD}
    if isinstance(step, Undone):
        assert "replaced by a link" in step.reason or "changed meanwhile" in step.reason
    else:
        assert NEW in [path.read_bytes() for path in root.rglob("*.py")]
    assert not list(root.rglob("*.tmp"))


@pytest.mark.skipif(not folders.HELD, reason="needs folders that can be held open")
def test_a_folder_exchanged_again_and_again_leads_nowhere(root: Path) -> None:
    """The folder and the link take turns as fast as they can."""
    stop = threading.Event()
    (root / "link").symlink_to("../outside")

    def hammer() -> None:
        while not stop.is_set():
            (root / "models").rename(root / "moved")
            (root / "link").rename(root / "models")
            (root / "models").rename(root / "link")
            (root / "moved").rename(root / "models")

    thread = threading.Thread(target=hammer)
    thread.start()
    steps: list[Edit | Undone] = []
    before, after = OLD, NEW
    try:
        for _ in range(400):
            steps += apply([Edit("models/a.py", before, after, "why")], root)
            if isinstance(steps[-1], Edit):
                before, after = after, before
    finally:
        stop.set()
        thread.join()
    assert outside(root) == {"a.py": OLD}
    assert not list(root.rglob("*.tmp"))
    reasons = {step.reason for step in steps if isinstance(step, Undone)}
    assert all("\n" not in reason for reason in reasons)


def test_a_root_that_is_exchanged_is_the_one_that_was_opened(root: Path) -> None:
    with work_tree(root) as tree:
        root.rename(root.parent / "moved")
        root.symlink_to("outside")
        steps = list(apply([Edit("a.py", OLD, NEW, "why"), Edit("models/a.py", OLD, NEW, "why")], tree))
    assert outside(root) == {"a.py": OLD}
    if folders.HELD:
        assert [type(step) for step in steps] == [Undone, Edit]
        assert (root.parent / "moved/models/a.py").read_bytes() == NEW
