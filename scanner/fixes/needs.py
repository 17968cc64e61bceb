"""What each copy in a report needs that writing can give: header lines, licence texts, an entry in a notices file.

Edit this when one more obligation or finding can be met by writing, or when the words that are written change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..attribution.findings import source_words
from ..licences.expressions import is_expression
from ..notices.header import read_header
from ..notices.holders import holders_missing
from ..notices.model import Notice
from ..notices.notice import read_notice
from ..results import (
    Attribution,
    DutyState,
    FileVerdict,
    Finding,
    Grade,
    LicenceForm,
    Report,
    State,
    UpstreamMatch,
    Verdict,
)
from ..rulebook.loader import licence_rule
from ..rulebook.model import Duty
from .header_lines import one_line
from .notices_file import Acknowledgement, spelled

_IN_HEADER = frozenset({Duty.KEEP_NOTICES, Duty.KEEP_LICENCE_HEADER, Duty.STATE_CHANGES})
# What goes along for many files is one finding, at the place of one of them.
_BESIDE = {Duty.CARRY_LICENCE: "licence-text-missing", Duty.CARRY_NOTICE_FILE: "notice-file-missing"}
RELICENSED = "relicensed"
_LINK_ONLY = "credit-link-only"
# What stands for an obligation that writing meets.
_WRITTEN = frozenset({"licence-header-removed", "changes-not-stated", *_BESIDE.values()})
# Findings that a header answers, or answers in part, though no one obligation stands for them.
_ANSWERED = frozenset(
    {RELICENSED, "holder-removed", "holder-replaced", "source-unnamed", _LINK_ONLY, "credit-names-another"}
)


_MARKUP = " #*/\"'"
_NAMED = (Grade.FULL_NOTICE, Grade.NAMED_WITH_LINK)


class Need(Struct, frozen=True):
    """A copy, and what of its upstream's terms can be met by writing."""

    verdict: FileVerdict
    attribution: Attribution
    duties: frozenset[Duty]
    """The kinds of obligation it misses."""
    findings: frozenset[str]
    """The ids of the findings on it that a header answers."""
    licences: tuple[str, ...]
    """The ids of the licences whose terms it must meet."""
    others: tuple[UpstreamMatch, ...] = ()
    """Further upstreams that the same file owes something."""

    @property
    def in_header(self) -> bool:
        """Whether something is to be written into the file itself."""
        return bool(self.findings or self.duties & _IN_HEADER)

    @property
    def is_owed(self) -> bool:
        """Whether more is missing than a better credit."""
        return bool(self.duties or self.findings - {_LINK_ONLY})

    @property
    def wants_text(self) -> bool:
        """Whether the text of its licences must go along."""
        return RELICENSED in self.findings or Duty.CARRY_LICENCE in self.duties


def needs(report: Report) -> Iterator[Need]:
    """In the report's order; what is waived is left alone, and a file of which all is."""
    wanted = _IN_HEADER | {duty for duty, rule in _BESIDE.items() if any(each.rule == rule for each in _open(report))}
    verdicts = {verdict.path: verdict for verdict in report.files}
    reported: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        for path in (finding.region.path,) if finding.indivisible else finding.files:
            reported[path].append(finding)
    owed: defaultdict[str, list[UpstreamMatch]] = defaultdict(list)
    for attribution in report.attributions:
        owed[attribution.path].append(attribution.upstream)
    for attribution in report.attributions:
        found = reported.get(attribution.path, [])
        open_ = [each for each in found if not each.suppression]
        if attribution.path in verdicts:
            asked = wanted - _IN_HEADER if _is_waived(found) else wanted
            need = _need(verdicts[attribution.path], attribution, open_, asked)
            if need.duties or need.findings:
                others = (each for each in owed[attribution.path] if each != attribution.upstream)
                yield replace(need, others=tuple(others))


def _is_waived(found: Sequence[Finding]) -> bool:
    """Whether all that is said of the file itself is waived, not only of what goes along for many."""
    own = [each for each in found if each.rule not in _BESIDE.values()]
    return bool(own) and all(each.suppression for each in own)


def _need(verdict: FileVerdict, attribution: Attribution, found: Sequence[Finding], wanted: frozenset[Duty]) -> Need:
    licence = attribution.upstream.licence
    licences = dict.fromkeys(each.licence for each in attribution.duties)
    return Need(
        verdict,
        attribution,
        duties=frozenset(filter(None, map(_missed, attribution.duties))) & wanted,
        findings=frozenset(each.rule for each in found) & _ANSWERED,
        licences=tuple(licences) or ((licence,) if licence else ()),
    )


def by_hand(report: Report) -> tuple[Finding, ...]:
    """The findings, not waived, that no writing of notices answers."""
    return tuple(finding for finding in _open(report) if finding.rule not in _ANSWERED | _WRITTEN)


def _open(report: Report) -> tuple[Finding, ...]:
    return tuple(finding for finding in report.findings if not finding.suppression)


def _missed(state: DutyState) -> Duty | None:
    """The kind of an obligation that is missed; None for one that is not."""
    rule = licence_rule(state.licence) if state.state is State.MISSED else None
    obligations = rule.obligations if rule else ()
    return next((each.duty for each in obligations if (each.clause, each.asks) == (state.clause, state.asks)), None)


def header_lines(need: Need, text: bytes) -> tuple[str, ...]:
    """Where the file is from, the copyright lines that are gone, and the licence; only what its header lacks."""
    if not need.in_header:
        return ()
    source = () if _names_its_source(need) else (_source(need.verdict.verdict, need.attribution.upstream),)
    # Whatever is made of them by who reads them, the same words help no second time.
    stated = {line.strip(_MARKUP) for line in read_header(text).text.split("\n")}
    return tuple(line for line in (*source, *terms_missing(need, text)) if stated.isdisjoint(_spellings(line)))


def terms_missing(need: Need, text: bytes) -> tuple[str, ...]:
    """The copyright lines and the licence of the upstream that nobody reads in the file, whatever words are there."""
    upstream, notice = need.attribution.upstream, read_notice(text)
    # A line that older releases lack may not have been there when the copy was made.
    lines = [line for line in upstream.copyrights if line not in upstream.recent_lines]
    return (*holders_missing(lines, notice.copyrights), *_licence(upstream, notice))


def _spellings(line: str) -> tuple[str, str]:
    """How a line may stand in a header: an encoding need not have the one sign."""
    words = one_line(line).strip(_MARKUP)
    return words, words.replace("\u00a9", "(c)")


def acknowledgement(need: Need, licences: dict[str, str], notice: tuple[str, ...]) -> Acknowledgement:
    """What the notices file says of the copy; ``licences`` says of each licence where its text is."""
    upstream = need.attribution.upstream
    release = _span(upstream)
    verb = _verb(need.verdict.verdict).lower()
    origin = ", ".join(filter(None, (f"{verb} {upstream.path}", release, upstream.url)))
    return Acknowledgement(
        upstream.project,
        tuple(f"{licence}, {_place(licence, licences)}" for licence in need.licences),
        tuple(dict.fromkeys((*upstream.copyrights, *upstream.licence_copyrights))),
        (f"{spelled(need.attribution.path)}, {origin}",),
        notice,
    )


def _names_its_source(need: Need) -> bool:
    return need.attribution.grade in _NAMED and Duty.STATE_CHANGES not in need.duties


def _source(verdict: Verdict, upstream: UpstreamMatch) -> str:
    return f"{_verb(verdict)} {source_words(upstream)}"


def _verb(verdict: Verdict) -> str:
    return "Copied from" if verdict is Verdict.IDENTICAL else "Modified from"


def _licence(upstream: UpstreamMatch, notice: Notice) -> tuple[str, ...]:
    # A corpus may hold other words, which a tag must not.
    if not is_expression(upstream.licence):
        return ()
    if not notice.licence and notice.form is LicenceForm.NONE:
        return (f"SPDX-License-Identifier: {upstream.licence}",)
    if notice.licence and notice.licence != upstream.licence:
        return (f"What is from {upstream.project} is under {upstream.licence}.",)
    return ()


def _span(upstream: UpstreamMatch) -> str:
    first, last = upstream.first_release, upstream.last_release
    dated = " ".join(filter(None, (first, upstream.released and f"({upstream.released})")))
    return dated if first == last else f"{dated} to {last}"


def _place(licence: str, texts: dict[str, str]) -> str:
    if licence in texts:
        return f"text in {texts[licence]}"
    rule = licence_rule(licence)
    return f"text at {rule.url}" if rule else "text not found"
