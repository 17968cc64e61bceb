"""Nothing ends an audit but its user: whatever is killed, full, gone or hostile is named, and the rest is done."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelkin.audit.options import MEGABYTE
from modelkin.audit.outcome import Audit, open_audit

from ..support.audit_cases import (
    OWN,
    README,
    asked,
    comparable,
    long_module,
    run,
    write_hostile_repositories,
    write_repositories,
)
from ..support.audit_processes import lines_in, members, started, wait_for, workers
from ..support.small_corpora import ATTENTION

COUNT = 16


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


def test_hostile_repositories_are_named_and_the_others_lose_nothing(
    undisturbed: Audit, corpus: Path, place: Path, tmp_path: Path
) -> None:
    everything = tmp_path / "place"
    shutil.copytree(place, everything)
    write_hostile_repositories(everything)
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
