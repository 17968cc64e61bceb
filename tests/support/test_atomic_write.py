"""What the user names is written, and what a stranger's folder holds leads nowhere."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from modelkin.attribution.known_findings import write_baseline
from modelkin.cli import main
from modelkin.cli.output_files import check_writable, write
from modelkin.errors import BaselineError, ModelkinError
from modelkin.support import folders
from modelkin.support.atomic_write import opened_target, replace_file
from modelkin.support.folders import Folder, LinkError, temporary_name

LINKS = {
    "report": "../home/rc",
    "dangling": "../home/new",
    "loop": "loop",
    "above": "..",
    "sub": "../home",
    "device": os.devnull,
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user, beside a stranger's that one stands in and that is full of links there."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home/rc").write_text("mine")
    (tmp_path / "repository/real").mkdir(parents=True)
    for name, target in LINKS.items():
        (tmp_path / "repository" / name).symlink_to(target)
        (tmp_path / "repository/real" / name).symlink_to(f"../{target}" if target.startswith("..") else target)
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "home"


def untouched(home: Path) -> bool:
    kept = {path.name: path.read_text() for path in home.iterdir()} == {"rc": "mine"}
    repository = home.parent / "repository"
    return kept and sorted(path.name for path in repository.iterdir()) == sorted([*LINKS, "real"])


THROUGH = (
    *("report", "dangling", "loop", "device", "sub/rc", "sub/new", "above/home/rc"),
    *("real/report", "real/sub/rc", "./report", "real/../report", "no/../report"),
    *("../repository/report", "../repository/sub/rc", "../home/../repository/report"),
)
WRITERS: dict[str, Callable[[str], object]] = {
    "output": lambda name: write(name, "taken"),
    "check": check_writable,
    "baseline": lambda name: write_baseline(Path(name), ()),
    "journal": lambda name: main(["audit", ".", "--journal", name, "--no-progress"]),
}


def try_replacing(path: Path) -> None:
    """As commands look, before the work, whether a file could be written after it."""
    with opened_target(path) as target:
        target.folder.try_replacing(target.name)


def test_no_link_below_the_current_folder_is_written_through(home: Path) -> None:
    for absolute, name in product((False, True), THROUGH):
        path = f"{Path.cwd()}/{name}" if absolute else name
        with pytest.raises(LinkError, match=r"is a symbolic link to .*: name .* itself, or remove the link"):
            replace_file(Path(path), b"taken")
        with pytest.raises(LinkError, match=r"is a symbolic link to .*: name .* itself, or remove the link"):
            try_replacing(Path(path))
        assert untouched(home), (absolute, name)


def test_it_is_one_line(home: Path) -> None:
    for writer, name in product(("output", "check", "baseline"), ("report", "sub/rc", "dangling", "device")):
        with pytest.raises((ModelkinError, BaselineError), match="is a symbolic link to") as raised:
            WRITERS[writer](name)
        assert "\n" not in str(raised.value), (writer, name)
        assert untouched(home), (writer, name)


def test_every_command_refuses_it_before_the_work(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["scan", ".", "--output", "report"],
        ["scan", ".", "--format", "json=report"],
        ["scan", "real", "--format", "json=sub/new"],
        ["baseline", ".", "--baseline", "report"],
        ["compare", "a.py", "b.py", "--output", "report"],
        ["audit", ".", "--output", "report"],
        ["corpus", "build", "m.yaml", "report"],
        ["corpus", "add", "real", "--name", "x", "--licence", "MIT", "--corpus", "report"],
    ):
        if words[1] == "build":
            manifest = "upstreams:\n- {name: x, package: x, licence: MIT, url: 'https://x.org', releases: ['1']}\n"
            (home.parent / "m.yaml").write_text(manifest)
            words = [*words[:2], "../m.yaml", words[3]]
        assert main(words) == 2, words
        error = capsys.readouterr().err
        assert error.count("\n") == 1, words
        if words[1] != "build":
            assert "is a symbolic link to ../home" in error, words
        assert untouched(home), words


@pytest.mark.parametrize("words", [[], ["--resume"]])
def test_a_journal_is_never_a_link(words: list[str], home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("report", "dangling", "sub/rc", "sub/new"):
        assert main(["audit", ".", "--journal", name, *words, "--no-progress"]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert untouched(home)


def test_a_folder_named_as_distrusted_is_as_the_current_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    replace_file(home.parent / "repository/dangling", b"asked for")
    assert (home / "new").read_bytes() == b"asked for"
    (home / "new").unlink()
    with pytest.raises(LinkError):
        replace_file(home.parent / "repository/dangling", b"taken", [home.parent / "repository"])
    assert untouched(home)


def test_links_above_are_the_user_s(home: Path) -> None:
    (home.parent / "way").symlink_to("home")
    (home.parent / "file").symlink_to("home/rc")
    (home.parent / "way-in").symlink_to("repository")
    replace_file(home.parent / "way/a", b"1")
    replace_file(Path("../way/b"), b"2")
    replace_file(Path("../file"), b"3")
    replace_file(Path("../way-in/c"), b"4")
    assert (home.parent / "file").is_symlink()
    assert [(home / name).read_bytes() for name in ("a", "b", "rc")] == [b"1", b"2", b"3"]
    assert Path("c").read_bytes() == b"4"
    with pytest.raises(LinkError):
        replace_file(Path("../way-in/dangling"), b"5")


def test_a_current_folder_that_is_gone_is_in_nobody_s_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    replace_file(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    with pytest.raises(OSError, match="No such file"):
        replace_file(Path("file"), b"new")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_what_is_open_already_is_written_to(name: str, tmp_path: Path) -> None:
    code = f"from modelkin.cli.output_files import *\ncheck_writable({name!r})\nwrite({name!r}, 'told')"
    words = [sys.executable, "-c", code]
    assert subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout == b"told"
    with (tmp_path / "out").open("wb") as file:
        file.write(b"before ")
        file.flush()
        subprocess.run(words, stdout=file, check=True)
    assert (tmp_path / "out").read_bytes() == b"before told"


@pytest.mark.skipif(not Path("/bin/bash").exists(), reason="needs a shell with >( )")
def test_a_program_of_the_shell_is_written_to(tmp_path: Path) -> None:
    code = (
        "import sys; from modelkin.cli.output_files import *; check_writable(sys.argv[1]); write(sys.argv[1], 'told')"
    )
    line = f'"$0" -c "$1" >(cat > {tmp_path}/out); wait $!'
    subprocess.run(["/bin/bash", "-c", line, sys.executable, code], check=True, cwd=tmp_path)
    assert (tmp_path / "out").read_text() == "told"


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    reading = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    check_writable("pipe")
    write("pipe", "told")
    assert os.read(reading, 10) == b"told"
    os.close(reading)
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)


def test_a_link_of_the_user_to_a_device_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "null").symlink_to(os.devnull)
    write(str(tmp_path / "null"), "gone")
    assert (tmp_path / "null").is_symlink()


def test_temporary_names_are_never_the_same() -> None:
    assert len({temporary_name() for _ in range(1_000)}) == 1_000
    assert str(os.getpid()) != temporary_name().strip(".").split("-")[1].split(".")[0]


def test_a_temporary_name_that_is_taken_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outside").write_text("mine")
    (tmp_path / "taken").symlink_to("outside")
    monkeypatch.setattr(folders, "temporary_name", lambda: "taken")
    with pytest.raises(FileExistsError):
        replace_file(tmp_path / "file", b"new")
    assert (tmp_path / "outside").read_text() == "mine"
    assert (tmp_path / "taken").is_symlink()


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "full"), MemoryError])
def test_whatever_ends_it_nothing_is_left(
    error: type[BaseException] | OSError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    (tmp_path / "file").write_text("old")
    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises((KeyboardInterrupt, OSError, MemoryError)):
        replace_file(tmp_path / "file", b"new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]


@pytest.mark.parametrize("held", [True, False])
def test_a_folder_hands_out_its_own_files_only(held: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "HELD", held and folders.HELD)
    (tmp_path / "outside").write_text("theirs")
    (tmp_path / "root/inner").mkdir(parents=True)
    (tmp_path / "root/link").symlink_to("../outside")
    (tmp_path / "root/up").symlink_to("..")
    os.mkfifo(tmp_path / "root/pipe")
    with Folder.open(tmp_path / "root") as root:
        for name in ("..", ".", "", "../outside", "a\0b"):
            with pytest.raises(OSError, match="Invalid argument"):
                root.read(name)
        assert root.read("missing") is None
        for name in ("link", "up", "pipe", "inner"):
            with pytest.raises(OSError, match=r"link|not a regular file|directory"):
                root.read(name)
            with pytest.raises(OSError, match=r"link|not a regular file|directory"):
                root.replace(name, b"new")
        with pytest.raises(LinkError, match="up is a symbolic link to "), root.below(["up"]):
            pass
        with root.below(["inner", "new"], make=True) as inner:
            inner.replace("file", b"new")
        assert (tmp_path / "root/inner/new/file").read_bytes() == b"new"
    assert (tmp_path / "outside").read_text() == "theirs"


def test_what_is_checked_before_the_work_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    real = os.close
    monkeypatch.setattr(os, "close", interrupted)
    with pytest.raises(KeyboardInterrupt):
        try_replacing(tmp_path / "file")
    monkeypatch.setattr(os, "close", real)
    assert list(tmp_path.iterdir()) == []
