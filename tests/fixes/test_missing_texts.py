"""Licence texts and NOTICE files come out of the upstream's own package, from the cache where it is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelkin.fixes.missing_texts import upstream_texts
from modelkin.results import UpstreamMatch

from ..support.index_server import Index, chosen_index, wheel
from ..support.licence_texts import APACHE, mit

UPSTREAM = UpstreamMatch("lantern", "lantern/a.py", "1.0", "2.0", "", 1.0, "Apache-2.0", (), "", package="lantern")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with chosen_index(tmp_path, monkeypatch) as running:
        yield running


def offer(index: Index, files: dict[str, bytes], version: str = "1.0") -> None:
    index.add(f"lantern-{version}-py3-none-any.whl", wheel({"lantern/a.py": b"x = 1\n", **files}))


@pytest.mark.parametrize("place", ["lantern-1.0.dist-info/LICENSE", "lantern-1.0.dist-info/licenses/LICENSE.txt"])
def test_the_text_is_taken_byte_for_byte(index: Index, place: str) -> None:
    offer(index, {place: APACHE})
    assert upstream_texts(UPSTREAM).licences == {"Apache-2.0": APACHE}


def test_each_licence_of_a_package_is_known_by_its_text(index: Index) -> None:
    offer(index, {"lantern-1.0.dist-info/LICENSE": mit(), "lantern-1.0.dist-info/COPYING": APACHE})
    assert upstream_texts(UPSTREAM).licences == {"Apache-2.0": APACHE, "MIT": mit()}


@pytest.mark.parametrize(
    "licence",
    [APACHE + b"\n\n" + mit(), b"Licensed under the Apache License, Version 2.0\n", b"", b"\0" * 80, b"x " * 400_000],
    ids=["two texts", "a name", "nothing", "binary", "too long"],
)
def test_what_is_not_one_text_is_not_taken(index: Index, licence: bytes) -> None:
    offer(index, {"lantern-1.0.dist-info/LICENSE": licence})
    found = upstream_texts(UPSTREAM)
    assert found.licences == {}
    assert "no file with the text of one licence" in found.missing


def test_notices_are_those_of_the_package_itself(index: Index) -> None:
    notices = {"lantern-1.0.dist-info/NOTICE": b"Lantern\nBy us.\n", "lantern/vendored/NOTICE": b"Others\n"}
    offer(index, {"lantern-1.0.dist-info/LICENSE": APACHE, **notices})
    assert upstream_texts(UPSTREAM).notices == ("Lantern\nBy us.\n",)


def test_offline_reads_what_was_fetched_before_and_asks_nobody(index: Index) -> None:
    offer(index, {"lantern-1.0.dist-info/LICENSE": APACHE})
    before = upstream_texts(UPSTREAM, offline=True)
    assert (before.licences, len(index.requests)) == ({}, 0)
    assert "--offline" in before.missing
    assert upstream_texts(UPSTREAM).licences
    asked = len(index.requests)
    assert upstream_texts(UPSTREAM, offline=True).licences == {"Apache-2.0": APACHE}
    assert len(index.requests) == asked


def test_a_later_release_that_is_there_already_will_do(index: Index) -> None:
    offer(index, {"lantern-2.0.dist-info/LICENSE": APACHE}, "2.0")
    later = UpstreamMatch("lantern", "a.py", "2.0", "2.0", "", 1.0, "Apache-2.0", (), "", package="lantern")
    assert upstream_texts(later).licences
    assert upstream_texts(UPSTREAM, offline=True).licences == {"Apache-2.0": APACHE}


def test_a_huge_package_is_not_fetched(index: Index) -> None:
    index.add("lantern-1.0-py3-none-any.whl", wheel({}), size=900 * 1024**2)
    assert "900 MB, too much to fetch" in upstream_texts(UPSTREAM).missing


@pytest.mark.parametrize(
    ("upstream", "reason"),
    [
        (UpstreamMatch("lamp", "a.py", "1.0", "1.0", "", 1.0, "MIT", (), ""), "lamp has no known package"),
        (
            UpstreamMatch("lamp", "a.py", "main", "v?", "", 1.0, "MIT", (), "", package="lamp"),
            "lamp main is no release",
        ),
        (UpstreamMatch("lamp", "a.py", "1.0", "1.0", "", 1.0, "MIT", (), "", package="lamp"), "lamp"),
    ],
)
def test_what_cannot_be_fetched_is_said_in_one_line(index: Index, upstream: UpstreamMatch, reason: str) -> None:
    assert index.url
    found = upstream_texts(upstream)
    assert reason in found.missing
    assert "\n" not in found.missing
