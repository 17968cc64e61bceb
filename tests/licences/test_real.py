"""Licence files as releases carry them, on the data that comes with modelkin; all of the list is a benchmark."""

from __future__ import annotations

import pytest

from modelkin.licences.identify import identify

from ..benchmarks.licence_files import LicenceFile, listed, read
from ..benchmarks.licences import changes
from ..support.index_server import registry_answers
from ..support.processor_time import processor_seconds

# Small wheels, of different families of licences.
PACKAGES = frozenset(
    "certifi chardet dnspython filelock mutagen networkx pathspec pexpect pygments python-dateutil simplejson tqdm "
    "typing-extensions unidecode".split()
)
FILES = [file for file in listed() if file.source.removeprefix("pypi:").partition("==")[0] in PACKAGES]


@pytest.fixture(scope="module", autouse=True)
def registry() -> None:
    if not registry_answers():
        pytest.skip("the package registry cannot be reached")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.source)
def test_the_licences_of_a_release_are_found_also_when_commented_wrapped_cut_or_lossy(file: LicenceFile) -> None:
    text = read(file, None)
    found = [part.licence for part in identify(text)]
    assert set(found) == set(file.licences)
    for name, change in changes(seed=7).items():
        after = [part.licence for part in identify(change(text))]
        # Of several licences in one file, a notice of a few lines may be lost with its words, or with the end.
        assert after[0] == found[0], name
        assert set(after) <= set(found), name


def test_a_file_full_of_licences_takes_bounded_time() -> None:
    file = next(file for file in FILES if file.source.startswith("pypi:pygments"))
    text = read(file, None)
    with processor_seconds(at_most=25):
        found = identify(text * 5_000)
    assert {part.licence for part in found} == {"BSD-2-Clause"}


def test_the_list_is_long_enough_and_names_each_file_once() -> None:
    files = listed()
    assert len(files) >= 60
    assert len({(file.source, file.path) for file in files}) == len(files)
    assert all(file.licences for file in files)
