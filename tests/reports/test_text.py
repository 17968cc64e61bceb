"""The report for people, on a screen and piped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from modelkin.diffs.restoration import Difference, Restoration
from modelkin.reports.console import Page
from modelkin.reports.text import render
from modelkin.reports.text_file import render_restorations
from modelkin.results import CorpusIdentity, FileDate, Kind, Level, Rename, Skipped, Verdict

from ..support.example_reports import (
    EMPTY,
    FINDING,
    INDEPENDENT,
    OWN,
    REPORT,
    TRANSFORMERS_LLAMA,
    VLLM_LLAMA,
    YI,
    definition,
    only,
)

SCREEN = Page(width=80, colour=True, bars=True)
HOSTILE = "[red]a\x1b[2Jb\u202ec\udcff"
SHOWN = "[red]a\\x1b[2Jb\\u202ec\\udcff"


def test_the_piped_report_is_the_golden_one(golden: Callable[[str, str], None]) -> None:
    golden("report.txt", render(REPORT))


def test_the_report_on_a_screen_is_the_golden_one(golden: Callable[[str, str], None]) -> None:
    golden("report.ansi", render(REPORT, SCREEN))


def test_a_piped_report_has_neither_colours_nor_bars_nor_trailing_blanks() -> None:
    text = render(REPORT)
    assert "\x1b" not in text
    assert "█" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_the_environment_changes_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = render(REPORT, SCREEN), render(REPORT)
    changing = []
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "TTY_COMPATIBLE"):
        with monkeypatch.context() as patch:
            patch.setenv(variable, "dumb" if variable == "TERM" else "1")
            if (render(REPORT, SCREEN), render(REPORT)) != expected:
                changing.append(variable)
    assert not changing


def test_a_long_path_is_neither_wrapped_nor_cut_when_piped() -> None:
    path = "deep/" * 100 + "model.py"
    assert f"{path}: modified copy\n" in render(replace(REPORT, files=(replace(YI, path=path),)))


def test_on_a_narrow_screen_no_path_is_cut() -> None:
    text = render(replace(REPORT, files=(replace(YI, path="x" * 200),)), Page(width=40))
    assert "x" * 200 in text.replace("\n", "")
    assert "…" not in text


def test_independent_files_are_only_counted() -> None:
    text = render(replace(EMPTY, files=(INDEPENDENT,)))
    assert "1 file scanned · 1 independent" in text
    assert INDEPENDENT.path not in text


def test_a_release_s_own_file_takes_one_line() -> None:
    text = render(replace(EMPTY, files=(OWN,)))
    assert text.endswith("\n1 file of known upstreams, as released\n  models/opt.py  vllm 0.2.3\n")


def test_an_own_file_with_a_lineage_is_explained() -> None:
    text = render(replace(EMPTY, files=(replace(YI, own_release="vllm 0.2.3"),)))
    assert "models/yi.py: modified copy, released as vllm 0.2.3's own file" in text
    assert "LlamaMLP" in text


def test_every_verdict_has_its_words() -> None:
    words = {verdict: verdict.value for verdict in Verdict} | {Verdict.FRAGMENTS: "shares fragments"}
    assert not [verdict for verdict in Verdict if f"a.py: {words[verdict]}" not in render(only(verdict))]


def test_an_origin_that_is_the_closest_upstream_is_not_repeated() -> None:
    assert "that upstream, first released 2023-07-05 in 0.1.2\n" in render(only(Verdict.RENAMED))


def test_facts_that_are_not_known_take_no_line() -> None:
    bare = replace(VLLM_LLAMA, first_release="", last_release="", released="", licence="", copyrights=())
    bare = replace(bare, without="", appeared="", appeared_on="", innovations=None)
    file = replace(YI, upstreams=(bare,), origin=bare, notes=(), renames=(), definitions=(), dated=FileDate())
    assert render(replace(EMPTY, corpus=CorpusIdentity("", "", ""), files=(file,))) == (
        "empty\n1 file scanned · 1 modified\nno corpus · 0.0 s\ntrust: isolated\n\nmodels/yi.py: modified copy\n"
        "  upstream  vllm · vllm/model_executor/models/llama.py\n  share     99.9 % of the file's tokens\n"
    )


def test_an_unknown_origin_takes_no_line() -> None:
    assert "  origin  " not in render(replace(EMPTY, files=(replace(YI, origin=None),)))


def test_an_origin_elsewhere_may_have_no_date() -> None:
    origin = replace(TRANSFORMERS_LLAMA, released="", appeared="", appeared_on="")
    assert "modeling_llama.py\n" in render(replace(EMPTY, files=(replace(YI, origin=origin),)))


def test_nearly_all_is_not_all() -> None:
    assert "99.9 % of the file's tokens" in render(replace(EMPTY, files=(replace(YI, similarity=0.99999),)))
    assert "100.0 % of the file's tokens" in render(replace(EMPTY, files=(replace(YI, similarity=1.0),)))


def test_long_lists_are_cut_and_say_by_how_much() -> None:
    file = replace(
        YI,
        renames=tuple(Rename(f"a{i}", f"b{i}", Kind.VARIABLE, 1, 1.0, scope=f"f{i % 15}") for i in range(15 * 8)),
        definitions=tuple(definition(f"d{i}", Verdict.MODIFIED, "u") for i in range(25)),
    )
    skipped = tuple(Skipped(f"{i}.py", "empty") for i in range(50))
    text = render(replace(EMPTY, files=(file,), skipped=skipped))
    assert "locals renamed in 15 functions" in text
    for more in ("and 3 more", "and 2 more", "and 5 more", "and 30 more, all of them in --format json"):
        assert more in text


def test_an_endless_identifier_keeps_its_ends() -> None:
    rename = Rename("x" * 10**6, "short", Kind.CLASS, 1, 1.0)
    text = render(replace(EMPTY, files=(replace(YI, renames=(rename,)),)))
    assert f"{'x' * 50}…{'x' * 50}  short" in text


def test_scanned_text_is_escaped_wherever_it_is_printed() -> None:
    upstream = replace(
        VLLM_LLAMA, project=HOSTILE, path=HOSTILE, licence=HOSTILE, copyrights=(HOSTILE,), last_release=HOSTILE
    )
    file = replace(
        YI,
        path=HOSTILE,
        licence=HOSTILE,
        notes=(HOSTILE,),
        own_release=HOSTILE,
        upstreams=(upstream, upstream),
        origin=replace(upstream, path="other", released=HOSTILE),
        renames=(Rename(HOSTILE, HOSTILE, Kind.CLASS, 1, 1.0), Rename(HOSTILE, "b", Kind.VARIABLE, 1, 1.0, HOSTILE)),
        definitions=tuple(definition(HOSTILE, verdict, HOSTILE + "x") for verdict in Verdict),
    )
    own = replace(OWN, path=HOSTILE, own_release=HOSTILE)
    finding = replace(REPORT.findings[0], message=HOSTILE, upstream=HOSTILE, remedy=HOSTILE, rule=HOSTILE)
    known = replace(REPORT.corpus.corpora[0], name=HOSTILE, version=HOSTILE)
    corpus = replace(REPORT.corpus, name=HOSTILE, version=HOSTILE, corpora=(known,))
    skipped = (Skipped(HOSTILE, HOSTILE),)
    text = render(replace(REPORT, root=HOSTILE, corpus=corpus, files=(file, own), findings=(finding,), skipped=skipped))
    assert not any(character in text for character in "\x1b\u202e\udcff")
    assert text.count(SHOWN) == 40


def restoration(difference: Difference) -> Restoration:
    return Restoration("yi.py", "llama.py", "yi.py", 7, b"", difference)


def test_a_copy_that_is_the_original_but_for_its_names_is_said_to_be() -> None:
    assert render_restorations([restoration(Difference("", 0, "", 0))]) == (
        "\nyi.py after undoing 7 renames: the same text as llama.py\n"
    )


def test_a_difference_without_code_is_said_to_be_one() -> None:
    text = render_restorations([restoration(Difference("--- a\n+++ b\n@@ -1 +1 @@\n-# x\n+# y\n", 2, "", 0))])
    assert "2 differing lines against llama.py, all of them comments, docstrings, imports or layout\n--- a\n" in text
    assert text.endswith("-# x\n+# y\n")


def test_a_difference_is_shown_line_by_line_and_escaped() -> None:
    unified = "--- a\n+++ b\n@@ -1 +1 @@\n-a\x0cb\n+[red]\x1b[2J\n"
    text = render_restorations([restoration(Difference(unified, 2, "-a\n+b\n", 2))], SCREEN)
    assert "2 differing lines against llama.py\n" in text
    assert "code alone" not in text
    assert "\x1b[31m-a\\x0cb\x1b[0m\n\x1b[32m+[red]\\x1b[2J\x1b[0m\n" in text


def test_the_difference_in_code_is_set_apart_from_the_rest() -> None:
    unified = "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-# x\n-f( 1 )\n+# y\n+f(2)\n"
    text = render_restorations([restoration(Difference(unified, 4, "--- a\n+++ b\n@@ -1 +1 @@\n-f(1)\n+f(2)\n", 2))])
    assert text.endswith(
        "+f(2)\nof code alone, a statement per line: 2 differing lines\n--- a\n+++ b\n@@ -1 +1 @@\n-f(1)\n+f(2)\n"
    )


def test_a_file_whose_renames_cannot_be_undone_says_why() -> None:
    assert render_restorations([Skipped("old.py", "Python 2")]) == "\nold.py: renames not undone, Python 2\n"


def test_notes_of_one_rule_are_shown_up_to_three_and_then_counted() -> None:
    note = replace(FINDING, level=Level.NOTE, rule="changes-not-stated")
    text = render(replace(REPORT, findings=(note,) * 9 + (FINDING,) * 5))
    assert text.count("[changes-not-stated]") == 3
    assert text.count("[holder-removed]") == 5
    assert "and 6 more notes of changes-not-stated, all of them in --format json" in text
