"""The report for people, on a screen and piped."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from modelkin import reports
from modelkin.diffs.restoration import Difference, Restoration
from modelkin.reports.console import Detail, Page
from modelkin.reports.text import render
from modelkin.reports.text_file import render_restorations
from modelkin.results import (
    Conclusion,
    CorpusIdentity,
    FileDate,
    FileVerdict,
    FindingPlace,
    Kind,
    Level,
    Region,
    Rename,
    Skipped,
    Verdict,
)

from ..support.example_reports import (
    EMPTY,
    FINDING,
    IN_TIME,
    INDEPENDENT,
    OWN,
    REPORT,
    TRANSFORMERS_LLAMA,
    VLLM_LLAMA,
    WAIVED,
    YI,
    definition,
    only,
)

SCREEN = Page(width=80, colour=True, bars=True)
FULL, COUNTS, CLOSING = (Page(detail=each) for each in (Detail.FULL, Detail.COUNTS, Detail.CLOSING))
FULL_SCREEN = replace(SCREEN, detail=Detail.FULL)
HOSTILE = "[red]a\x1b[2Jb\u202ec\udcff"
SHOWN = "[red]a\\x1b[2Jb\\u202ec\\udcff"


def test_the_piped_report_is_the_golden_one(golden: Callable[[str, str], None]) -> None:
    golden("report.txt", render(REPORT))
    golden("report.verbose.txt", render(REPORT, FULL))


def test_the_report_on_a_screen_is_the_golden_one(golden: Callable[[str, str], None]) -> None:
    golden("report.ansi", render(REPORT, SCREEN))
    golden("report.verbose.ansi", render(REPORT, FULL_SCREEN))


def test_a_piped_report_has_neither_colours_nor_bars_nor_trailing_blanks() -> None:
    for text in (render(REPORT), render(REPORT, FULL)):
        assert "\x1b" not in text
        assert "█" not in text
        assert all(line == line.rstrip() for line in text.splitlines())


def test_the_environment_changes_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = render(REPORT, FULL_SCREEN), render(REPORT)
    changing = []
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "TTY_COMPATIBLE"):
        with monkeypatch.context() as patch:
            patch.setenv(variable, "dumb" if variable == "TERM" else "1")
            if (render(REPORT, FULL_SCREEN), render(REPORT)) != expected:
                changing.append(variable)
    assert not changing


def test_a_long_path_is_neither_wrapped_nor_cut_when_piped() -> None:
    path = "deep/" * 100 + "model.py"
    report = replace(REPORT, files=(replace(YI, path=path),))
    assert f"\n  {path}: modified copy, 99.9 % from vllm 0.2.0 llama.py\n" in render(report)
    assert f"{path}: modified copy\n" in render(report, FULL)


def test_on_a_narrow_screen_no_path_is_cut() -> None:
    for detail in (Detail.USUAL, Detail.FULL):
        text = render(replace(REPORT, files=(replace(YI, path="x" * 200),)), Page(width=40, detail=detail))
        assert "x" * 200 in text.replace("\n", "").replace(" ", "")
        assert "…" not in text


def test_independent_files_are_only_counted() -> None:
    text = render(replace(EMPTY, files=(INDEPENDENT,)))
    assert "1 file scanned · 1 independent" in text
    assert INDEPENDENT.path not in text


def test_a_release_s_own_file_takes_one_line() -> None:
    report = replace(EMPTY, files=(OWN,))
    assert "\n\n1 file of known upstreams, as released\n  models/opt.py  vllm 0.2.3\n\n" in render(report, FULL)
    assert "\n\n1 file of known upstreams, as released (-v)\n\n" in render(report)


def test_an_own_file_with_a_lineage_is_explained() -> None:
    text = render(replace(EMPTY, files=(replace(YI, own_release="vllm 0.2.3"),)), FULL)
    assert "models/yi.py: modified copy, released as vllm 0.2.3's own file" in text
    assert "LlamaMLP" in text


def test_every_verdict_has_its_words() -> None:
    words = {verdict: verdict.value for verdict in Verdict} | {Verdict.FRAGMENTS: "shares fragments"}
    assert not [verdict for verdict in Verdict if f"a.py: {words[verdict]}" not in render(only(verdict))]


def test_an_origin_that_is_the_closest_upstream_is_not_repeated() -> None:
    assert "that upstream, first released 2023-07-05 in 0.1.2\n" in render(only(Verdict.RENAMED), FULL)


def test_facts_that_are_not_known_take_no_line() -> None:
    bare = replace(VLLM_LLAMA, first_release="", last_release="", released="", licence="", copyrights=())
    bare = replace(bare, without="", appeared="", appeared_on="", innovations=None)
    file = replace(YI, upstreams=(bare,), origin=bare, notes=(), renames=(), definitions=(), dated=FileDate())
    assert "\n\nmodels/yi.py: modified copy\n  upstream  vllm · vllm/model_executor/models/llama.py\n" in (
        text := render(replace(EMPTY, corpus=CorpusIdentity("", "", ""), files=(file,)), FULL)
    )
    assert "\n  share     99.9 % of the file's tokens\n\nno corpus" in text


def test_an_unknown_origin_takes_no_line() -> None:
    assert "  origin  " not in render(replace(EMPTY, files=(replace(YI, origin=None),)), FULL)


def test_an_origin_elsewhere_may_have_no_date() -> None:
    origin = replace(TRANSFORMERS_LLAMA, released="", appeared="", appeared_on="")
    assert "modeling_llama.py\n" in render(replace(EMPTY, files=(replace(YI, origin=origin),)), FULL)


def test_nearly_all_is_not_all() -> None:
    assert "99.9 % of the file's tokens" in render(replace(EMPTY, files=(replace(YI, similarity=0.99999),)), FULL)
    assert "100.0 % of the file's tokens" in render(replace(EMPTY, files=(replace(YI, similarity=1.0),)), FULL)


def test_long_lists_are_cut_and_say_by_how_much() -> None:
    file = replace(
        YI,
        renames=tuple(Rename(f"a{i}", f"b{i}", Kind.VARIABLE, 1, 1.0, scope=f"f{i % 15}") for i in range(15 * 8)),
        definitions=tuple(definition(f"d{i}", Verdict.MODIFIED, "u") for i in range(25)),
    )
    skipped = tuple(Skipped(f"{i}.py", "empty") for i in range(50))
    report = replace(EMPTY, files=(file,), skipped=skipped)
    text = render(report, FULL)
    assert "locals renamed in 15 functions" in text
    for more in ("and 3 more", "and 2 more", "and 5 more", "and 30 more in --format json"):
        assert more in text
    assert "and 45 more (-v)" in render(report)


def test_an_endless_identifier_keeps_its_ends() -> None:
    rename = Rename("x" * 10**6, "short", Kind.CLASS, 1, 1.0)
    text = render(replace(EMPTY, files=(replace(YI, renames=(rename,)),)), FULL)
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
    report = replace(REPORT, root=HOSTILE, corpus=corpus, files=(file, own), findings=(finding,), skipped=skipped)
    report = replace(report, scanned=replace(REPORT.scanned, release=HOSTILE))
    for page, count in ((FULL, 41), (Page(), 11), (COUNTS, 6)):
        text = render(report, page)
        assert not any(character in text for character in "\x1b\u202e\udcff")
        assert text.count(SHOWN) == count


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
    text = render(replace(REPORT, findings=(note,) * 9 + (FINDING,) * 5), FULL)
    assert text.count("[changes-not-stated]") == 3
    assert text.count("[holder-removed]") == 5
    assert "and 6 more notes of changes-not-stated, all of them in --format json" in text


def copy_of(number: int) -> FileVerdict:
    return replace(YI, path=f"{number:02}.py", similarity=number / 100)


def test_the_first_copied_files_take_a_line_each_those_with_the_worst_findings_first() -> None:
    files = tuple(map(copy_of, range(50)))
    findings = (
        replace(FINDING, level=Level.NOTE, region=Region("03.py", 1, 4)),
        replace(FINDING, region=Region("07.py", 1, 4)),
        replace(FINDING, region=Region("08.py", 1, 4), known=True),
    )
    text = render(replace(EMPTY, files=files, findings=findings))
    lines = [line for line in text.splitlines() if line.startswith("  ") and "copy" in line]
    assert len(lines) == 20
    assert lines[:3] == [
        "  07.py: modified copy, 7.0 % from vllm 0.2.0 llama.py, error",
        "  03.py: modified copy, 3.0 % from vllm 0.2.0 llama.py, note",
        "  49.py: modified copy, 49.0 % from vllm 0.2.0 llama.py",
    ]
    assert "\n  and 30 more (-v)\n" in text


NARROW = Page(width=80)


def test_on_a_screen_what_all_copies_share_is_said_once_above_them() -> None:
    files = tuple(replace(copy_of(number), path=f"lamp/models/{number:02}.py") for number in range(50))
    text = render(replace(EMPTY, files=files[:3]), NARROW)
    assert "\n3 files with code of vllm in lamp/models/\n  02.py: modified copy, 2.0 % from 0.2.0 llama.py\n" in text
    text = render(replace(EMPTY, files=files), NARROW)
    assert "\nThe first 10 of 50 files with code of known upstreams, of vllm in lamp/models/\n  49.py:" in text
    assert "\n  and 40 more (-v)\n" in text
    assert "  lamp/models/49.py: modified copy, 49.0 % from vllm 0.2.0 llama.py\n" in render(
        replace(EMPTY, files=files)
    )


def test_on_a_screen_findings_of_many_rules_are_told_in_fewer_words() -> None:
    rules = ("holder-removed", "relicensed", "licence-unknown", "source-unnamed", "leftover-reference")
    levels = (Level.ERROR, Level.NOTE)
    findings = tuple(replace(FINDING, rule=rule, level=level) for level in levels for rule in rules for _ in range(3))
    text = render(replace(REPORT, findings=findings), NARROW)
    assert "the same of" in text
    assert "\n15 notes (-v)\n  3 of holder-removed, 3 of relicensed, " in text
    assert "\n  3 of source-unnamed: Nothing names the source of a copied file\n" not in text  # it is told above
    assert " [holder-removed] and 1 more (-v)\n" in " ".join(text.split(" ")).replace("\n[holder", " [holder")
    assert "the same" not in render(replace(REPORT, findings=findings[:3]), NARROW)
    assert "the same" not in render(replace(REPORT, findings=findings))


def test_what_many_rules_say_of_many_files_fits_four_screens() -> None:
    errors = "holder-removed", "holder-replaced", "relicensed", "licence-text-missing", "combination-not-allowed"
    warnings = "licence-header-removed", "part-unacknowledged", "notice-file-missing", "credit-names-another"
    notes = "changes-not-stated", "source-unnamed", "credit-link-only", "date-unconfirmed"
    told = [(Level.ERROR, errors), (Level.WARNING, (*errors[:2], *warnings)), (Level.NOTE, (*errors[:2], *notes))]
    sentence = "This file is a copy of lamp 1.0 lamp/models/harbour/modeling_harbour.py, and lacks its notice."
    findings = tuple(
        replace(FINDING, rule=rule, level=level, message=sentence * 3, remedy=f"{rule}: {sentence}")
        for level, rules in told
        for rule in rules
        for _ in range(9)
    )
    report = replace(EMPTY, files=tuple(map(copy_of, range(900))), findings=findings)
    assert len(render(report, NARROW).splitlines()) <= 120
    assert render(report).count("\n  holder-removed: This file is a copy") == 1  # once for three levels
    alike = tuple(replace(FINDING, rule=rule) for rule in errors)
    assert render(replace(EMPTY, findings=alike)).count(f"\n  {FINDING.remedy}") == len(errors)  # and once a rule


def test_on_a_narrow_screen_the_digest_of_a_corpus_is_left_to_v() -> None:
    assert all(len(line) <= 80 for line in render(EMPTY, NARROW).splitlines())


def test_where_it_is_not_known_who_was_first_no_line_speaks_of_a_copy() -> None:
    text = render(replace(IN_TIME, findings=()))
    assert "\n  undated.py: modified code, 99.9 % alike with vllm 0.2.0 llama.py\n" in text
    assert "\n1 file also found, later, in timm (1) (-v)\n" in text


def test_a_finding_is_one_line_that_begins_with_its_place() -> None:
    many = replace(FINDING, places=tuple(FindingPlace(Region(f"{i}.py", 3, 4), "", "", "") for i in range(3)))
    text = render(replace(REPORT, findings=(many,)))
    told = (
        "models/yi.py:1: error: the upstream's copyright lines are not in the file (and 3 more files) [holder-removed]"
    )
    assert f"\n{told}\n  add the upstream's header above the file's own\n" in text


def test_further_files_are_not_counted_twice() -> None:
    places = tuple(FindingPlace(Region(f"{i}.py", 3, 4), "", "", "") for i in range(3))
    whole = replace(FINDING, places=places, message="Code of lamp is in models/yi.py and 3 more.")
    assert "is in models/yi.py and 3 more. [holder-removed]\n" in render(replace(REPORT, findings=(whole,)))
    assert "`models/yi.py:1`: Code of lamp" in reports.render(replace(REPORT, findings=(whole,)), "markdown")


def test_of_a_rule_the_first_findings_are_shown_and_what_to_do_about_all_of_them() -> None:
    findings = tuple(
        replace(FINDING, remedy=f'Put it back. Add "{i}". `modelkin attribute` writes it.') for i in range(9)
    )
    text = render(replace(REPORT, findings=findings))
    assert text.count("[holder-removed]") == 5
    assert "\n  Put it back. `modelkin attribute` writes it.\n  and 4 more of holder-removed (-v)\n" in text
    text = render(replace(REPORT, findings=tuple(replace(FINDING, remedy=f"Add {i}") for i in range(2))))
    assert "\n  `modelkin explain holder-removed` says what to do; -v says it of each finding.\n" in text


def test_the_most_severe_findings_come_first_rule_by_rule() -> None:
    levels = (Level.NOTE, Level.ERROR, Level.WARNING)
    findings = tuple(replace(FINDING, level=level, rule=rule) for rule in ("a", "b") for level in levels)
    places = re.findall(r"^models/yi.py:1: (\w+): .* \[(\w)\]$", render(replace(EMPTY, findings=findings)), re.M)
    assert places == [(level.value, rule) for level in Level for rule in ("a", "b")]


@pytest.mark.parametrize("detail", Detail)
def test_the_last_line_sums_up(detail: Detail) -> None:
    page = Page(detail=detail)
    warning = replace(FINDING, level=Level.WARNING, region=Region("b.py", 1, 1))
    for findings, skipped, closing in (
        ((), (), "Found nothing to answer for in 3 files"),
        ((WAIVED,), REPORT.skipped, "Found nothing to answer for in 3 files; 1 skipped"),
        ((FINDING,), (), "Found 1 error in 1 file"),
        ((FINDING, warning, WAIVED), (), "Found 2: 1 error, 1 warning in 2 files"),
    ):
        text = render(replace(REPORT, findings=findings, skipped=skipped), page)
        assert text.splitlines()[-1] == closing
        assert detail is not Detail.CLOSING or text == f"{closing}\n"


def test_the_last_line_tells_what_can_be_written_where_there_is_something_to_answer_for() -> None:
    page = replace(CLOSING, writable="`modelkin attribute` can write 1 file")
    assert "attribute" not in render(REPORT, CLOSING)
    assert render(REPORT, page).endswith("; `modelkin attribute` can write 1 file; 1 skipped\n")
    assert "attribute" not in render(replace(REPORT, findings=(WAIVED,)), page)
    narrow = render(REPORT, Page(width=60, writable=page.writable)).splitlines()[-2:]
    assert narrow == ["`modelkin attribute` can write 1 file", "Found 1 error in 1 file; 1 skipped"]


def test_statistics_are_counts_by_rule_and_by_upstream_in_place_of_lists() -> None:
    text = render(replace(REPORT, files=(YI, replace(YI, path="b.py"), INDEPENDENT)), COUNTS)
    assert re.search(r"^findings +level +rule +files\n1 +error +holder-removed +1\n\n", text, re.M)
    assert re.search(r"^files +upstream +modified\n2 +vllm +2\n\n", text, re.M)
    assert "models/yi.py" not in text


def test_the_answer_comes_before_all_else() -> None:
    conclusion = Conclusion("It is from lamp.", unknown=("weights",))
    for page in (Page(), FULL, COUNTS):
        text = render(replace(REPORT, conclusion=conclusion), page)
        assert text.startswith("pypi:vllm==0.2.3\nIt is from lamp.\nnot known: weights\n3 files scanned · ")
