"""A waiver suppresses what it names, where it stands, for a reason; what is wrong with one is one line."""

from __future__ import annotations

import pytest

from modelkin.attribution.waiver_comments import read_waivers
from modelkin.attribution.waivers import Waiver, apply_waivers
from modelkin.results import Finding, Level, Region, Suppression

from ..support.processor_time import processor_seconds

HEADER = """\
# Copyright 2024 Lamp Inc.
#
# modelkin: ignore[holder-removed] They agreed in writing
\"\"\"Lamp.\"\"\"
import torch


class Lamp:  # modelkin: ignore[changes-not-stated, credit-link-only] see CHANGES.md
    pass
"""


def finding(rule: str, first: int = 1, last: int = 1, path: str = "a.py") -> Finding:
    return Finding(rule, Level.ERROR, Region(path, first, last), "message", "", "remedy")


def read(text: str, path: str = "a.py") -> list[tuple[int, tuple[str, ...], str, bool]]:
    return [(each.line, each.rules, each.reason, each.in_header) for each in read_waivers(path, text.encode()).waivers]


def refusal(text: str, path: str = "a.py") -> str:
    (bad,) = read_waivers(path, text.encode()).bad
    assert "\n" not in bad.reason
    return f"{bad.path}:{bad.line}: {bad.reason}"


def test_a_waiver_stands_in_the_header_or_on_the_line_it_is_about() -> None:
    assert read(HEADER) == [
        (3, ("holder-removed",), "They agreed in writing", True),
        (8, ("changes-not-stated", "credit-link-only"), "see CHANGES.md", False),
    ]


WAYS = [
    ("# modelkin: ignore[relicensed] agreed", "agreed"),
    ("#modelkin:ignore[relicensed]: agreed", "agreed"),
    ("# modelkin: ignore [ relicensed ] - agreed, see #12 ", "agreed, see #12"),
    ("# type: ignore  # modelkin: ignore[relicensed] agreed", "agreed"),
    ("# modelkin: ignore[relicensed] agreed  # noqa: E501", "agreed"),
    ("## modelkin: ignore[relicensed] gr\u00fcn", "gr\u00fcn"),
    ('"# modelkin: ignore[no] x"  # modelkin: ignore[relicensed] agreed', "agreed"),
]


def test_ways_to_write_one() -> None:
    written = [(comment + ending, reason) for comment, reason in WAYS for ending in ("\n", "\r\n", "")]
    found = {text: read(f"x = 1\n{text}") for text, _ in written}
    assert found == {text: [(2, ("relicensed",), reason, False)] for text, reason in written}


NONE = [
    's = "# modelkin: ignore[relicensed] agreed"\n',
    '"""\n# modelkin: ignore[relicensed] agreed\n"""\n',
    "# told by modelkin: nothing\n",
    "# modelkin: renamed from Llama\n",
    "# see the modelkin: ignore list\n",
    "# REUSE-IgnoreStart\n# modelkin: ignore[relicensed] agreed\n# REUSE-IgnoreEnd\n",
    "x = 1\n",
    "",
]


def test_what_only_looks_like_one_is_none() -> None:
    assert not [text for text in NONE if read(text)]


def test_in_prose_it_is_an_html_comment() -> None:
    text = "<!-- modelkin: ignore[model-card-silent] trained from scratch -->\n# Lamp\n"
    text += "<!-- modelkin: ignore[relicensed] x -->\n"
    found = [
        (1, ("model-card-silent",), "trained from scratch", True),
        (3, ("relicensed",), "x", False),
    ]
    assert not [path for path in ("README.md", "docs/a.markdown", "a.html") if read(text, path) != found]


def test_in_front_matter_it_is_a_yaml_comment_and_in_the_header() -> None:
    front = "---\nlicense: mit # modelkin: ignore[relicensed] agreed\n---\n\n"
    comments = "<!--\nx -->\n<!-- modelkin: ignore[model-card-silent] y -->\n"
    assert read(f"{front}{comments}# Lamp\n", "README.md") == [
        (2, ("relicensed",), "agreed", True),
        (7, ("model-card-silent",), "y", True),
    ]


SHOWN = [
    "```html\n<!-- modelkin: ignore[relicensed] x -->\n```\n",
    "Write `<!-- modelkin: ignore[relicensed] x -->`.\n",
    "    # modelkin: ignore[relicensed] x\n",
    "~~~\n<!-- modelkin: ignore[nothing] -->\n~~~\n",
]


def test_a_readme_may_show_how_to_write_one() -> None:
    assert not [text for text in SHOWN if read(text, "README.md")]


def test_elsewhere_it_follows_a_hash() -> None:
    text = "# modelkin: ignore[relicensed] x\nlicense: mit # modelkin: ignore[licence-unknown] y\n"
    text += "z#modelkin: ignore[a] b\n"
    found = [(1, ("relicensed",), "x", True), (2, ("licence-unknown",), "y", False)]
    paths = ("config.yaml", "pyproject.toml", "NOTICE", "CITATION.cff")
    assert not [path for path in paths if read(text, path) != found]


WRONG = [
    ("ignore[relicensed]", "it gives no reason: write `modelkin: ignore[relicensed] reason`"),
    ("ignore[relicensed]   --", "it gives no reason"),
    ("ignore[] agreed", "it names no rule: write `modelkin: ignore[RULE] reason`"),
    ("ignore[,] agreed", "it names no rule"),
    ("ignore relicensed agreed", "it names no rule"),
    ("ignore", "it names no rule"),
    ("ignored[relicensed] agreed", "`modelkin: ignored[...]` is not known; did you mean `ignore[...]`?"),
    ("ignore[relicenced] agreed", "there is no rule 'relicenced'; did you mean 'relicensed'?"),
    ("ignore[Relicensed] agreed", "there is no rule 'Relicensed'; did you mean 'relicensed'?"),
    ("ignore[*] agreed", "there is no rule '*'; `modelkin rules` lists them"),
    ("ignore[../licences/MIT] agreed", "there is no rule '../licences/MIT'"),
    ("ignore[relicensed, relicensed] a", "it names a rule twice: keep one of them"),
]


def test_what_is_wrong_with_a_waiver_is_one_line() -> None:
    messages = {comment: refusal(f"x = 1\n# modelkin: {comment}\n") for comment, _ in WRONG}
    failures = [
        (comment, messages[comment])
        for comment, said in WRONG
        if not messages[comment].startswith("a.py:2: ") or said not in messages[comment]
    ]
    assert not failures


def test_two_waivers_for_one_place_contradict_each_other() -> None:
    text = "# modelkin: ignore[relicensed] agreed\n# modelkin: ignore[relicensed] not yet agreed\nx = 1\n"
    assert refusal(text) == "a.py:2: the waiver on line 1 waives the same: keep one of them"
    assert len(read(text.replace("\n#", "\nx = 1\n#"))) == 2


def test_a_waived_finding_stays_and_says_by_what() -> None:
    findings = [finding("relicensed", 8, 9), finding("holder-removed"), finding("changes-not-stated", 5, 20)]
    waivers = read_waivers("a.py", HEADER.encode()).waivers
    answered = apply_waivers(findings, [waiver for waiver in waivers if "holder-removed" in waiver.rules])
    assert [each.rule for each in answered] == [each.rule for each in findings]
    assert [each.suppression for each in answered] == [
        None,
        Suppression("a.py", 3, "They agreed in writing", in_source=True),
        None,
    ]
    assert answered[1].level is Level.ERROR


PLACES = [
    (Waiver("a.py", 8, ("relicensed",), "r"), 8, 8, True),
    (Waiver("a.py", 8, ("relicensed",), "r"), 5, 20, True),
    (Waiver("a.py", 8, ("relicensed",), "r"), 9, 20, False),
    (Waiver("a.py", 8, ("relicensed",), "r"), 1, 7, False),
    (Waiver("a.py", 8, ("relicensed",), "r", in_header=True), 1, 1, True),
    (Waiver("a.py", 8, ("relicensed",), "r", in_header=True), 9, 9, False),
    (Waiver("b.py", 1, ("relicensed",), "r", in_header=True), 1, 1, False),
    (Waiver("a.py", 1, ("holder-removed",), "r", in_header=True), 1, 1, False),
    (Waiver("pyproject.toml", 3, ("relicensed",), "r", "*.py"), 9, 9, True),
    (Waiver("pyproject.toml", 3, ("relicensed",), "r", "lamp"), 9, 9, False),
]


def test_what_a_waiver_is_about() -> None:
    failures = []
    for waiver, first, last, waived in PLACES:
        about, *unused = apply_waivers([finding("relicensed", first, last)], [waiver])
        expected = [] if waived else ["unused-waiver"]
        if (about.suppression is not None) is not waived or [each.rule for each in unused] != expected:
            failures.append((waiver, first, last))
    assert not failures


def test_a_waiver_that_waives_nothing_is_a_note_at_its_line() -> None:
    waivers = read_waivers("a.py", HEADER.encode()).waivers
    answered = apply_waivers([finding("holder-removed"), finding("credit-link-only", 7, 9)], waivers)
    (unused,) = answered[2:]
    assert (unused.rule, unused.level, unused.region) == ("unused-waiver", Level.NOTE, Region("a.py", 8, 8))
    assert "changes-not-stated" in unused.message
    assert "a.py:8" in unused.message
    assert unused.suppression is None


def test_a_waiver_in_the_source_counts_before_one_in_the_configuration_and_neither_is_unused() -> None:
    waivers = [
        Waiver("pyproject.toml", 3, ("relicensed",), "general", "*"),
        Waiver("a.py", 1, ("relicensed",), "special", in_header=True),
    ]
    (answered,) = apply_waivers([finding("relicensed")], waivers)
    assert answered.suppression == Suppression("a.py", 1, "special", in_source=True)


def test_a_scan_of_a_part_does_not_call_the_configuration_s_waivers_unused() -> None:
    waivers = [Waiver("pyproject.toml", 3, ("relicensed",), "r", "b/*"), Waiver("a.py", 1, ("relicensed",), "r")]
    assert [each.region.path for each in apply_waivers([], waivers, partial=True)] == ["a.py"]
    assert [each.region.path for each in apply_waivers([], waivers)] == ["pyproject.toml", "a.py"]


def test_an_unused_waiver_can_be_waived_too() -> None:
    idle = Waiver("a.py", 1, ("relicensed",), "r", in_header=True)
    keeper = Waiver("pyproject.toml", 3, ("unused-waiver",), "kept for the next release", "a.py")
    (answered,) = apply_waivers([], [idle, keeper])
    assert answered.suppression == Suppression("pyproject.toml", 3, "kept for the next release", in_source=False)
    (told,) = apply_waivers([], [keeper])
    assert (told.rule, told.region.path, told.suppression) == ("unused-waiver", "pyproject.toml", None)


def test_without_waivers_nothing_changes() -> None:
    findings = [finding("relicensed"), finding("holder-removed")]
    assert apply_waivers(iter(findings), []) == findings


@pytest.mark.parametrize(
    "text",
    [
        "# modelkin: note\n" * 60_000,
        "# modelkin:" * 90_000,
        "# modelkin: ignore[" + "a" * 1_000_000,
        "".join(f"# modelkin: ignore[relicensed] {n}\nx = 1\n" for n in range(30_000)),
        "#" * 500_000 + " modelkin: note" + " " * 500_000 + "#",
        "(" * 500_000 + "# modelkin: note",
        "<!-- modelkin: note" * 50_000,
        "`" * 500_000 + "modelkin:",
    ],
)
def test_hostile_comments_take_bounded_time(text: str) -> None:
    for path in ("a.py", "a.md", "a.toml"):
        with processor_seconds(at_most=4):
            assert len(read_waivers(path, text.encode())) <= 1_001


def test_a_file_that_does_not_name_modelkin_costs_nothing() -> None:
    text = b"x = 1  # a comment\n" * 1_000_000
    with processor_seconds(at_most=0.2):
        assert len(read_waivers("a.py", text)) == 0
