"""The copied files of a report in the text format, a line each, and counts by rule and upstream.

Edit this when a line should say more of a file for readers who did not ask for all of it, or to count one more thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from msgspec import Struct

from ..results import FileVerdict, Level, Report, Verdict
from ..support.escaping import escape
from .blocks import Block, Text, indented
from .console import PLAIN, Page, bare_table
from .phrases import LEVEL_STYLES, VERDICT_STYLES, and_more, counted, name, percent
from .text_file import is_open, verdict_words

_MOST_COPIES = 20
# On a screen, of more than those.
_MOST_ON_SCREEN = 10
_MOST_ROWS = 20
_LEVELS, _VERDICTS = tuple(Level), tuple(Verdict)


def copies(report: Report, page: Page = PLAIN) -> Iterator[Block]:
    """The files that stand on an upstream, a line each: those with the most severe findings first, then the closest."""
    worst = _worst(report)
    found = [file for file in report.files if file.upstreams]
    if not found:
        return
    most = _MOST_ON_SCREEN if page.is_screen and len(found) > _MOST_COPIES else _MOST_COPIES
    shown = sorted(found, key=lambda file: _rank(file, worst))[:most]
    # Lines are whole in what is piped, for grep; on a screen a line that wraps is two.
    shared = _shared(shown, worst) if page.is_screen else _NOTHING
    yield Text()
    yield Text(_heading(len(found), len(shown), shared), "bold")
    for file in shown:
        yield indented(_copy(file, worst.get(file.path), shared), 2)
    if more := and_more(len(found), most):
        yield indented(Text(f"{more} (-v)", "dim"), 2)


class _Shared(Struct, frozen=True):
    """What is the same of all lines, and said once above them."""

    folder: str = ""
    project: str = ""
    level: Level | None = None


_NOTHING = _Shared()


def _shared(files: Sequence[FileVerdict], worst: Mapping[str, Level]) -> _Shared:
    if len(files) == 1:
        return _NOTHING
    projects = {file.upstreams[0].project for file in files}
    levels = {worst.get(file.path) for file in files}
    return _Shared(
        common_folder([file.path for file in files]),
        projects.pop() if len(projects) == 1 else "",
        levels.pop() if len(levels) == 1 else None,
    )


def common_folder(paths: Sequence[str]) -> str:
    """The folder, with its slash, that all of several ``paths`` lie in; empty where that is the root."""
    folders = [path.split("/")[:-1] for path in paths]
    levels = takewhile(lambda names: len(set(names)) == 1, zip(*folders, strict=False))
    return "".join(f"{names[0]}/" for names in levels) if len(paths) > 1 else ""


def _heading(count: int, shown: int, shared: _Shared) -> str:
    if shared == _NOTHING:
        return f"{counted(count, 'file')} with code of known upstreams, those with findings first"
    is_all = count == shown
    told = f"{counted(count, 'file')} with code of {name(shared.project)}" if is_all and shared.project else ""
    told = told or f"{'' if is_all else f'The first {shown} of '}{counted(count, 'file')} with code of known upstreams"
    told += f", {shared.level.value}s" if shared.level else ""
    told += f", of {name(shared.project)}" if shared.project and not is_all else ""
    return told + (f" in {escape(shared.folder)}" if shared.folder else "")


def _worst(report: Report) -> dict[str, Level]:
    """The most severe level of what is to be answered for, by file."""
    worst: dict[str, Level] = {}
    for finding in report.findings:
        for path in finding.files if finding.counts else ():
            worst[path] = min(finding.level, worst.get(path, finding.level), key=_LEVELS.index)
    return worst


def _rank(file: FileVerdict, worst: dict[str, Level]) -> tuple[int, int, float, str]:
    level = _LEVELS.index(worst[file.path]) if file.path in worst else len(_LEVELS)
    return level, _VERDICTS.index(file.verdict), -file.similarity, file.path


def _copy(file: FileVerdict, level: Level | None, shared: _Shared) -> Text:
    words = (verdict_words(file), VERDICT_STYLES[file.verdict])
    told = f", {percent(file.similarity)} {'alike with' if is_open(file) else 'from'} {_upstream(file, shared.project)}"
    line = Text.assemble(f"{escape(file.path.removeprefix(shared.folder))}: ", words, told)
    return line.append(", ").append(level.value, LEVEL_STYLES[level]) if level and not shared.level else line


def _upstream(file: FileVerdict, said: str) -> str:
    """Project, unless it is ``said`` already, release, and the name of the file where that is another."""
    closest = file.upstreams[0]
    theirs = closest.path.rpartition("/")[2]
    named = escape(theirs) if theirs != file.path.rpartition("/")[2] else ""
    project = name(closest.project) if closest.project != said or not closest.first_release else ""
    return " ".join(filter(None, (project, escape(closest.first_release), named)))


def statistics(report: Report) -> Iterator[Block]:
    """How many findings each rule has, and how many files stand on each upstream."""
    counting = [each for each in report.findings if each.counts]
    by_rule = Counter((each.level, each.rule) for each in counting)
    in_files: Counter[tuple[Level, str]] = Counter()
    for each in counting:
        in_files[each.level, each.rule] += len(each.files)
    rules = [
        (Text(str(count)), Text(level.value, LEVEL_STYLES[level]), Text(escape(rule)), Text(str(in_files[level, rule])))
        for (level, rule), count in sorted(by_rule.items(), key=lambda item: (_LEVELS.index(item[0][0]), -item[1]))
    ]
    yield from _table(("findings", "level", "rule", "files"), rules)
    by_upstream = Counter((file.upstreams[0].project, file.verdict) for file in report.files if file.upstreams)
    totals: Counter[str] = Counter()
    for (project, _), count in by_upstream.items():
        totals[project] += count
    shown = [verdict for verdict in Verdict if any(each is verdict for _, each in by_upstream)]
    upstreams = [
        (Text(str(total)), Text(name(project)), *(Text(str(by_upstream[project, each])) for each in shown))
        for project, total in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    ]
    yield from _table(("files", "upstream", *(verdict.value for verdict in shown)), upstreams)


def _table(headings: Sequence[str], rows: Sequence[Sequence[Text]]) -> Iterator[Block]:
    if not rows:
        return
    yield Text()
    table = bare_table(*headings)
    for row in rows[:_MOST_ROWS]:
        table.add_row(*row)
    yield table
    if more := and_more(len(rows), _MOST_ROWS):
        yield Text(f"{more}, all of them in --format json", "dim")
