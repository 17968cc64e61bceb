"""What comes with modelkin is found wherever it is installed."""

from __future__ import annotations

from importlib.resources import files

import pytest

from modelkin.support.data_files import shipped_folder


@pytest.mark.parametrize("name", ["corpora", "rules"])
def test_a_shipped_folder_is_the_one_that_importing_it_as_a_resource_finds(name: str) -> None:
    assert str(shipped_folder(name)) == str(files(f"modelkin.{name}"))


@pytest.mark.parametrize(("folder", "file"), [("corpora", "upstreams.yaml"), ("rules", "library_names.txt")])
def test_what_modelkin_reads_is_there(folder: str, file: str) -> None:
    assert (shipped_folder(folder) / file).is_file()
