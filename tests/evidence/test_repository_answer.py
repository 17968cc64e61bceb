"""The answer on code says no more than its findings: what need not be from an upstream is no copy of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from modelkin.evidence.repository_answer import Answered, answer
from modelkin.repository.model import Declarations
from modelkin.results import Attribution, Direction, FileVerdict, Grade, UpstreamMatch

from ..support.example_reports import TRANSFORMERS_LLAMA, VLLM_LLAMA, YI

LLAMA = replace(VLLM_LLAMA, direction=Direction.IN_ORDER)
OTHER = replace(TRANSFORMERS_LLAMA, direction=Direction.IN_ORDER)
UNKNOWN = replace(LLAMA, direction=Direction.UNKNOWN)


@dataclass(frozen=True)
class Copied:
    """A file that is alike with these, held against one of them, and the doubt that its findings have."""

    upstreams: tuple[UpstreamMatch, ...] = (LLAMA,)
    source: UpstreamMatch = LLAMA
    doubt: str = ""
    alike: tuple[UpstreamMatch, ...] = ()


def told(*copies: Copied) -> str:
    """The answer on a repository of these files."""
    files: list[FileVerdict] = []
    sources: list[Attribution] = []
    for number, each in enumerate(copies):
        path = f"{number}.py"
        files.append(replace(YI, path=path, upstreams=each.upstreams, alike=each.alike))
        sources.append(Attribution(path, each.source, Grade.NONE, (), each.doubt))
    found = answer(Answered("lamp", files, len(files), None, Declarations(), sources))
    assert found
    return found.sentence


DOUBTED = Copied(doubt="Both may be from a third.")
PLAIN = Copied()
DATELESS = Copied((UNKNOWN,), UNKNOWN)
NOT_SURE = "it is not sure that the code is from there"
RELEASE = f"{LLAMA.project} {LLAMA.first_release}"


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ((PLAIN, PLAIN), f"2 of 2 files are copies of {RELEASE} (2 modified)"),
        ((PLAIN,), f"1 of 1 file is a copy of {RELEASE} (1 modified)"),
        (
            (DOUBTED,),
            f"1 of 1 file is alike with {RELEASE} (1 modified; {NOT_SURE})",
        ),
        (
            (PLAIN, DOUBTED),
            f"2 of 2 files are copies of {RELEASE} (2 modified; of 1 {NOT_SURE})",
        ),
        (
            (DATELESS, DOUBTED),
            f"2 of 2 files are alike with {RELEASE} (2 modified; who was first is not known, or {NOT_SURE})",
        ),
        (
            (PLAIN, DATELESS),
            f"2 of 2 files are copies of {RELEASE} (2 modified; who was first is not known for 1)",
        ),
    ],
)
def test_a_file_is_called_a_copy_where_nothing_speaks_against_it(copies: tuple[Copied, ...], expected: str) -> None:
    assert told(*copies) == f"lamp: {expected}."


def test_of_near_upstreams_the_one_is_named_whose_terms_are_asked_for() -> None:
    assert f"a copy of {OTHER.project}" in told(Copied((LLAMA, OTHER), OTHER))
    assert f"a copy of {OTHER.project}" in told(Copied((LLAMA,), OTHER, alike=(OTHER,)))
    assert f"a copy of {LLAMA.project}" in told(Copied((LLAMA,), replace(OTHER, path="elsewhere.py")))


def test_a_doubt_on_one_upstream_is_none_on_another() -> None:
    assert f"a copy of {LLAMA.project}" in told(Copied((LLAMA,), OTHER, "Both may be from a third."))
