"""A folder opens to the files that are its code, and says what it could not take."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.results import Skipped
from modelkin.sources import open_source, open_sources
from modelkin.sources.checkout import Checkout, Entry

from ..support.checkouts import names, skips, write
from ..support.privileges import without_privileges


def only_entry(checkout: Checkout) -> Entry:
    (item,) = checkout.entries()
    assert isinstance(item, Entry)
    return item


def test_files_of_every_kind_are_listed_in_the_order_of_a_sorted_walk(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a/z.py", "a/b/c.py", "LICENSE", "a.py")
    assert names(tmp_path) == ["LICENSE", "a/b/c.py", "a/z.py", "a.py", "b.py"]


def test_a_checkout_lists_its_entries_anew_at_each_call(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    with open_source(str(tmp_path)) as checkout:
        assert [item.path for item in checkout.entries()] == [item.path for item in checkout.entries()] == ["a.py"]
        assert (checkout.root, checkout.project, checkout.release) == (str(tmp_path), "", "")


def test_an_entry_reads_the_stored_bytes(tmp_path: Path) -> None:
    write(tmp_path, "a.py", text="caf\u00e9\r\n")
    with open_source(str(tmp_path)) as checkout:
        entry = only_entry(checkout)
        assert entry.read() == (tmp_path / "a.py").read_bytes()
        assert entry.size == len((tmp_path / "a.py").read_bytes())


def test_one_file_is_a_checkout_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "build/a.py")
    with open_source(str(tmp_path / "build/a.py")) as checkout:
        assert only_entry(checkout).path == "a.py"


def test_a_path_inside_names_one_file_or_folder_and_keeps_whole_paths(tmp_path: Path) -> None:
    write(tmp_path, "pkg/models/yi.py", "pkg/models/llama.py", "pkg/other.py")
    assert names(f"{tmp_path}!pkg/models") == ["pkg/models/llama.py", "pkg/models/yi.py"]
    assert names(f"{tmp_path}!pkg//models/./yi.py") == ["pkg/models/yi.py"]


def test_what_is_around_a_path_inside_is_known_too_but_nothing_around_a_single_file(tmp_path: Path) -> None:
    write(tmp_path, "LICENSE", "pkg/a.py", "pkg/b.py")
    for inner in ("!pkg", "!pkg/a.py", ""):
        with open_source(f"{tmp_path}{inner}") as checkout:
            assert checkout.whole is not None
            assert [entry.path for entry in checkout.whole()] == ["LICENSE", "pkg/a.py", "pkg/b.py"]
    with open_source(str(tmp_path / "pkg/a.py")) as checkout:
        assert checkout.whole is None


def test_a_path_that_itself_holds_an_exclamation_mark_is_found(tmp_path: Path) -> None:
    write(tmp_path, "wow!/a.py", "wow!/b!c.py")
    assert names(tmp_path / "wow!") == ["a.py", "b!c.py"]
    assert names(f"{tmp_path}/wow!!b!c.py") == ["b!c.py"]


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("!no/such.py", "there is no no/such.py in"),
        ("!" + "x" * 5000, "there is no x"),
        ("!../x", "must stay inside"),
        ("!/etc", "must stay inside"),
    ],
)
def test_a_path_inside_that_is_not_there_is_an_error(tmp_path: Path, inner: str, message: str) -> None:
    with pytest.raises(SourceError, match=message), open_source(f"{tmp_path}{inner}"):
        pass


def test_a_path_that_is_not_there_is_an_error() -> None:
    for spec in ("/no/such/path", "", "x" * 5000, "a\0b", "!"):
        with pytest.raises(SourceError, match="no such file or folder"), open_source(spec):
            pass


def test_a_file_of_another_kind_is_an_error_that_says_what_can_be_scanned(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "a.py")
    for spec in (f"{tmp_path}/a.txt", f"{tmp_path}/a.py!inner"):
        with (
            pytest.raises(SourceError, match=r"name a folder, a \.py or \.ipynb file, or an archive"),
            open_source(spec),
        ):
            pass


def test_an_empty_folder_has_no_entries(tmp_path: Path) -> None:
    assert names(tmp_path) == []
    assert skips(tmp_path) == {}


def test_a_link_to_a_file_inside_is_that_file_and_a_link_out_is_named(tmp_path: Path) -> None:
    write(tmp_path, "root/real.py", "outside.py", "outside/deep.py")
    (tmp_path / "root/inside.py").symlink_to("real.py")
    (tmp_path / "root/out.py").symlink_to("../outside.py")
    (tmp_path / "root/out").symlink_to("../outside")
    assert names(tmp_path / "root") == ["inside.py", "real.py"]
    reason = "symbolic link out of the scanned folder"
    assert skips(tmp_path / "root") == {"out.py": reason, "out": reason}


def test_a_link_to_a_sibling_whose_name_begins_like_the_root_is_out_of_it(tmp_path: Path) -> None:
    write(tmp_path, "root/a.py", "root2/b.py")
    (tmp_path / "root/b.py").symlink_to("../root2/b.py")
    assert list(skips(tmp_path / "root")) == ["b.py"]


def test_a_linked_folder_inside_is_listed_once_under_its_own_name(tmp_path: Path) -> None:
    write(tmp_path, "real/a.py")
    (tmp_path / "again").symlink_to("real")
    (tmp_path / "real/up").symlink_to("..")
    assert names(tmp_path) == ["real/a.py"]
    assert skips(tmp_path) == {}


def test_links_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").symlink_to("b.py")
    (tmp_path / "b.py").symlink_to("a.py")
    (tmp_path / "c.py").symlink_to("gone.py")
    assert skips(tmp_path) == {
        "a.py": "symbolic link loop",
        "b.py": "symbolic link loop",
        "c.py": "broken symbolic link",
    }


def test_a_path_inside_that_links_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "root/a.py", "outside/b.py")
    (tmp_path / "root/out").symlink_to("../outside")
    with pytest.raises(SourceError, match="out is a symbolic link out of"), open_source(f"{tmp_path}/root!out"):
        pass


def test_a_root_that_is_a_link_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "real/a.py")
    (tmp_path / "link").symlink_to("real")
    assert names(tmp_path / "link") == ["a.py"]


def test_pipes_and_sockets_are_named_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.py"))
        assert set(skips(tmp_path)) == {"pipe.py", "socket.py"}
    with open_source(str(tmp_path / "pipe.py")) as checkout:
        assert [type(item) for item in checkout.entries()] == [Skipped]


def test_a_file_that_vanishes_before_it_is_read_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    with open_source(str(tmp_path)) as checkout:
        entry = only_entry(checkout)
        (tmp_path / "a.py").unlink()
        assert entry.read() == Skipped("a.py", "cannot be read: No such file or directory")
    with open_source(str(tmp_path)) as checkout:
        write(tmp_path, "b.py")
        assert [item.path for item in checkout.entries()] == ["b.py"]


def test_a_single_file_that_vanishes_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    with open_source(str(tmp_path / "a.py")) as checkout:
        (tmp_path / "a.py").unlink()
        assert list(checkout.entries()) == [Skipped("a.py", "cannot be read: No such file or directory")]


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are POSIX")
def test_what_may_not_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), "locked/a.py", "secret.py", "fine.py")
        root.chmod(0o755)
        (root / "locked").chmod(0)
        (root / "secret.py").chmod(0)
        with without_privileges(), open_source(folder) as checkout:
            items = {item.path: item for item in checkout.entries()}
            secret = items["secret.py"]
            assert items["locked"] == Skipped("locked", "cannot be read: Permission denied")
            assert isinstance(secret, Entry)
            assert secret.read() == Skipped("secret.py", "cannot be read: Permission denied")
        (root / "locked").chmod(0o755)


def test_names_that_are_not_utf8_or_hold_control_characters_are_listed(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.py"
    Path(os.fsdecode(raw)).write_text("x = 1\n")
    write(tmp_path, "\x1b[31mred.py", "new\nline.py")
    assert sorted(names(tmp_path)) == ["\x1b[31mred.py", "caf\udce9.py", "new\nline.py"]


def test_a_tree_deeper_than_python_can_recurse_is_walked(tmp_path: Path) -> None:
    folders = [f"{tmp_path}/" + "d/" * depth for depth in range(1, 1201)]
    for folder in folders:
        Path(folder).mkdir()
    Path(folders[-1], "a.py").write_text("x = 1\n")
    assert names(tmp_path) == ["d/" * 1200 + "a.py"]
    Path(folders[-1], "a.py").unlink()
    for folder in reversed(folders):  # pytest's own cleaning recurses
        Path(folder).rmdir()


def test_a_linked_folder_that_is_not_listed_under_its_own_name_is_named(tmp_path: Path) -> None:
    write(tmp_path, "other/a.py", "pkg/b.py")
    (tmp_path / "pkg/link").symlink_to("../other")
    assert skips(tmp_path) == {}
    assert list(skips(f"{tmp_path}!pkg")) == ["pkg/link"]


def test_several_sources_are_files_and_folders_of_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "LICENSE", "pkg/a.py", "pkg/b.py", "other/c.py", "d.py")
    monkeypatch.chdir(tmp_path)
    with open_sources(["other", "./pkg/b.py", str(tmp_path / "d.py"), "pkg/b.py"]) as checkout:
        assert [entry.path for entry in checkout.entries()] == ["d.py", "other/c.py", "pkg/b.py"]
        assert checkout.chosen == frozenset({"other", "pkg/b.py", "d.py"})
        assert checkout.whole is not None
        assert "LICENSE" in [entry.path for entry in checkout.whole()]


def test_one_file_of_the_repository_one_is_in_has_the_repository_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "LICENSE", "pkg/a.py", "pkg/b.py")
    monkeypatch.chdir(tmp_path)
    with open_sources(["pkg/a.py"]) as checkout:
        assert checkout.whole is None
    (tmp_path / ".git").mkdir()
    with open_sources(["pkg/a.py"]) as checkout:
        assert [entry.path for entry in checkout.entries()] == ["pkg/a.py"]
        assert checkout.whole is not None
        assert [entry.path for entry in checkout.whole()] == ["LICENSE", "pkg/a.py", "pkg/b.py"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("gone.py", "gone.py: no such file or folder"), ("../out.py", "../out.py is outside of "), ("link.py", "outside")],
)
def test_several_sources_of_elsewhere_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    write(tmp_path, "in/a.py", "out.py")
    (tmp_path / "in" / "link.py").symlink_to(tmp_path / "out.py")
    monkeypatch.chdir(tmp_path / "in")
    with pytest.raises(SourceError, match=message), open_sources(["a.py", name]):
        pass
