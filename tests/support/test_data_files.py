"""What comes with modelkin is found wherever it is installed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import platformdirs
import pytest

from modelkin.support.data_files import shipped_folder, user_cache, user_data


@pytest.mark.parametrize("name", ["corpora", "rules"])
def test_a_shipped_folder_is_the_one_that_importing_it_as_a_resource_finds(name: str) -> None:
    assert str(shipped_folder(name)) == str(files(f"modelkin.{name}"))


@pytest.mark.parametrize(("folder", "file"), [("corpora", "upstreams.yaml"), ("rules", "library_names.txt")])
def test_what_modelkin_reads_is_there(folder: str, file: str) -> None:
    assert (shipped_folder(folder) / file).is_file()


@pytest.mark.parametrize("home", ["/home/lantern", "/", "/home/lantern/", "~", "relative", "", None])
@pytest.mark.parametrize("xdg", [None, "", " ", "/elsewhere", "~/elsewhere", "relative"])
def test_the_folders_of_the_user_are_those_that_platformdirs_names(
    monkeypatch: pytest.MonkeyPatch, home: str | None, xdg: str | None
) -> None:
    given = {"HOME": home, "XDG_CACHE_HOME": xdg, "XDG_DATA_HOME": xdg}
    for name in (*given, "MODELKIN_CACHE_DIR", "MODELKIN_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    assert user_cache() == Path(platformdirs.user_cache_dir("modelkin", appauthor=False))
    assert user_data() == Path(platformdirs.user_data_dir("modelkin"))
