"""Which commands each kind of case goes through. Edit this when a command is added, or one is to be run more often."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from . import archives, code, index, repositories, settings, waivers
from .running import FEW_FORMATS, Runner
from .words import encoded, line
from .writing import put

_ONE_IN = {"attribute": 4, "compare": 8, "corpus": 10, "single": 8, "audit": 300}


def _repository(runner: Runner, chance: Random) -> None:
    folder = runner.place.case / "repository"
    folder.mkdir()
    sure = repositories.build(chance, folder)
    turn = chance.randrange(120_000)
    runner.scan(str(folder), sure)
    isolated = turn % 2 == 0
    runner.scan(
        ".", sure, *(("--isolated",) if isolated else ()), here=folder, may_hide=not isolated, formats=FEW_FORMATS
    )
    runner.command("config", "show", str(folder), "--format", chance.choice(("text", "json")))
    if turn % _ONE_IN["compare"] == 0:
        runner.command("compare", str(folder), str(folder), *runner.usual, "--format", chance.choice(("text", "html")))
    if turn % _ONE_IN["corpus"] == 1:
        target = runner.place.out / "added.safetensors"
        words = (
            "--name",
            line(chance) or "x",
            "--licence",
            chance.choice(("MIT", line(chance) or "x")),
            "--corpus",
            str(target),
        )
        runner.command("corpus", "add", str(folder), *words, "--no-progress")
    if turn % _ONE_IN["attribute"] == 1:
        _attributed(runner, folder)
    if turn % _ONE_IN["audit"] == 3:
        _audited(runner)


def _attributed(runner: Runner, folder: Path) -> None:
    """`attribute` shows, writes, and has nothing left to write; the tree is the user's to change, and no more."""
    words = ("attribute", ".", "--offline", *runner.usual)
    runner.command(*words, "--dry-run", here=folder)
    code, told = runner.command(*words, here=folder, writable=(folder,))
    if code in (0, 1):
        code, again = runner.command(*words, here=folder, writable=(folder,))
        if "\n0 files written" not in f"\n{again}":
            runner.faults.append(f"[modelkin attribute] is not idempotent: {told[-200:]!r}, then {again[-200:]!r}")


def _audited(runner: Runner) -> None:
    """The case beside a plain copy; in processes of their own, which nobody watches but for the outside."""
    put(runner.place.case / "plain" / "a.py", encoded(code.copy(Random(1))))
    words = ("audit", str(runner.place.case), "--journal", str(runner.place.out / "journal.jsonl"), "--jobs", "1")
    runner.program(*words, *runner.usual, "--format", "json")


def _archive(runner: Runner, chance: Random) -> None:
    path, sure = archives.build(chance, runner.place.case)
    runner.scan(str(path), sure)
    if chance.random() < 0.2:
        runner.command("compare", str(path), str(path), *runner.usual, "--format", "text")
    if chance.random() < 0.1:
        target = runner.place.out / "added.safetensors"
        runner.command(
            "corpus", "add", str(path), "--name", "x", "--licence", "MIT", "--corpus", str(target), "--no-progress"
        )


def _index(runner: Runner, chance: Random) -> None:
    shutil.rmtree(runner.place.data / "cache", ignore_errors=True)
    spec = chance.choice(("pypi:lantern", "pypi:lantern==1.0", "pypi:lantern==2.0!lantern", "pypi:Lantern==1!0"))
    with index.answering(chance):
        runner.scan(spec, ())


def _waivers(runner: Runner, chance: Random) -> None:
    folder = runner.place.case
    text = code.copy(chance).splitlines(keepends=True)
    for _ in range(chance.randint(1, 4)):
        text.insert(
            chance.choice((0, 0, chance.randint(0, len(text)))), waivers.comments(chance, chance.choice((1, 2, 30)))
        )
    put(folder / "modeling.py", encoded("".join(text)))
    said = [waivers.comments(chance, 1) for _ in range(3)]
    card = f"---\nlicense: x {said[0]}---\n<!-- {said[1]} -->\n{said[2]}"
    put(folder / chance.choice(("README.md", "LICENSE", "NOTICE", "setup.cfg")), encoded(card))
    sure = ("modeling.py",)
    runner.scan(str(folder), sure)
    runner.scan(".", sure, here=folder, may_hide=True)
    runner.scan(".", sure, "--isolated", here=folder, formats=FEW_FORMATS)


def _settings(runner: Runner, chance: Random) -> None:
    folder = runner.place.case
    put(folder / "modeling_0.py", code.sure_copy(chance))
    put(folder / "src" / "b.py", code.module(chance))
    kind = chance.choice(settings.FILES)
    put(folder / kind, encoded(settings.text(chance, kind)))
    sure = ("modeling_0.py",)
    runner.scan(str(folder), sure)
    runner.scan(".", sure, "--isolated", here=folder, formats=FEW_FORMATS)
    runner.scan(".", sure, here=folder, may_hide=True)
    runner.scan(".", (), "--settings", kind, here=folder, may_hide=True, formats=FEW_FORMATS)
    runner.command("config", "show", str(folder), "--format", chance.choice(("text", "json")))
    runner.command("config", "show", "--settings", kind, here=folder)


RUNS: Mapping[str, Callable[[Runner, Random], None]] = {
    "repositories": _repository,
    "archives": _archive,
    "index": _index,
    "waivers": _waivers,
    "settings": _settings,
}
"""What a case of each kind goes through."""
