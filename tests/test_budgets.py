"""What is scanned does not decide how long that takes: within budgets, and in proportion to its size."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import modelkin
from modelkin.api import audit, compare_texts
from modelkin.audit.options import AuditOptions
from modelkin.corpus.indexing import index_text
from modelkin.errors import ModelkinError, RestoreError
from modelkin.matching.ranking import VerdictOptions
from modelkin.notices.credits import read_credits
from modelkin.notices.notice import read_notice
from modelkin.pipeline import Examiner
from modelkin.results import Verdict
from modelkin.scan_steps import ScanOptions
from modelkin.sources.checkout import Entry
from modelkin.sources.files import SourceFile
from modelkin.sources.notebooks import without_magics
from modelkin.support.lazy import _LazyPattern
from modelkin.syntax.rename_undo import restore

from .support.comparisons import RENAMED, compared
from .support.processor_time import grows_in_proportion, processor_seconds, seconds, slowness
from .support.small_corpora import ATTENTION

# A parser that recovers from errors takes quadratic time for it: 60 kB are more than any budget.
TRAP = b";~" * 30_000


def test_runs_of_continued_lines_take_time_in_proportion() -> None:
    def work(size: int, ending: bytes) -> None:
        trap = b"\nx = 1 + \\\n" + ending * size + b"2\n"
        assert compare_texts(RENAMED.encode() + trap, ATTENTION.encode()).verdict is Verdict.MODIFIED

    for ending in (b"\\\n", b"  \\\n", b"\\\r\n", b"\t\\\n"):
        with processor_seconds(20):
            grows_in_proportion(partial(work, ending=ending), 10_000)


def test_a_file_over_its_budget_is_named_and_the_others_are_told_of(tmp_path: Path) -> None:
    with processor_seconds(5):
        report = compared(tmp_path, {"a": RENAMED.encode() + TRAP, "b": RENAMED.encode(), "c": TRAP}, timeout=0.5)
    assert [file.verdict for file in report.files] == [Verdict.RENAMED]
    assert [(each.path, re.sub(r"[\d.]+", "N", each.reason)) for each in report.skipped] == [
        (path, "took longer than N s of processor time: left out; --timeout SECONDS gives it more")
        for path in ("a.py", "c.py")
    ]


def test_without_an_option_a_budget_is_two_seconds_and_two_a_megabyte(tmp_path: Path) -> None:
    with processor_seconds(6):
        report = compared(tmp_path, {"a": TRAP, "b": RENAMED.encode()})
    assert [each.reason.partition(":")[0] for each in report.skipped] == ["took longer than 2.11 s of processor time"]


def test_an_upstream_over_its_budget_is_named(tmp_path: Path) -> None:
    (tmp_path / "copy.py").write_text(RENAMED, encoding="utf-8")
    (tmp_path / "original.py").write_bytes(TRAP)
    with processor_seconds(10), pytest.raises(ModelkinError, match=r"original\.py took longer than"):
        modelkin.compare(str(tmp_path / "copy.py"), str(tmp_path / "original.py"))


def test_an_audit_has_the_same_budgets(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.safetensors"
    index_text(ATTENTION.encode()).save(corpus)
    for name, stored in {"a/trap.py": TRAP, "a/copy.py": RENAMED.encode(), "b/copy.py": RENAMED.encode()}.items():
        (tmp_path / "all" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "all" / name).write_bytes(stored)
        (tmp_path / "all" / name).with_name("README.md").write_text("# A model\n", encoding="utf-8")
    done = audit(
        str(tmp_path / "all"), tmp_path / "a.jsonl", AuditOptions(ScanOptions(corpora=(corpus,), timeout=0.5), jobs=1)
    )
    reports = {Path(report.root).name: report for report in done.reports()}
    assert [each.path for each in reports["a"].skipped] == ["trap.py"]
    assert "of processor time" in reports["a"].skipped[0].reason
    assert [file.verdict for report in reports.values() for file in report.files] == [Verdict.RENAMED] * 2


def test_a_waiver_and_a_setup_script_are_no_way_around_a_budget(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_bytes(b"setup(license='MIT')\n" + TRAP[:20_000])
    (tmp_path / "a.py").write_bytes(b"# modelkin: ignore[no-such] x\n" + TRAP)
    (tmp_path / "original.py").write_text(ATTENTION, encoding="utf-8")
    with processor_seconds(20):
        report = modelkin.compare(str(tmp_path), str(tmp_path / "original.py"), ScanOptions(timeout=0.2))
    assert {each.path for each in report.skipped} == {"a.py", "setup.py"}


def test_what_was_interrupted_leaves_nothing_half_done() -> None:
    from modelkin.support.budget import OverBudgetError, budget

    examiner = Examiner([index_text(ATTENTION.encode())], VerdictOptions(named=True))
    wanted = examiner.examine(SourceFile("a.py", RENAMED.encode(), ""))
    long = "".join(f"def f{n}(a{n}):\n    b{n} = a{n} + {n}\n    return c{n}(b{n})\n" for n in range(20_000)).encode()
    for tenths in range(1, 4):
        with pytest.raises(OverBudgetError), budget(0, tenths / 10):
            examiner.examine(SourceFile("b.py", long, ""))
        assert examiner.examine(SourceFile("a.py", RENAMED.encode(), "")) == wanted


def test_python_code_the_parser_and_other_threads_are_interrupted() -> None:
    from modelkin.support.budget import OverBudgetError, budget, check
    from modelkin.syntax.tree import syntax_tree

    def endless() -> None:
        while True:
            check()

    def in_time(work: Callable[[], object]) -> None:
        with processor_seconds(2), pytest.raises(OverBudgetError, match=r"0\.2 s of processor time"), budget(0, 0.2):
            work()

    def both() -> None:
        in_time(endless)
        in_time(lambda: syntax_tree(TRAP))
        done.append(True)

    done: list[bool] = []
    both()
    in_time(lambda: sum(1 for _ in iter(int, 1)))
    other = threading.Thread(target=both)
    other.start()
    other.join()
    assert done == [True, True]


def test_an_import_is_not_left_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numpy, which is loaded when it is first needed, cannot be imported a second time."""
    from modelkin.support.budget import OverBudgetError, budget

    slow = "import time\nend = time.thread_time() + 0.3\nwhile time.thread_time() < end:\n    pass\nis_whole = True\n"
    (tmp_path / "slow_lantern.py").write_text(slow, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def endless() -> None:
        importlib.import_module("slow_lantern")
        sum(1 for _ in iter(int, 1))

    with processor_seconds(3), pytest.raises(OverBudgetError, match=r"0\.1 s of processor time"), budget(0, 0.1):
        endless()
    assert sys.modules["slow_lantern"].is_whole


def test_a_budget_inside_another_has_no_more_than_that() -> None:
    from modelkin.support.budget import OverBudgetError, budget, check, current

    def endless() -> None:
        with budget(0, 100):
            while True:
                check()

    with processor_seconds(2), pytest.raises(OverBudgetError, match=r"0\.1 s"), budget(0, 0.1):
        endless()
    assert current() is None


def test_memory_that_runs_out_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelkin.support import budget as module
    from modelkin.support.budget import OverBudgetError, budget, check

    with pytest.raises(OverBudgetError, match="more memory than this process may have: left out"), budget(0):
        raise MemoryError
    monkeypatch.setattr(module, "MOST_MEMORY", 64 * 1024**2)

    def hoard() -> None:
        held = [b"x" * (40 * 1024**2) for _ in range(4)]  # so large that the system is asked for each
        while held:
            check()

    with pytest.raises(OverBudgetError, match="more than 64 MB of memory"), budget(0, 20):
        hoard()


def test_patterns_of_case_do_not_hang_a_restoration() -> None:
    for opening, closing in (("(", ")"), ("[", "]"), ("{1: ", "}"), ("A(b=", ")")):
        for end in ("\n", "\r"):
            nested = f"match x:\n case {opening * 30}a{closing * 30}: pass\n".replace("\n", end)
            with processor_seconds(2), pytest.raises(RestoreError, match="line 2 is nested too deeply"):
                restore(nested.encode(), [])
    assert restore(b"match x:\n case {1: [(a, B(c=[d]))]}: pass\n", []).startswith(b"match x")


def test_licence_files_beside_files_are_looked_up_in_time_that_is_in_proportion() -> None:
    from modelkin.repository.layout import _of_files_there

    def work(size: int) -> None:
        entries = [Entry(f"{number}.py{end}", 1, bytes) for number in range(size) for end in ("", ".license")]
        assert len(_of_files_there(entries[1::2], [*entries])) == size

    grows_in_proportion(work, 4_000)


def test_magics_are_looked_for_in_time_that_is_in_proportion() -> None:
    for run in (" ", "'\\", '"\\', "a ", "!a\\\n", "'''\\", "a?\n"):
        grows_in_proportion(lambda size, run=run: without_magics(run * size), 8_000)  # type: ignore[misc]


SHAPES: dict[str, Callable[[int], str]] = {
    "definitions": lambda n: "".join(f"def f{i}(a, b):\n    c = a + b\n    return c - a\n" for i in range(n // 50)),
    "one expression": lambda n: "x = 1" + " + a" * (n // 4),
    "one string": lambda n: "x = '" + "a" * n + "'",
    "one comment": lambda n: "# " + "Copyright (c) 2020 " * (n // 19),
    "one list": lambda n: "x = [" + "1, " * (n // 3) + "]",
    "equal lines": lambda n: "x = a + b * c\n" * (n // 14),
    "equal definitions": lambda n: "def f(a):\n    b = a + 1\n    return b * a\n" * (n // 44),
    "one name": lambda n: "a" * n + " = 1",
    "many names": lambda n: "x = [" + "".join(f"a{i}, " for i in range(n // 6)) + "]",
    "brackets": lambda n: "x = " + "(" * (n // 2) + ")" * (n // 2),
    "lambdas": lambda n: "x = " + "lambda: " * (n // 8) + "1",
    "not": lambda n: "x = " + "not " * (n // 4) + "1",
    "decorators": lambda n: "@a\n" * (n // 3) + "def f(): pass",
    "calls": lambda n: "x = a" + "(b)" * (n // 3),
    "elifs": lambda n: "if a:\n    b\n" + "elif a:\n    b\n" * (n // 15),
    "comprehension": lambda n: "x = [a " + "for a in b " * (n // 11) + "]",
    "formatted": lambda n: "x = f'" + "{a}" * (n // 3) + "'",
    "quotes": lambda n: "x = '" + "\\'" * (n // 2),
    "blanks": lambda n: " " * n,
    "form feeds": lambda n: "\f" * n + "x = 1",
    "parameters": lambda n: "def f(" + "".join(f"a{i}, " for i in range(n // 6)) + "): pass",
    "links": lambda n: "# Adapted from https://github.com/a/b/blob/main/c.py\n" * (n // 53),
}


def test_a_file_of_one_thing_takes_time_in_proportion() -> None:
    corpus = index_text((ATTENTION + SHAPES["definitions"](10_000)).encode())

    def work(size: int, shape: Callable[[int], str]) -> None:
        file = SourceFile("a.py", (shape(size) + "\n" + RENAMED).encode(), "")
        Examiner([corpus], VerdictOptions(named=True)).examine(file, 60.0)

    for shape in SHAPES.values():
        # Large enough for every stage that a longer file takes.
        grows_in_proportion(partial(work, shape=shape), 30_000)


def test_a_budget_that_was_exceeded_is_not_handed_on() -> None:
    from modelkin.support.budget import OverBudgetError, budget, check, current

    lost = budget(0, 0.1)
    lost.__enter__()  # and its end is interrupted
    with pytest.raises(OverBudgetError):
        sum(1 for _ in iter(check, 1))
    with budget(0, 5):
        began = time.process_time()
        while time.process_time() < began + 0.3:
            check()
    assert current() is None


def test_licence_files_beside_copies_are_asked_in_time_that_is_in_proportion() -> None:
    from modelkin.repository.lookup import sidecars_for
    from modelkin.repository.model import Declarations, SidecarNotice

    def work(size: int) -> None:
        notices = (SidecarNotice(f"a/{n}.py.license", f"a/{n}.py", "MIT", (), overrides=False) for n in range(2_000))
        declarations = Declarations(sidecars=tuple(notices))
        assert all(len(sidecars_for(declarations, f"a/{number}.py")) == 1 for number in range(size))

    with processor_seconds(4):
        grows_in_proportion(work, 200)


def patterns_of(value: object, depth: int = 0) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """The patterns that a module holds, in collections too."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, _LazyPattern):
        yield re.compile(value._source, value._flags)
    elif isinstance(value, tuple | list | dict) and depth < 3:
        for each in value.items() if isinstance(value, dict) else value:
            yield from patterns_of(each, depth + 1)


def words_of_patterns() -> Iterator[str]:
    """What patterns of the rooms that read notices, licences, waivers and cells look for, word by word."""
    for module in pkgutil.walk_packages(modelkin.__path__, "modelkin."):
        if re.search(r"\.(notices|licences|waivers|magics|header)\b", module.name):
            for value in vars(importlib.import_module(module.name)).values():
                for pattern in patterns_of(value):
                    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
                    yield from re.findall(r"[A-Za-z]{2,}|[^\w\\]", re.sub(r"\\[A-Za-z]", " ", source))


def test_no_pattern_takes_longer_than_in_proportion_for_runs_of_its_own_words() -> None:
    def read(texts: tuple[str, str]) -> None:
        for text in texts:
            read_notice(text.encode())
            read_credits(text.encode())
            without_magics(text)

    words = sorted(set(words_of_patterns()))
    assert len(words) > 300
    slow = []
    for word in [*words, *(f"{word} " for word in words), *(f"{word}," for word in words)]:
        run = (word * 20_000)[:20_000]
        line, block = f"# Copied from {run}\n", f'"""\n{run}\n"""\n# Copyright 2020 {run[:5_000]}\n'
        spent = seconds(partial(read, (line, block)))
        if spent > 1 and spent > slowness():
            slow.append(word)
    assert not slow
