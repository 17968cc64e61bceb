"""Upstreams come from the mirrors that the user's git settings name, and from nowhere else that settings could name."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry
from modelkin.sources.partial.commits import open_commits

from ...support.git_histories import FIRST, committed, needs_git_and_shell

pytestmark = needs_git_and_shell
URL = "https://mirrored.invalid/lantern/models"


@pytest.fixture
def commit(tmp_path: Path) -> str:
    return committed(tmp_path / "mirrors" / "models", {"a.py": "a = 1\n"}, FIRST)


def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "gitconfig").write_text(text)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))


def paths(commit: str, url: str = URL) -> list[str]:
    with open_commits(url, [commit], lambda _: True) as opened:
        checkout = opened.checkouts[commit]
        assert checkout.root == f"git+{url}@{commit}"
        return [each.path for each in checkout.entries() if isinstance(each, Entry)]


@pytest.mark.parametrize("form", ["file://{}/", "{}/"])
def test_the_longest_beginning_counts(tmp_path: Path, commit: str, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    base = form.format(tmp_path / "mirrors")
    settings(
        tmp_path,
        monkeypatch,
        f'[url "file:///nowhere/"]\n insteadOf = https://mirrored.invalid/\n'
        f'[url "{base}"]\n insteadOf = https://mirrored.invalid/lantern/\n',
    )
    assert paths(commit) == ["a.py"]


def test_settings_in_the_environment_count_as_git_has_them(
    tmp_path: Path, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{tmp_path}/mirrors/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://mirrored.invalid/lantern/")
    assert paths(commit) == ["a.py"]


def test_a_mirror_is_no_program_to_run(tmp_path: Path, commit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    for base in (f"ext::touch {ran} ", "transport::x", "relative/", "ssh://-oProxyCommand=x/"):
        settings(tmp_path, monkeypatch, f'[url "{base}"]\n insteadOf = https://mirrored.invalid/\n')
        with pytest.raises(SourceError, match="from which nothing is fetched"):
            paths(commit)
    assert not ran.exists()


def test_no_other_setting_counts(tmp_path: Path, commit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    settings(
        tmp_path,
        monkeypatch,
        f'[url "file://{tmp_path}/mirrors/"]\n insteadOf = https://mirrored.invalid/lantern/\n'
        f"[core]\n fsmonitor = touch {ran}\n hooksPath = {tmp_path}\n pager = touch {ran}\n"
        f"[alias]\n config = !touch {ran}\n fetch = !touch {ran}\n[uploadpack]\n packObjectsHook = touch {ran}\n",
    )
    assert paths(commit) == ["a.py"]
    assert not ran.exists()


def test_what_is_scanned_is_fetched_from_where_it_says(
    tmp_path: Path, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(tmp_path, monkeypatch, f'[url "file://{tmp_path}/mirrors/"]\n insteadOf = file:///lantern/\n')
    assert paths(commit, "file:///lantern/models") == ["a.py"]
    with pytest.raises(SourceError, match="does not appear"), open_source("git+file:///lantern/models"):
        pass
