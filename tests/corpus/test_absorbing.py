"""Corpora put together are, byte for byte, the corpus of all their files."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.corpus.absorbing import absorb
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.file_reader import FileReader
from modelkin.corpus.model import Project, Release

from ..support.small_corpora import ATTENTION, COPY, ROTARY, SCHEDULE

TEXTS = (ATTENTION, COPY, ROTARY, SCHEDULE, ROTARY + SCHEDULE, "x = [y for y in (1, 2)]\n", "")
PROJECTS = (Project("lantern", "MIT", "", "", "lantern"), Project("beacon", "0BSD", "", "", "", "2019-01-01"))
RELEASES = (
    (0, Release(0, "1.0", "2020-01-01", "a")),
    (0, Release(0, "1.0", "2020-03-01", "b", licence="GPL-3.0-only", origin="pypi:lantern-full", source="https://l")),
    (1, Release(0, "1.0", "2020-02-01", "c", ("Copyright 2020 Beacon",), True, origin="git+https://b")),
    (0, Release(0, "2.0", "2021-01-01", "d")),
)
Files = dict[str, str]


def added(builder: CorpusBuilder, number: int, files: Files) -> None:
    project, release = RELEASES[number]
    of_builder = builder.add_release(PROJECTS[project], release)
    for path, text in sorted(files.items()):
        stored = text.encode()
        builder.add_file(of_builder, path, stored, hashlib.sha256(stored).hexdigest())


FILES = st.dictionaries(st.sampled_from(["a.py", "b.py", "c/d.py"]), st.sampled_from(TEXTS), min_size=1)


@settings(deadline=None, max_examples=40)
@given(releases=st.lists(FILES, min_size=4, max_size=4), plain=st.booleans(), shared=st.booleans())
def test_parts_of_one_release_make_the_corpus_of_all_of_them(releases: list[Files], plain: bool, shared: bool) -> None:
    whole, together = CorpusBuilder(plain), CorpusBuilder(plain)
    reader = FileReader(plain, keeps=True) if shared else None
    for number, files in enumerate(releases):
        added(whole, number, files)
        part = CorpusBuilder(plain, reader)
        added(part, number, files)
        absorb(together, part.finish("part"))
    assert together.finish("all").content() == whole.finish("all").content()


@settings(deadline=None, max_examples=20)
@given(releases=st.lists(FILES, min_size=4, max_size=4), gone=st.integers(0, 3))
def test_what_is_kept_is_as_if_the_rest_had_never_been_there(releases: list[Files], gone: int) -> None:
    whole, rest, kept = CorpusBuilder(), CorpusBuilder(), CorpusBuilder()
    for number, files in enumerate(releases):
        added(whole, number, files)
        if number != gone:
            added(rest, number, files)
    absorb(kept, whole.finish("all"), lambda version: version.release.sha256 != RELEASES[gone][1].sha256)
    assert kept.finish("rest").content() == rest.finish("rest").content()
