"""A need and what the copy says already in, the header lines it lacks and its entry in a notices file out."""

from __future__ import annotations

from ..attribution.model import Grade
from ..clones import Verdict
from ..licences.expressions import is_expression
from ..notices import LicenceForm, Notice, holders_missing, read_notice
from ..notices.header import read_header
from ..rulebook import Duty, licence_rule
from ..verdict import UpstreamMatch
from .acknowledgements import Acknowledgement, spelled
from .header import one_line
from .needs import Need

_MARKUP = " #*/\"'"
_NAMED = (Grade.FULL_NOTICE, Grade.NAMED_WITH_LINK)


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
    return (*holders_missing(upstream.copyrights, notice.copyrights), *_licence(upstream, notice))


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
    place = upstream.url or upstream.path
    return " ".join(filter(None, (_verb(verdict), upstream.project, upstream.first_release, place)))


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
    return first if first == last else f"{first} to {last}"


def _place(licence: str, texts: dict[str, str]) -> str:
    if licence in texts:
        return f"text in {texts[licence]}"
    rule = licence_rule(licence)
    return f"text at {rule.url}" if rule else "text not found"
