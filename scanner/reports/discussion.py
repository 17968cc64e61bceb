"""A report as a text to be posted to the authors: in a discussion or pull request of the Hub, or in an issue.

It says what was found, what would complete the notices, as a diff where that is known, and how to answer. It is about
files and terms, and about nobody. Edit this when such a text is to say something new; whatever was scanned must go
through `text`, `code` or `fenced`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from ..results import FileVerdict, Finding, Level, Observation, Report, Strength
from ..results.cells import place_words
from ..support.escaping import escape, inert
from .chronology import chronology, first_released
from .corpora import corpora_words
from .markdown import bounded, code, text
from .observations import details, kind_words
from .phrases import and_more, confidence_words, file_list, percent, releases
from .summary import notes

if TYPE_CHECKING:
    from ..fixes.model import Edit, Plan

_MOST_FILES = 30
_MOST_DIFF_LINES = 120
_MOST_DIFFS = 20
_TITLE = "### Where files of this repository are from, and what would complete its notices"
_INTRODUCTION = (
    "This is a report of modelkin, a program that compares files with known upstreams and reads licences. It says what "
    "stands in files. It says nothing about who put it there, or why, or what was agreed elsewhere; each point can be "
    "wrong, and the last section says how to answer."
)
_ANSWERS = """\
- **It is right:** apply the changes above, or run `modelkin attribute . --card` in the repository; what has no diff
  takes a person.
- **It is answered for elsewhere,** by a permission or in a file that was not read: say where, here or in a waiver with
  its reason, `# modelkin: ignore[RULE] reason`.
- **You were first:** name a commit, a release or a page that shows the date. `--as-of DATE` shows what the report says
  then.
- **Both are from a third source,** or the code is common: name the source, or the lines.
- **A licence or a name was misread:** name the file. That is a defect of modelkin, and is mended there."""
_MORE = (
    "To see it yourself, run `modelkin scan` on the repository: nothing is sent anywhere. More is in modelkin's "
    "documentation, *If a report names you* (`docs/answering.md`)."
)
_UNTOLD = frozenset({Strength.NONE})


def render(report: Report, plan: Plan | None = None) -> str:
    """The facts, the remedies with what of ``plan`` would be written, what is not known, and how to answer."""
    blocks = (_facts(report), _missing(report), _changes(plan, report), _unknown(report))
    return bounded(chain.from_iterable(blocks), (_TITLE, _INTRODUCTION), "\n\n".join(_answering(report)))


def fenced(diff: str) -> str:
    """A diff as a block of code, between more backquotes than stand in it; no line of it is a command to a runner."""
    lines = [escape(line.removesuffix("\r").expandtabs(4)) for line in diff.removesuffix("\n").split("\n")]
    more = and_more(len(lines), _MOST_DIFF_LINES)
    shown = inert("\n".join(line or " " for line in lines[:_MOST_DIFF_LINES]))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{fence}diff\n{shown}\n{fence}" + (f"\n\n{more} of this diff" if more else "")


def _facts(report: Report) -> Iterator[str]:
    """What is alike, how much, since when, and what else could explain it."""
    yield "#### What was found"
    if report.conclusion is not None:
        yield text(report.conclusion.sentence)
    told = [each for each in report.evidence if each.strength not in _UNTOLD]
    if told:
        yield "\n".join(map(_observation, told))
    copied = [file for file in report.files if file.upstreams]
    if copied:
        more = and_more(len(copied), _MOST_FILES)
        yield "\n".join([*map(_copy, copied[:_MOST_FILES]), *([f"- {more}"] if more else [])])
    if report.conclusion is None and not told and not copied:
        yield "Nothing in it is known from elsewhere."


def _observation(each: Observation) -> str:
    below = "".join(f"\n  - {label}: {text(words)}" for label, words in details(each))
    beside = f", beside {text(each.compared_with)}" if each.compared_with else ""
    return f"- {kind_words(each)} ({each.strength.value}){beside}: {text(each.says)}{below}"


def _copy(file: FileVerdict) -> str:
    upstream = file.upstreams[0]
    release = " ".join(filter(None, (text(upstream.project), text(releases(upstream)))))
    head = f"- {code(file.path)}: {file.verdict.value}, {percent(file.similarity)} in {release} {code(upstream.path)}"
    since = first_released(upstream)
    told = [("upstream", since)] if since else []
    return head + "".join(f"\n  - {label}: {text(words)}" for label, words in (*told, *chronology(file)))


def _missing(report: Report) -> Iterator[str]:
    yield "#### What would complete it"
    cells = report.cells()
    open_ = [finding for level in Level for finding in report.findings if finding.level is level and finding.counts]
    if not open_:
        yield "Nothing that the terms ask for was found to be missing."
    for each in open_:
        yield _finding(each, place_words(cells.get(each.region.path, ()), each.region.path, each.region.first_line))


def _finding(finding: Finding, place: str) -> str:
    clause = f" ({text(finding.clause)})" if finding.clause else ""
    lines = [f"- {code(place)}: {text(finding.message)}{clause}"]
    rows = (
        ("remedy", finding.remedy),
        ("files", file_list(finding)),
        ("confidence", confidence_words(finding)),
    )
    lines += [f"  - {label}: {text(words)}" for label, words in rows if words]
    return "\n".join(lines)


def _changes(plan: Plan | None, report: Report) -> Iterator[str]:
    """What could be written, as diffs; a whole licence text is told of alone."""
    edits = plan.edits if plan else ()
    if edits:
        yield "#### The changes, as far as they are known"
        for each in edits[:_MOST_DIFFS]:
            yield _change(each)
        if more := and_more(len(edits), _MOST_DIFFS):
            yield more
    undone = plan.undone if plan else ()
    if undone:
        more = and_more(len(undone), _MOST_FILES)
        lines = [f"- {code(each.path)}: {text(each.reason)}" for each in undone[:_MOST_FILES]]
        yield "\n".join(["What is left to you:", "", *lines, *([f"- {more}"] if more else [])])
    if plan is None and any(each.counts for each in report.findings):
        yield "`modelkin attribute --card --dry-run` shows what could be written, as a diff."


def _change(edit: Edit) -> str:
    from ..fixes.work_tree import unified

    if edit.before is None and edit.path.startswith("LICENSES/"):
        return f"- {code(edit.path)}: {text(edit.why)}, in full"
    return f"- {code(edit.path)}: {text(edit.why)}\n\n{fenced(unified(edit))}"


def _unknown(report: Report) -> Iterator[str]:
    unknown = report.conclusion.unknown if report.conclusion else ()
    told = [*map(text, unknown), *(f"{code(each.path)}: {text(each.reason)}" for each in report.skipped[:_MOST_FILES])]
    if told:
        more = and_more(len(report.skipped), _MOST_FILES)
        yield "#### What is not known"
        yield "\n".join([*(f"- {each}" for each in told), *([f"- {more}"] if more else [])])


def _answering(report: Report) -> Sequence[str]:
    about = [f"Against {corpora_words(report.corpus)}.", *notes(report)]
    return (
        "#### How to answer",
        _ANSWERS,
        _MORE,
        "\n\n".join(map(text, about)),
    )
