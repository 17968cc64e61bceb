"""A short run of the fuzzing, always the same; `python -m tests.fuzz` runs as many inputs as one likes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..support import report_syntax
from .__main__ import main
from .running import KINDS, Place, chance_of, surroundings
from .supervising import folder_of_run, supervised
from .watching import watched

ROOT = Path(__file__).parent.parent.parent
# Names that are no UTF-8, pipes, and which folder is open under a number: as Linux has them.
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the inputs are such as Linux has")
_NUMBERS = {"repositories": 40, "archives": 60, "index": 60, "waivers": 30, "settings": 30}


def test_nothing_escapes_from_hostile_inputs() -> None:
    jobs = [(kind, number) for kind, count in _NUMBERS.items() for number in range(count)]
    with folder_of_run() as root:
        told = list(supervised(root, 2026, jobs))
    assert [each for each in told if each.faults] == []
    assert [(each.kind, each.number) for each in told] == jobs


def test_the_same_seed_and_number_build_the_same_input() -> None:
    from . import archives

    with folder_of_run() as root:
        built = []
        for _ in range(2):
            path, sure = archives.build(chance_of("archives", 3, 7), root)
            built.append((path.read_bytes(), sure))
    assert built[0] == built[1]
    assert chance_of("archives", 3, 7).random() != chance_of("archives", 3, 8).random()


def test_what_is_touched_outside_is_seen(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.cleared()
    (place.case / "link.py").symlink_to(place.outside / "secret.py")
    with surroundings(place), watched(place.case, (place.out,)) as watch:
        os.chdir(place.stand)
        (place.out / "allowed").write_text("a")
        descriptor = os.open(place.out, os.O_RDONLY)
        os.close(os.open("named", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
        os.close(descriptor)
        assert watch.seen == []
        (place.case / "link.py").read_bytes()
        (place.stand / "b").write_bytes(b"")
        subprocess.run([sys.executable, "-c", ""], check=True)
        exec(compile("x = 1", str(place.case / "a.py"), "exec"))
    said = [fault.partition(":")[0] for fault in watch.seen]
    assert [said[0], said[1]] == ["outside was read", "outside was written"]
    assert "a program was run" in said
    assert said[-1] == "scanned code was run"


def test_markup_outside_of_code_is_seen() -> None:
    called = ("@all", "\\@all", "a\\#1", "GH\\-1")
    for text in ("<b>", "[l](x)", "https://evil.example", "a `b <i> c", "``a` <i>", *called):
        with pytest.raises(AssertionError):
            report_syntax.check_markdown(text)


def test_code_and_escaped_signs_are_no_markup() -> None:
    report_syntax.check_markdown(
        "`a`` <i>` `<b>` `` a`<i> `` \\<b\\> \\@&#8203;all `@all` a\\@b \\[l\\]\\(x\\) "
        "<details><summary>1 rename</summary>\n"
    )


def test_the_command_says_what_to_type_and_runs_one_case_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "examples:" in capsys.readouterr().out
    words = [sys.executable, "-m", "tests.fuzz", "--kind", "archives", "--only", "5", "--keep", str(tmp_path / "kept")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 archives in ")
    assert list((tmp_path / "kept" / "run" / "case").glob("archive.*"))


def test_every_kind_has_its_commands() -> None:
    from .cases import RUNS

    assert tuple(RUNS) == KINDS == tuple(_NUMBERS)
