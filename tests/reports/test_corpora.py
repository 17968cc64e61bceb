"""Reports tell which corpora were used, how old each is, and how far they reach."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from modelkin.reports import render
from modelkin.reports.corpora import corpora_words, corpus_words
from modelkin.results import CorpusIdentity, KnownCorpus

from ..support.example_reports import REPORT

BASE = KnownCorpus("base", "2026.03.04", "a" * 64, "2026-03-04", 55, 218)
WIDE = KnownCorpus("wide", "2026.11.28", "b" * 64, "2026-11-28", 144, 1)
SOURCE = KnownCorpus("lantern", "", "", "", 1, 1)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795910400")  # 2026-11-29


def identity(*corpora: KnownCorpus) -> CorpusIdentity:
    return CorpusIdentity(" + ".join(each.name for each in corpora), "2026.11.28", "c" * 64, corpora)


def test_each_has_its_age_and_all_their_reach() -> None:
    base = "corpus base 2026.03.04, 270 days old, digest aaaaaaaaaaaa"
    assert corpora_words(identity(BASE)) == f"{base} · 55 projects, 218 releases"
    assert corpora_words(identity(BASE, WIDE, SOURCE)) == (
        f"{base} + wide 2026.11.28, 1 day old, digest bbbbbbbbbbbb + lantern · 200 projects, 220 releases"
    )
    assert corpus_words(WIDE) == "wide 2026.11.28, 1 day old · 144 projects, 1 release · digest bbbbbbbbbbbb"
    assert corpora_words(identity()) == "no corpus"


def test_a_journal_of_before_names_them_all_the_same() -> None:
    assert corpora_words(CorpusIdentity("base", "2026.03.04", "a")) == "corpus base 2026.03.04"


def test_programs_get_each_corpus() -> None:
    report = replace(REPORT, corpus=identity(BASE, SOURCE))
    expected = {
        "name": "base",
        "version": "2026.03.04",
        "digest": "a" * 64,
        "age": 270,
        "newest": "2026-03-04",
        "projects": 55,
        "releases": 218,
        "models": 0,
    }
    found = json.loads(render(report, "json"))["corpora"]
    assert (found[0], found[1]["age"]) == (expected, None)
    assert json.loads(render(report, "sarif"))["runs"][0]["properties"]["corpora"][0] == expected
    assert json.loads(render(report, "jsonl").splitlines()[0])["corpora"][0] == expected
    for format_ in ("text", "html"):
        assert "base 2026.03.04, 270 days old, digest aaaaaaaaaaaa + lantern" in render(report, format_)


def test_a_corpus_of_a_day_to_come_has_no_age(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert corpus_words(BASE).startswith("base 2026.03.04 · ")
