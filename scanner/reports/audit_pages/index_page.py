"""The pages of an audit filled: the index, which says first what to look at first; lists of all; a page a family.

Edit this when they are to show something new; how it is shown is in ``templates``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import islice

from msgspec import Struct

from ...audit.family_model import Families, Family
from ...audit.indexed.row_queries import RankedRow
from ...audit.outcome import Audit
from ...audit.rows import AuditSummary
from ...results import Level, Verdict
from ..audits import skips
from ..corpora import corpora_words
from ..family_words import date_words, first_words, holders, left_words, recurring
from ..html.environment import Around, page_assets, rendered
from ..summary import listed
from .row_views import address, as_text_of_page, rows_data, verdict_words, why

MOST_FIRST = 10
"""How many repositories the index names first."""
MOST_PROJECTS = 12
MOST_FAMILIES = 8
"""So many families are seen at once; the others are folded away."""
ROWS_A_PAGE = 100
MOST_INLINE = 20_000
"""So many rows are in the index itself, for its script."""
ROWS_A_LIST = 500
_MOST_SKIPS = 200
LIVE_ALLOWED = "base-uri 'none'; form-action 'self'; connect-src 'self'"
"""What the policy of a served index allows beside its own style and script: to ask its own server."""
_WORDS = {
    "page_address": address,
    "why": why,
    "verdict_words": verdict_words,
    "family_holders": holders,
    "first_words": first_words,
    "recurring": recurring,
    "date_words": date_words,
}


class ScanView(Struct, frozen=True):
    """A scan that was asked for, as the index lists it."""

    number: int
    address: str
    state: str


class Live(Struct, frozen=True):
    """What an index shows that is served."""

    words: str
    """How far the audit is."""
    version: str
    """What changes with the journal."""
    scans: bool = False
    """Whether addresses may be scanned."""
    proof: str = ""
    """What a form must send back."""
    scanned: Sequence[ScanView] = ()


def render_index(audit: Audit, families: Families, family_pages: Sequence[str], live: Live | None = None) -> str:
    """The index of ``audit``: a file among its pages, or of a server, as ``live`` says."""
    summary = audit.summary
    inline = [] if live else list(audit.indexed.ranked(most=MOST_INLINE))
    shown = inline[:ROWS_A_PAGE] if not live else list(audit.indexed.ranked(most=ROWS_A_PAGE))
    lists = 0 if live else list_count(summary)
    allowed = LIVE_ALLOWED if live else "base-uri 'none'; form-action 'none'"
    return rendered(
        "audit_index.html",
        assets=page_assets("audit.js", "audit.css", allowed),
        audit=audit,
        corpora=corpora_words(audit.header.corpus),
        version=version("modelkin"),
        summary=summary,
        counts=counts(summary),
        verdicts=list(Verdict),
        levels=list(Level),
        first=first_rows(audit, shown),
        concerned=len(summary.first),
        rows=shown,
        data="" if live else as_text_of_page(rows_data(inline)),
        data_version=live.version if live else "",
        pages=lists,
        not_inline=not live and summary.repositories > MOST_INLINE,
        inline=MOST_INLINE,
        families=families,
        families_left=list(left_words(families)),
        family_pages=family_pages,
        most_projects=MOST_PROJECTS,
        shown_families=MOST_FAMILIES,
        skips=list(islice(skips(audit), _MOST_SKIPS)),
        not_obeyed=listed(summary.not_obeyed),
        live=live is not None,
        live_words=live.words if live else "",
        scans=live is not None and live.scans,
        proof=live.proof if live else "",
        scanned=live.scanned if live else (),
        **_WORDS,
    )


def first_rows(audit: Audit, shown: Sequence[RankedRow]) -> Sequence[RankedRow]:
    """The repositories to look at first, of those sorted so: as many as have anything to look at."""
    return shown[: min(MOST_FIRST, len(audit.summary.first))]


def counts(summary: AuditSummary) -> str:
    """``29 of 30 repositories audited, 1,234 files, 1,000 distinct``."""
    done = summary.repositories - summary.failed
    files = "1 file" if summary.files == 1 else f"{summary.files:,} files"
    whole = "1 repository" if summary.repositories == 1 else f"{summary.repositories:,} repositories"
    return f"{done:,} of {whole} audited, {files}, {summary.contents:,} distinct"


def list_count(summary: AuditSummary) -> int:
    """How many pages list all repositories; none where the index shows all of them."""
    return -(-summary.repositories // ROWS_A_LIST) if summary.repositories > ROWS_A_PAGE else 0


def render_list(audit: Audit, rows: Sequence[RankedRow], number: int, pages: int, family_pages: Sequence[str]) -> str:
    """Page ``number`` of those that list all repositories."""
    return rendered(
        "audit_list.html",
        assets=page_assets("audit.js", "audit.css"),
        audit=audit,
        version=version("modelkin"),
        rows=rows,
        number=number,
        pages=pages,
        start=(number - 1) * ROWS_A_LIST + 1,
        total=audit.summary.repositories,
        family_pages=family_pages,
        **_WORDS,
    )


def render_family(family: Family, links: Mapping[str, str], up: str, around: Around | None = None) -> str:
    """The page on a family; ``links`` lead to its repositories, ``up`` to the index."""
    return rendered(
        "audit_family.html",
        assets=page_assets("audit.js", "audit.css"),
        version=version("modelkin"),
        around=around,
        family=family,
        links=links,
        up=up,
        **_WORDS,
    )


def repository_links(audit: Audit, names: Sequence[str], before: str) -> dict[str, str]:
    """Where the page on each repository is; empty for one that has none."""
    found = audit.indexed.pages_by_name(names)
    return {name: before + address(page) if (page := found.get(name)) else "" for name in names}


def families_around(numbers: Sequence[int], families: Families, pages: Sequence[str], up: str) -> Around:
    """The links of a repository's page: to the index, and to the families that it holds files of."""
    of = [
        (f"{up}families/{pages[each]}.html", f"copies among the audited: {holders(families.families[each])}")
        for each in numbers
        if each < len(pages)
    ]
    return Around(((f"{up}index.html#repositories", "The audit"), *of))
