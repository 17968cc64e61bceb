"""Which of two ports of one file is named first, where a file is as near to both: the one that its header names."""

from __future__ import annotations

from modelkin.dating.dates import SourceFacts
from modelkin.matching.ranking import VerdictOptions
from modelkin.pipeline import Examiner
from modelkin.results import FileDate, FileVerdict, Ground
from modelkin.sources.files import SourceFile

from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE, Upstream, corpus_of

CODE = ATTENTION[ATTENTION.index('"""') :] + "\n\n" + ROTARY + "\n\n" + SCHEDULE
LANTERN = "# Copyright 2020 The Lantern Authors and Wick Labs. All rights reserved.\n"
HARBOUR = "# Copyright (c) 2021 Wick Labs\n"
# Each changed a statement of its own: that of harbour is a little shorter, so that harbour is closest to the file.
FILE = CODE.replace("self.head_width**-0.5", "self.head_width**-0.25")
OF_HARBOUR = CODE.replace("width // heads", "width % heads")
OF_LANTERN = CODE.replace("remaining = max(self.total - step, 0)", "remaining = min(step + self.total, 9)")
PATHS = {"harbour": "harbour/attention.py", "lantern": "lantern/attention.py"}


def told(text: str, day: str = "", harbour_day: str = "2021-05-04") -> FileVerdict:
    """What is said of a file, that harbour and lantern have with a statement or two changed."""
    corpus = corpus_of(
        Upstream("harbour", "1.0", {PATHS["harbour"]: HARBOUR + OF_HARBOUR}, harbour_day),
        Upstream("lantern", "1.0", {PATHS["lantern"]: LANTERN + OF_LANTERN}, "2021-05-04"),
    )
    date = FileDate(day, Ground.COMMIT) if day else FileDate()
    source = SourceFacts(lambda _: date, ())
    return Examiner([corpus], VerdictOptions()).examine(SourceFile("x.py", text.encode(), ""), None, source).verdict


def first(text: str, day: str = "", harbour_day: str = "2021-05-04") -> str:
    return told(text, day, harbour_day).upstreams[0].project


def test_the_closest_comes_first_where_the_header_names_neither_or_both() -> None:
    for header in ("", HARBOUR, "# Copyright 2024 Somebody Else\n", "# Adapted from the paper on lanterns.\n"):
        assert first(header + FILE) == "harbour", header


def test_one_whose_holders_the_header_has_all_comes_first_and_the_closest_is_said_too() -> None:
    verdict = told(LANTERN + FILE)
    assert [each.project for each in (*verdict.upstreams, *verdict.alike)] == ["lantern", "harbour"]
    assert first("# Copyright 2020 The Lantern Authors\n" + FILE) == "harbour"  # Wick Labs is gone


def test_a_credit_wins_over_holders() -> None:
    credit = "# Adapted from https://github.com/harbour/harbour/blob/main/harbour/attention.py\n"
    assert first(LANTERN + credit + FILE) == "harbour"
    assert first("# Adapted from https://github.com/lantern/lantern\n" + FILE) == "lantern"
    assert first("# Adapted from lantern/attention.py of lantern.\n" + FILE) == "lantern"


def test_what_is_certainly_older_comes_first_whatever_the_header_says() -> None:
    assert first(LANTERN + FILE, "2022-01-01") == "lantern"
    assert first(HARBOUR + FILE, "2021-06-01", "2021-09-01") == "lantern"


def test_one_that_holds_much_less_of_the_file_stays_behind() -> None:
    more = (
        OF_LANTERN
        + "\n\n"
        + "\n\n".join(
            f"def step_{each}(values, rate):\n    moved = [value * rate + {each} for value in values]\n"
            f"    return [value if value > {each} else value / rate for value in moved]\n"
            for each in range(9)
        )
    )
    more = more.replace("0.25", "0.125")
    corpus = corpus_of(
        Upstream("harbour", "1.0", {PATHS["harbour"]: HARBOUR + more.replace("width // heads", "width % heads")}),
        Upstream("lantern", "1.0", {PATHS["lantern"]: LANTERN + OF_LANTERN}),
    )
    file = SourceFile("x.py", (LANTERN + more).encode(), "")
    verdict = Examiner([corpus], VerdictOptions()).examine(file).verdict
    assert verdict.upstreams[0].project == "harbour"


def test_what_is_only_renamed_is_that_upstream_s_whatever_its_header_says() -> None:
    assert first(LANTERN + OF_HARBOUR.replace("heads", "parts")) == "harbour"


def oldest(header: str, public_since: str) -> str:
    """The origin of a file of lantern's, known since September 2021 and public since then; harbour's port is of May."""
    port = CODE[: CODE.index(SCHEDULE)].replace("width // heads", "width % heads")
    corpus = corpus_of(
        Upstream("harbour", "1.0", {PATHS["harbour"]: HARBOUR + port}, "2021-05-04"),
        Upstream("lantern", "1.0", {PATHS["lantern"]: LANTERN + CODE}, "2021-09-01", published=public_since),
    )
    file = SourceFile("x.py", (header + OF_LANTERN).encode(), "")
    verdict = Examiner([corpus], VerdictOptions()).examine(file).verdict
    assert verdict.upstreams[0].project == "lantern"
    assert verdict.origin
    return verdict.origin.project


def test_a_port_known_before_the_closest_is_no_origin_where_that_may_be_older_and_the_header_names_it() -> None:
    assert oldest(LANTERN, "2021-01-02") == "lantern"
    assert oldest("# Adapted from https://github.com/lantern/lantern\n", "2021-01-02") == "lantern"


def test_the_oldest_known_is_the_origin_where_the_header_names_neither_or_it_is_certainly_older() -> None:
    assert oldest("", "2021-01-02") == "harbour"
    assert oldest(HARBOUR, "2021-01-02") == "harbour"
    assert oldest(LANTERN, "2021-06-01") == "harbour"
