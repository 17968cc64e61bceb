"""Who was first: dates, intervals, claims, innovations and credits, each case a file held against one small corpus."""

from __future__ import annotations

from dataclasses import dataclass, replace

from msgspec.structs import replace as replace_date

from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Corpus, Project, Release
from modelkin.dating.dates import SourceFacts
from modelkin.matching.ranking import VerdictOptions
from modelkin.pipeline import Examiner
from modelkin.results import Direction, FileDate, FileVerdict, Ground, Verdict
from modelkin.sources.files import SourceFile

from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE, Upstream, corpus_of

PATH = "lantern/attention.py"
# What lantern added to its attention in release 2.
ADDED = """
    def window(self, hidden, width):
        length = hidden.shape[1]
        padding = (width - length % width) % width
        padded = torch.nn.functional.pad(hidden, (0, 0, 0, padding))
        pieces = padded.unflatten(1, (-1, width)).flatten(0, 1)
        return pieces.contiguous(), padding

    def joined(self, pieces, batch, padding):
        whole = pieces.unflatten(0, (batch, -1)).flatten(1, 2)
        return whole[:, : whole.shape[1] - padding] if padding else whole
"""
GROWN = ATTENTION.rstrip("\n") + "\n" + ADDED
RENAMED = (
    GROWN[GROWN.index('"""') :].replace("Attention", "Focus").replace("hidden", "states").replace("padding", "gap")
)
FIRST_ONLY = ATTENTION[ATTENTION.index('"""') :].replace("Attention", "Focus").replace("hidden", "states")
RELEASES = (
    Upstream(version="0.9", files={"lantern/rotary.py": ROTARY}, released="2021-01-01"),
    Upstream(version="1.0", files={PATH: ATTENTION, "lantern/rotary.py": ROTARY}, released="2021-05-04"),
    Upstream(version="2.0", files={PATH: GROWN, "lantern/rotary.py": ROTARY}, released="2022-06-01"),
)
CORPUS = corpus_of(*RELEASES)


def dated(date: str, claim: bool = True, at_latest: bool = False, by: Ground = Ground.COMMIT) -> FileDate:
    return FileDate(date, by, claim, at_latest, "the first commit of the path", date if claim else "")


def verdict_on(
    text: str, date: FileDate = FileDate(), names: tuple[str, ...] = (), corpus: Corpus = CORPUS
) -> FileVerdict:
    """The verdict on ``text``, which appeared on ``date`` in a project of these names."""
    source = SourceFacts(lambda _: date, names)
    return Examiner([corpus], VerdictOptions()).examine(SourceFile("focus.py", text.encode(), ""), None, source).verdict


@dataclass(frozen=True)
class Case:
    """A file, its date, and what is to be said of it."""

    what: str
    text: str
    date: FileDate
    direction: Direction
    by: Ground
    claim: bool = False
    release: str = ""
    """The release that is named; empty where the only known one is younger than the file."""


CASES = (
    Case("in order", RENAMED, dated("2022-07-01"), Direction.IN_ORDER, Ground.COMMIT, False, "2.0"),
    Case("before 2.0, as 1.0 was", FIRST_ONLY, dated("2021-06-01"), Direction.IN_ORDER, Ground.COMMIT, True, "1.0"),
    Case("on the day itself", FIRST_ONLY, dated("2021-05-04"), Direction.IN_ORDER, Ground.COMMIT, True, "1.0"),
    Case("between 0.9 and 1.0", FIRST_ONLY, dated("2021-03-01"), Direction.OPEN, Ground.COMMIT, True, "1.0"),
    Case("older than 0.9", FIRST_ONLY, dated("2020-12-31"), Direction.LATER, Ground.COMMIT, True),
    Case("older, by a registry", FIRST_ONLY, dated("2020-12-31", claim=False), Direction.LATER, Ground.COMMIT),
    Case(
        "a registry, and additions",
        RENAMED,
        dated("2020-12-31", claim=False),
        Direction.OPEN,
        Ground.COMMIT,
        False,
        "2.0",
    ),
    Case("additions beat a claim", RENAMED, dated("2015-01-01"), Direction.IN_ORDER, Ground.INNOVATIONS, False, "2.0"),
    Case("additions without a date", RENAMED, FileDate(), Direction.IN_ORDER, Ground.INNOVATIONS, False, "2.0"),
    Case("nothing without a date", FIRST_ONLY, FileDate(), Direction.UNKNOWN, Ground.NONE, False, "1.0"),
    Case(
        "a bound that is young",
        FIRST_ONLY,
        dated("2024-01-01", at_latest=True),
        Direction.UNKNOWN,
        Ground.NONE,
        False,
        "1.0",
    ),
    Case("a bound that is old", FIRST_ONLY, dated("2020-12-31", at_latest=True), Direction.LATER, Ground.COMMIT, True),
    Case("said by the user", FIRST_ONLY, dated("2020-12-31", False, by=Ground.AS_OF), Direction.LATER, Ground.AS_OF),
)


def test_dates_and_additions_say_who_was_first() -> None:
    failures = []
    for case in CASES:
        found = verdict_on(case.text, case.date)
        told = found.direction, found.direction_by, found.claim, "".join(u.first_release for u in found.upstreams)
        if told != (case.direction, case.by, case.claim, case.release):
            failures.append(f"{case.what}: {told}")
    assert not failures


def test_what_is_younger_is_no_upstream_and_is_shown_apart() -> None:
    found = verdict_on(FIRST_ONLY, dated("2020-12-31"))
    assert (found.verdict, found.similarity, found.upstreams, found.origin) == (Verdict.INDEPENDENT, 0.0, (), None)
    assert [(each.project, each.path, each.direction) for each in found.later] == [("lantern", PATH, Direction.LATER)]
    assert found.dated.date == "2020-12-31"


def test_no_content_younger_than_the_file_is_named() -> None:
    found = verdict_on(FIRST_ONLY + "\n\ndef more(width):\n    return width + 1\n", dated("2021-12-31"))
    assert [(each.first_release, each.released) for each in found.upstreams] == [("1.0", "2021-05-04")]
    assert (found.upstreams[0].without, found.upstreams[0].appeared) == ("0.9", "1.0")


def test_an_older_upstream_is_found_behind_a_younger_one() -> None:
    port = Upstream("beacon", "3.0", {"beacon/focus.py": RENAMED}, "2023-01-01")
    found = verdict_on(RENAMED, dated("2022-08-01"), corpus=corpus_of(*RELEASES, port))
    assert [each.project for each in found.upstreams] == ["lantern"]
    assert [each.project for each in found.later] == ["beacon"]


def test_additions_are_counted_and_the_claim_that_they_contradict_is_named() -> None:
    found = verdict_on(RENAMED, dated("2015-01-01"))
    additions = found.upstreams[0].innovations
    assert additions is not None
    assert additions.held == additions.added >= 3
    assert (additions.since, additions.until) == ("1.0", "2.0")
    assert any("2015-01-01" in note and "own word" in note and "lantern" in note for note in found.notes)


def test_what_a_text_shows_of_its_age_voids_a_claimed_date() -> None:
    shown = {"# Copyright 2023 Focus Works\n": "2023", "import safetensors\n": "safetensors"}
    for above, word in shown.items():
        found = verdict_on(above + FIRST_ONLY, dated("2020-12-31"))
        assert found.direction is Direction.UNKNOWN
        assert any(word in note and "2020-12-31" in note for note in found.notes)
        assert verdict_on(above + FIRST_ONLY, dated("2020-12-31", claim=False)).direction is Direction.LATER
        # A file that was changed since may say so in its header, and import what came meanwhile.
        changed = replace_date(dated("2020-12-31"), newest="2024-01-01")
        assert verdict_on(above + FIRST_ONLY, changed).direction is Direction.LATER


def test_an_upstream_without_any_date_is_vouched_for_by_who_added_it() -> None:
    undated = corpus_of(replace(RELEASES[1], released=""))
    for date in (FileDate(), dated("2015-01-01")):
        found = verdict_on(FIRST_ONLY, date, corpus=undated)
        assert (found.direction, found.direction_by) == (Direction.IN_ORDER, Ground.NONE)


def test_an_upstream_that_names_the_scanned_side_is_later() -> None:
    crediting = "# Adapted from https://github.com/tidelab/focus/blob/main/focus.py\n" + ATTENTION
    corpus = corpus_of(Upstream(files={PATH: crediting}))
    by_name = verdict_on(FIRST_ONLY, names=("tidelab/focus",), corpus=corpus)
    assert (by_name.direction, by_name.direction_by, by_name.claim) == (Direction.LATER, Ground.CREDIT, True)
    # The upstream has a holder of its own, whom the file does not name: a line with the other is not enough.
    assert verdict_on("# Copyright 2020 Tidelab\n" + FIRST_ONLY, corpus=corpus).direction is Direction.UNKNOWN
    theirs = "# Copyright 2020 Tidelab\n# Code from https://github.com/tidelab/focus, changed.\n" + FIRST_ONLY
    by_holder = verdict_on("# Copyright 2020 Tidelab\n" + FIRST_ONLY, corpus=corpus_of(Upstream(files={PATH: theirs})))
    assert (by_holder.direction, by_holder.direction_by, by_holder.claim) == (Direction.LATER, Ground.CREDIT, False)
    assert verdict_on(FIRST_ONLY, names=("other/thing",), corpus=corpus).direction is Direction.UNKNOWN


def test_what_moved_into_another_package_is_as_old_as_where_it_was() -> None:
    """No release of the new package lacked the path: by itself it may be as old as the project."""
    builder = CorpusBuilder()
    for package, version, day, path in (
        ("lantern", "0.9", "2021-01-01", "lantern/rotary.py"),
        ("lantern", "1.0", "2021-05-04", PATH),
        ("lanternkit", "2.0", "2022-06-01", "lanternkit/attention.py"),
    ):
        text = ROTARY if "rotary" in path else ATTENTION
        project = Project("lantern", "MIT", "", "", package, published="2019-01-01")
        number = builder.add_release(project, Release(0, version, day, ""))
        builder.add_file(number, path, text.encode(), path)
    corpus = builder.finish("moved")
    told = [verdict_on(FIRST_ONLY, dated(day), corpus=corpus) for day in ("2020-12-31", "2021-03-01", "2022-07-01")]
    assert [each.direction for each in told] == [Direction.LATER, Direction.OPEN, Direction.IN_ORDER]
    assert not told[0].upstreams


def test_a_project_s_own_paths_go_on_after_they_appeared() -> None:
    found = verdict_on(GROWN, dated("2021-05-04", claim=False, by=Ground.RELEASE), ("lantern",))
    assert (found.direction, found.upstreams[0].first_release) == (Direction.IN_ORDER, "2.0")


def test_a_project_that_began_before_its_first_release_may_have_had_the_code_first() -> None:
    """The code of the first release of beacon may be as old as its repository, and lantern's may be from there."""

    def direction(published: str, claim: bool = False, by: Ground = Ground.RELEASE) -> Direction:
        own = Upstream("beacon", "0.1", {"beacon/attention.py": GROWN}, "2023-01-01", published=published)
        corpus = corpus_of(RELEASES[1], own)
        date = dated("2023-01-01", claim, by=by)
        found = verdict_on(FIRST_ONLY, date, ("beacon",), corpus)
        listed = (*found.upstreams, *found.alike)
        return next(each.direction for each in listed if each.project == "lantern")

    assert direction("2020-01-01") is Direction.OPEN
    assert direction("2021-05-04") is Direction.IN_ORDER, "it began when lantern had it"
    assert direction("2020-01-01", claim=True) is Direction.IN_ORDER, "a date of its own lowers nothing"
    assert direction("2020-01-01", by=Ground.COMMIT) is Direction.IN_ORDER


def test_a_file_that_follows_its_upstream_is_named_after_what_it_was_taken_from() -> None:
    # Of what 1.0 was, less than half is left in it; of what 2.0 is, all.
    body = GROWN[: GROWN.index("    def forward")] + ADDED + SCHEDULE
    corpus = corpus_of(RELEASES[0], RELEASES[1], replace(RELEASES[2], files={PATH: body}))
    found = verdict_on(body.replace("Attention", "Focus"), dated("2021-06-01", claim=False), corpus=corpus)
    assert found.verdict in (Verdict.RENAMED, Verdict.MODIFIED)
    assert [each.first_release for each in found.upstreams] == ["1.0"]


def test_what_explains_less_than_a_tenth_of_a_file_is_no_origin() -> None:
    own = [f"def own_{number}(alpha, beta):\n    return alpha * {number} - beta[{number}:]\n" for number in range(76)]
    swapped = FIRST_ONLY.replace("queries, keys) *", "keys, queries) *").replace("weights, values)", "values, weights)")
    known = [verdict_on("\n".join([swapped, *own[:count]])) for count in (60, 76)]
    assert [each.similarity > 0.1 for each in known] == [True, False]
    assert all(each.upstreams for each in known)
    assert [bool(each.origin) for each in known] == [True, False]


NARROWED = """
    def narrowed(self, pieces, share):
        kept = int(pieces.shape[1] * share)
        order = pieces.norm(dim=-1).argsort(dim=1, descending=True)
        return pieces.gather(1, order[:, :kept, None].expand(-1, -1, pieces.shape[2]))
"""


def test_what_is_certainly_older_is_no_source_of_a_file_that_a_younger_one_explains_better() -> None:
    beacon = Upstream("beacon", files={"beacon/local.py": GROWN + NARROWED}, released="2023-01-01")
    corpus = corpus_of(*RELEASES, beacon)
    lantern, port = (verdict_on(text, corpus=corpus) for text in (RENAMED, RENAMED + NARROWED))
    assert (lantern.upstreams[0].project, lantern.direction) == ("lantern", Direction.IN_ORDER)
    assert (port.upstreams[0].project, port.verdict) == ("beacon", Verdict.RENAMED)
    assert [each.project for each in port.alike] == ["lantern"]
