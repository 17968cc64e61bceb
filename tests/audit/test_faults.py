"""Nothing ends an audit but its user: whatever is killed, full, gone or hostile is named, and the rest is done."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelkin.audit.coordinator import Coordinator, KnownContents
from modelkin.audit.discovery import find_repositories
from modelkin.audit.journal import Journal
from modelkin.audit.options import MEGABYTE, Setup
from modelkin.audit.outcome import Audit, open_audit
from modelkin.audit.tasks import examine_files
from modelkin.pipeline import ScanOptions

from ..support.audit_cases import OWN, README, asked, run, write_repositories
from ..support.small_corpora import ATTENTION
from .test_journal import HEADER
from .test_run import comparable

COUNT = 16


def long_module(seed: int) -> str:
    """Code of nobody, that takes a while to examine."""
    draw = random.Random(seed)
    lines = [f"def function_{seed}(first, second):"]
    for number in range(250):
        names = [f"{draw.choice('abcdefgh')}{draw.randrange(9)}" for _ in range(3)]
        lines.append(f"    {names[0]} = layer_{number}({names[1]} * {draw.randrange(99)}) + {names[2]}.part[first]")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Repositories with code of their own, and with code of the one before."""
    modules = [long_module(seed) for seed in range(COUNT + 1)]
    repositories = {
        f"r{n:02}": README | {"a.py": modules[n], "b.py": modules[n + 1], "copy.py": ATTENTION} for n in range(COUNT)
    }
    return write_repositories(tmp_path_factory.mktemp("repositories"), repositories)


@pytest.fixture(scope="module")
def undisturbed(corpus: Path, place: Path, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return run(place, tmp_path_factory.mktemp("journal") / "audit.jsonl", asked(corpus))


def started(place: Path, journal: Path, corpus: Path, *more: str, **settings: Any) -> subprocess.Popen[str]:
    """An audit in processes of its own, that goes on with the journal if it is there."""
    words = ["audit", place, "--journal", journal, "--corpus", corpus, "--jobs", 2, "--resume", *more]
    command = [sys.executable, "-m", "modelkin", *map(str, words)]
    return subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings
    )


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def lines_in(journal: Path) -> int:
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def members(session: int) -> dict[int, int]:
    """The processes of a session that still run, and their parents."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, _, leader = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(leader) == session and state != "Z":
            found[int(stat.parent.name)] = int(parent)
    return found


def workers(session: int) -> list[int]:
    """The processes whose parent is neither the audit nor outside: what the fork server forked."""
    found = members(session)
    return [process for process, parent in found.items() if parent in found and parent != session]


def test_killed_three_times_and_gone_on_with_it_is_as_if_undisturbed(
    undisturbed: Audit, corpus: Path, place: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "audit.jsonl"
    draw = random.Random(11)
    for moment in sorted(draw.sample(range(2, lines_in(undisturbed.path) - 3), 3)):
        audit = started(place, journal, corpus)
        wait_for(lambda audit=audit, moment=moment: lines_in(journal) >= moment or audit.poll() is not None)  # type: ignore[misc]
        audit.kill()
        audit.communicate()
        wait_for(lambda audit=audit: not members(audit.pid))  # type: ignore[misc]
    assert started(place, journal, corpus).wait(60) == 0
    assert comparable(open_audit(journal)) == comparable(undisturbed)
    assert lines_in(journal) == lines_in(undisturbed.path)


def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(
    undisturbed: Audit, corpus: Path, place: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "audit.jsonl"
    audit = started(place, journal, corpus)
    wait_for(lambda: lines_in(journal) >= 5)
    os.kill(workers(audit.pid)[0], signal.SIGKILL)
    _, errors = audit.communicate(timeout=60)
    assert (audit.returncode, errors) == (0, "")
    assert comparable(open_audit(journal)) == comparable(undisturbed)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("group", [True, False], ids=["every process", "the audit alone"])
def test_a_signal_to_end_says_how_to_go_on_and_ends_every_process(
    number: signal.Signals, code: int, group: bool, undisturbed: Audit, corpus: Path, place: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "audit.jsonl"
    audit = started(place, journal, corpus)
    wait_for(lambda: lines_in(journal) >= 5)
    (os.killpg if group else os.kill)(audit.pid, number)
    output, errors = audit.communicate(timeout=60)
    assert (audit.returncode, output) == (code, "")
    assert errors == f"modelkin: what is done is in {journal}: --resume goes on from there\n\nmodelkin: interrupted\n"
    wait_for(lambda: not members(audit.pid))
    assert started(place, journal, corpus).wait(60) == 0
    assert comparable(open_audit(journal)) == comparable(undisturbed)


@pytest.fixture
def small_disk(undisturbed: Audit, tmp_path: Path) -> Iterator[Path]:
    """A disk that has room for the journal, and a file on it that leaves room for half of that."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = undisturbed.path.stat().st_size
    mount = ["mount", "-t", "tmpfs", "-o", f"size={2 * size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount")
    (folder / "filler").write_bytes(bytes(size + size // 2))
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_ends_it_in_one_line_and_room_lets_it_go_on(
    undisturbed: Audit, corpus: Path, place: Path, small_disk: Path
) -> None:
    journal = small_disk / "audit.jsonl"
    audit = started(place, journal, corpus)
    output, errors = audit.communicate(timeout=60)
    assert (audit.returncode, output) == (2, "")
    assert errors == (
        f"modelkin: error: cannot write {journal}: No space left on device; what is in it stays, and --resume goes on "
        "from there\n"
    )
    wait_for(lambda: not members(audit.pid))
    done = open_audit(journal).summary.repositories
    assert 0 < done < COUNT
    (small_disk / "filler").unlink()
    assert started(place, journal, corpus).wait(60) == 0
    assert comparable(open_audit(journal)) == comparable(undisturbed)


class HerePool:
    """Runs each task here and at once; ``before`` is called with the task's function first."""

    lost: tuple[type[BaseException], ...] = ()
    jobs = 4

    def __init__(self, before: Callable[[Callable[..., Any]], None]) -> None:
        self._before = before

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        self._before(call)
        future: Future[Any] = Future()
        future.set_result(call(*arguments))
        return future

    def renew(self) -> None:
        """Nobody is ever lost."""

    def stop(self) -> None:
        """Nobody is there."""


def audited_while(before: Callable[[Callable[..., Any]], None], place: Path, journal: Path, corpus: Path) -> Audit:
    writing = Journal.begin(journal, HEADER)
    setup = Setup(ScanOptions(), (corpus,), 30.0)
    repositories = find_repositories(str(place))
    for _ in Coordinator(writing, KnownContents(), HerePool(before), setup).run(repositories, len(repositories)):
        pass
    writing.close()
    return open_audit(journal)


def test_a_repository_that_is_deleted_meanwhile_is_named_and_its_copies_are_examined(
    corpus: Path, tmp_path: Path
) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"a.py": ATTENTION, "b.py": OWN}, "b": {"c.py": ATTENTION}})

    def delete(call: Callable[..., Any]) -> None:
        if call is examine_files:
            shutil.rmtree(place / "a", ignore_errors=True)

    found = audited_while(delete, place, tmp_path / "audit.jsonl", corpus)
    reason = f"{place / 'a'}: no such file or folder"
    assert [(skip.path, skip.reason) for skip in found.report("a").skipped] == [("a.py", reason), ("b.py", reason)]
    assert [file.verdict.value for file in found.report("b").files] == ["identical"]


def test_a_file_that_changes_meanwhile_is_named_and_what_it_became_is_not_taken_for_what_it_was(
    corpus: Path, tmp_path: Path
) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"a.py": ATTENTION, "b.py": OWN}, "b": {"c.py": ATTENTION}})

    def change(call: Callable[..., Any]) -> None:
        if call is examine_files:
            (place / "a/a.py").write_text(OWN + "# now\n")
            (place / "a/b.py").unlink(missing_ok=True)

    found = audited_while(change, place, tmp_path / "audit.jsonl", corpus)
    assert [(skip.path, skip.reason) for skip in found.report("a").skipped] == [
        ("a.py", "changed while it was scanned"),
        ("b.py", "is no longer there"),
    ]
    assert [file.verdict.value for file in found.report("b").files] == ["identical"]


def test_a_repository_that_is_gone_before_its_turn_is_named(corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"a.py": OWN}, "b": {"b.py": OWN}})
    found = audited_while(
        lambda _: shutil.rmtree(place / "b", ignore_errors=True), place, tmp_path / "audit.jsonl", corpus
    )
    assert [(row.name, row.failed) for row in found.rows] == [
        ("a", ""),
        ("b", f"{place / 'b'}: no such file or folder"),
    ]


def nested_folders(root: Path) -> None:
    folder = root
    for _ in range(300):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "deep.py").write_text(OWN)


def hostile(root: Path) -> None:
    """Ten repositories nobody would want to meet."""
    texts: dict[str, dict[str, str]] = {
        "brackets": {"a.py": "(" * 200_000, "b.py": "x = " + "[" * 50_000 + "]" * 50_000 + "\n"},
        "line": {"a.py": "x = " + " + ".join(["y"] * 400_000) + "\n"},
        "functions": {"a.py": "".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(20_000))},
        "escapes": {"\x1b[2J\x1b]0;x\x07.py": OWN, "\u202egnp.py": "# \x1b[31m\n" + ATTENTION, "a\nb.py": OWN},
        "documents": {"a.py": ATTENTION, "README.md": "---\na: &a [x]\nb: [" + "*a," * 9_000 + "*a]\n---\n"},
        "notebook": {"a.ipynb": '{"cells": ' + "[" * 100_000, "b.ipynb": "{}"},
        "huge": {"b.py": OWN},
        "binary": {"c.py": OWN},
        "links": {"a.py": OWN},
        "pipes": {"b.py": OWN},
    }
    write_repositories(root, {name: files | {"own.py": OWN} for name, files in texts.items()})
    with (root / "huge/a.py").open("wb") as file:
        file.truncate(50 * 1024**3)
    (root / "binary/a.py").write_bytes(random.Random(1).randbytes(300_000))
    (root / "binary/b.py").write_bytes(bytes(300_000))
    (root / "links/loop").symlink_to(".")
    (root / "links/b.py").symlink_to("b.py")
    (root / "links/c.py").symlink_to("/etc/passwd")
    nested_folders(root / "links")
    os.mkfifo(root / "pipes/a.py")
    os.mkfifo(root / "pipes/LICENSE")
    (root / "documents/LICENSE").mkdir()


def test_hostile_repositories_are_named_and_the_others_lose_nothing(
    undisturbed: Audit, corpus: Path, place: Path, tmp_path: Path
) -> None:
    everything = tmp_path / "place"
    shutil.copytree(place, everything)
    hostile(everything)
    audit = started(everything, tmp_path / "audit.jsonl", corpus, "--timeout", "5", "--format", "text")
    output, errors = audit.communicate(timeout=120)
    assert (audit.returncode, errors) == (0, "")
    assert "\x1b" not in output
    found = open_audit(tmp_path / "audit.jsonl")
    assert len(found.rows) == COUNT + 10
    for name in (row.name for row in undisturbed.rows):
        assert found.report(name).files == undisturbed.report(name).files
    seen = {row.name: {file.path for file in found.report(row.name).files} for row in found.rows}
    skips = {row.name: {skip.path: skip.reason for skip in row.skipped} for row in found.rows}
    for folder in sorted(everything.iterdir()):
        for path in (
            path for path in folder.rglob("*") if path.suffix in (".py", ".ipynb") and "loop" not in path.parts
        ):
            relative = path.relative_to(folder).as_posix()
            assert relative in seen[folder.name] or relative in skips[folder.name], f"{folder.name}: {relative}"
    assert "over the limit" in skips["huge"]["a.py"]
    assert "not a regular file" in skips["pipes"]["a.py"]
    assert {"b.py", "c.py"} <= skips["links"].keys()


def test_hostile_sources_in_a_list_are_named(corpus: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a.py", b"#" * 200_000_000)
        bomb.writestr("../../climbs.py", OWN)
        bomb.writestr("b.py", OWN)
    (tmp_path / "cut.whl").write_bytes((tmp_path / "bomb.zip").read_bytes()[:900])
    sources = tmp_path / "sources.txt"
    sources.write_text(f"{tmp_path}/bomb.zip\n{tmp_path}/cut.whl\n\x1b[2J\npypi:\n/dev/zero\n{'x' * 9_000}\n")
    found = run(sources, tmp_path / "audit.jsonl", asked(corpus))
    assert len(found.rows) == 6
    failed = {row.name for row in found.rows if row.failed}
    assert failed == {row.name for row in found.rows} - {f"{tmp_path}/bomb.zip"}
    report = found.report(f"{tmp_path}/bomb.zip")
    assert [file.path for file in report.files] == ["b.py"]
    assert "a.py" in {skip.path for skip in report.skipped}


@pytest.mark.parametrize(
    ("bounds", "reasons"),
    [
        ({"timeout": 0.2}, {"took longer than 0.2 s"}),
        # Python says that there is no memory left; the parser, in C, gives up.
        (
            {"memory": 300 * MEGABYTE},
            {
                "needs more memory than a worker may have",
                "ended the process that read it: out of memory, or a fault in a library",
            },
        ),
    ],
    ids=["time", "memory"],
)
def test_a_file_that_takes_too_much_is_a_named_skip(
    bounds: dict[str, Any], reasons: set[str], corpus: Path, tmp_path: Path
) -> None:
    big = "".join(f"def f{n}(x):\n    y = x + {n}\n    return y\n" for n in range(100_000))
    place = write_repositories(tmp_path / "place", {"a": {"big.py": big, "own.py": OWN}, "b": {"same.py": big}})
    found = run(place, tmp_path / "audit.jsonl", replace(asked(corpus), **bounds))
    skipped = [(skip.path, skip.reason) for name in ("a", "b") for skip in found.report(name).skipped]
    assert [path for path, _ in skipped] == ["big.py", "same.py"]
    assert {reason for _, reason in skipped} <= reasons
    assert [file.path for file in found.report("a").files] == ["own.py"]
