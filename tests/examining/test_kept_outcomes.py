"""The scan cache finds what was kept, forgets what nobody used, and trusts no file that others may have written."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from modelkin.examining.kept_outcomes import (
    KeptOutcomes,
    NotKeptError,
    cache_facts,
    cache_path,
    clear_cache,
    kept_outcomes,
    opened,
)
from modelkin.support.data_files import CACHE_OFF

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of caches, which is not made yet."""
    folder = tmp_path / "cache"
    monkeypatch.delenv(CACHE_OFF)
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(folder))
    return folder


def keep(key: bytes = KEY, body: bytes = b"answer") -> None:
    with kept_outcomes() as kept:
        assert kept is not None
        kept.keep(key, body)


def found(key: bytes = KEY) -> bytes | None:
    with kept_outcomes() as kept:
        return kept.find(key) if kept is not None else None


@pytest.mark.usefixtures("cache")
def test_what_was_kept_is_found_at_once_and_later() -> None:
    with kept_outcomes() as kept:
        assert kept is not None
        assert kept.find(KEY) is None
        kept.keep(KEY, b"answer")
        assert kept.find(KEY) == b"answer"
    assert found() == b"answer"
    assert found(OTHER) is None
    assert cache_facts().outcomes == 1


@pytest.mark.usefixtures("cache")
def test_it_is_the_users_alone() -> None:
    keep()
    assert cache_path().stat().st_mode & 0o077 == 0
    assert cache_path().parent.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("cache")
def test_clearing_leaves_none_of_its_files() -> None:
    keep()
    assert clear_cache().outcomes == 1
    assert list(cache_path().parent.iterdir()) == []
    assert found() is None


@pytest.mark.usefixtures("cache")
def test_what_was_not_used_for_longest_goes_first() -> None:
    keys = [bytes([number]) * 32 for number in range(100)]
    with closing(opened(most_bytes=400_000)) as kept:
        for key in keys[:50]:
            kept.keep(key, os.urandom(5_000))
    with sqlite3.connect(cache_path()) as database:
        database.execute("UPDATE outcomes SET day = day - 3")
    with closing(opened(most_bytes=400_000)) as kept:
        assert kept.find(keys[0])
        for key in keys[50:]:
            kept.keep(key, os.urandom(5_000))
    with closing(opened()) as kept:
        assert kept.facts()[1] <= 400_000
        assert kept.find(keys[0])
        assert kept.find(keys[1]) is None
        assert kept.find(keys[99])


def _change_body(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE outcomes SET body = substr(body, 1, length(body) - 1) || 'x'")
        database.commit()


def _change_type(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE outcomes SET body = 'text'")
        database.commit()


def _overwrite(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1000)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _zero_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(bytes(content))


def _other_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")


def _other_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE outcomes RENAME COLUMN body TO other")


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    "damage", [_change_body, _change_type, _overwrite, _cut, _zero_pages, _other_version, _other_table]
)
def test_a_damaged_cache_finds_nothing_and_keeps_again(damage: Callable[[Path], None]) -> None:
    for number in range(40):
        keep(bytes([number]) * 32, os.urandom(2_000))
    keep()
    damage(cache_path())
    assert found() is None
    keep(KEY, b"new")  # at the latest now it is mended
    keep(KEY, b"new")
    assert found() == b"new"


@pytest.mark.usefixtures("cache")
def test_two_processes_keep_at_once() -> None:
    code = (
        "import sys\n"
        "from modelkin.examining.kept_outcomes import kept_outcomes\n"
        "for number in range(20):\n"
        "    with kept_outcomes() as kept:\n"
        "        for each in range(10):\n"
        "            kept.keep(bytes([int(sys.argv[1]), number, each]) * 8, b'x' * 1000)\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in (1, 2)]
    assert [each.wait(120) for each in started] == [0, 0]
    assert cache_facts().outcomes == 400


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of Unix")
@pytest.mark.parametrize("place", ["", "outcomes", "outcomes/outcomes.sqlite"])
def test_what_others_may_write_to_is_not_used(place: str, cache: Path) -> None:
    keep()
    path = cache / place if place else cache
    path.chmod(path.stat().st_mode | 0o022)
    with kept_outcomes() as kept:
        assert kept is None
    with pytest.raises(NotKeptError, match="others may write"):
        cache_facts()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may give a file to others")
@pytest.mark.parametrize("place", ["", "outcomes", "outcomes/outcomes.sqlite"])
def test_what_is_of_another_user_is_not_used(place: str, cache: Path) -> None:
    keep()
    os.chown(cache / place if place else cache, 12345, 12345)
    with kept_outcomes() as kept:
        assert kept is None


@pytest.mark.skipif(os.name != "posix", reason="links need no rights on Unix")
@pytest.mark.parametrize("place", ["outcomes", "outcomes/outcomes.sqlite", "outcomes/outcomes.sqlite-wal"])
def test_no_link_is_followed(place: str, cache: Path, tmp_path: Path) -> None:
    keep()
    target = tmp_path / "target"
    (cache / place).rename(target) if (cache / place).exists() else target.write_bytes(b"")
    (cache / place).symlink_to(target)
    before = sorted(target.iterdir()) if target.is_dir() else target.read_bytes()
    with kept_outcomes() as kept:
        assert kept is None
    assert before == (sorted(target.iterdir()) if target.is_dir() else target.read_bytes())


@pytest.mark.parametrize("folder", [".", "src"])
def test_a_cache_in_what_is_scanned_is_not_used(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CACHE_OFF)
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / ".cache"))
    with kept_outcomes(tmp_path / folder) as kept:
        assert kept is None
    assert not (tmp_path / ".cache").exists()


def test_a_folder_that_depends_on_the_current_one_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CACHE_OFF)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELKIN_CACHE_DIR", ".cache")
    with kept_outcomes() as kept:
        assert kept is None
    assert list(tmp_path.iterdir()) == []


def test_where_no_folder_can_be_made_nothing_is_kept(cache: Path) -> None:
    cache.write_text("a file")
    with kept_outcomes() as kept:
        assert kept is None
    with pytest.raises(NotKeptError, match="cannot be used"):
        cache_facts()


@pytest.mark.usefixtures("cache")
def test_while_another_process_holds_it_nothing_is_lost_but_time(monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    monkeypatch.setattr("modelkin.examining.kept_outcomes._SECONDS_WAITED", 0.05)
    with closing(sqlite3.connect(cache_path(), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        keep(OTHER)
        assert found() == b"answer"
    assert found(OTHER) is None
    keep(OTHER)
    assert found(OTHER) == b"answer"


@pytest.mark.usefixtures("cache")
def test_what_is_too_large_is_not_kept() -> None:
    keep(KEY, bytes(9 * 1024**2))
    assert found() is None


def test_closed_it_finds_nothing(cache: Path) -> None:
    keep()
    kept: KeptOutcomes = opened()
    kept.close()
    assert kept.find(KEY) is None
    assert cache.exists()
