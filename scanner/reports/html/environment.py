"""Templates filled: the Jinja environment that all pages share, and the tables of a file beside its upstream.

Edit this when a template needs a new function, or when what is escaped or allowed to run on a page is to change.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from markupsafe import escape as quoted

from ...diffs.model import Gap, Mark, RowKind, ShownLine, ShownRow, SideBySide
from ...results import Cells
from ...results.cells import cell_place, line_words
from ...support.escaping import encodable, escape
from .. import chronology, phrases

_TEMPLATES = Path(__file__).parent / "templates"
_FOLDERS = (_TEMPLATES, _TEMPLATES.parents[1] / "audit_pages" / "templates")
_DEFINITION_WORDS = {
    "identical": "identical",
    "renamed": "renamed",
    "modified": "modified",
    "fragments": "in fragments",
    "independent": "without a counterpart",
}
# A page is read by people, and long lists are cut; the JSON report has all.
_MOST = {
    "most_renames": 150,
    "most_locals": 20,
    "most_definitions": 80,
    "most_skipped": 500,
    "most_upstreams": 30,
    "most_families": 50,
    "most_members": 50,
}
_ADDRESS = re.compile(r"https?://[^\s/]")
# Class and sign of a row: the sign is for readers who do not see the colour, and the legend of the page explains it.
_CLASSES = {
    RowKind.SAME: ("s", "="),
    RowKind.RENAMED: ("r", "~"),
    RowKind.CHANGED: ("c", "≠"),
    RowKind.COPY_ONLY: ("o", "+"),
    RowKind.UPSTREAM_ONLY: ("u", "\N{MINUS SIGN}"),
}
_GAP_WORDS = {
    RowKind.SAME: "that are the same",
    RowKind.COPY_ONLY: "that only the copy has",
    RowKind.UPSTREAM_ONLY: "that only the upstream has",
    None: "to the end of the comparison",
}
_ROW_WORDS = {
    RowKind.SAME: "lines the same",
    RowKind.RENAMED: "the same but for names",
    RowKind.CHANGED: "edited",
    RowKind.COPY_ONLY: "only in the copy",
    RowKind.UPSTREAM_ONLY: "only in the upstream",
}
_MARKS = {Mark.RENAMED: "r", Mark.CHANGED: "c"}


def rendered(name: str, **values: Any) -> str:
    """The template ``name`` filled with ``values``; ``assets`` among them are the page's own `PageAssets`."""
    assets: PageAssets = values.pop("assets", None) or page_assets()
    page = _environment().get_template(name)
    return page.render(policy=assets.policy, style=assets.style, script=assets.script, **values) + "\n"


class Around(NamedTuple):
    """What a page is one of, such as the audit of a report."""

    links: tuple[tuple[str, str], ...]
    """Addresses, and what to call them."""
    key: str = ""
    """What the page follows from: it is written again where that is another."""


class PageAssets(NamedTuple):
    """What stands in each page of a kind."""

    style: Markup
    script: Markup
    policy: Markup
    """Its content security policy."""


@cache
def page_assets(
    script: str = "page.js", more_style: str = "", allowed: str = "base-uri 'none'; form-action 'none'"
) -> PageAssets:
    """The style that all pages share, with more where it is named, a script, and what the policy allows beside them."""
    style = "\n".join(map(_asset, filter(None, ("page.css", more_style))))
    code = _asset(script)
    return PageAssets(Markup(style), Markup(code), _policy(style, code, allowed))


def visible(value: object) -> object:
    """Text with its invisible characters written out, fit for UTF-8; what is markup already stays."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return encodable(escape(value))
    return value


def linkable(address: str) -> bool:
    """Whether an address from a corpus may become a link: one of the web, not one that runs a script."""
    return _ADDRESS.match(address) is not None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=phrases.percent, name=phrases.name, uses=phrases.uses)
    environment.globals.update(
        counted=phrases.counted,
        counted_as={verdict.value: words for verdict, words in phrases.COUNTED_AS.items()},
        releases=phrases.releases,
        chronology=chronology.chronology,
        first_released=chronology.first_released,
        later_release=chronology.later_release,
        unsettled=chronology.unsettled,
        shares=phrases.shares,
        why_not_closest=phrases.why_not_closest,
        and_more=phrases.and_more,
        further_files=phrases.further_files,
        confidence_words=phrases.confidence_words,
        side_rows=side_rows,
        linkable=linkable,
        line_words=line_words,
        upstream_lines=phrases.upstream_lines,
        row_counts=row_counts,
        definition_words=_DEFINITION_WORDS,
        **_MOST,
    )
    return environment


@cache
def _asset(name: str) -> str:
    found = next(folder / name for folder in _FOLDERS if (folder / name).exists())
    return found.read_text("utf-8").strip()


def _policy(style: str, script: str, allowed: str) -> Markup:
    """The content security policy: nothing is loaded, and only our own style and script count."""
    return Markup(
        f"default-src 'none'; {allowed}; style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def side_rows(side: SideBySide, cells: Cells) -> Markup:
    """A ``tr`` for each row and gap; ``cells`` are the copy's. Plain strings, as whole files go through here."""
    return Markup("\n".join(_gap(row, cells) if isinstance(row, Gap) else _row(row, cells) for row in side.rows))


def row_counts(side: SideBySide) -> str:
    """``187 lines the same, 21 the same but for names``."""
    told = [f"{count:,} {_ROW_WORDS[kind]}" for kind in RowKind if (count := side.counts.get(kind))]
    return ", ".join(told)


def _gap_words(gap: Gap, cells: Cells) -> str:
    """``31 more lines that are the same (copy 12-42, upstream 20-50)``; of a notebook ``copy 3:2-3:32``."""
    spans = [f"copy {_number(cells, gap.copy[0])}-{_number(cells, gap.copy[1])}"] if gap.copy else []
    spans += [f"upstream {gap.upstream[0]}-{gap.upstream[1]}"] if gap.upstream else []
    what = _GAP_WORDS.get(gap.kind, "more")
    return f"{gap.rows} more lines {what} ({', '.join(spans)})"


def _row(row: ShownRow, cells: Cells) -> str:
    name, sign = _CLASSES[row.kind]
    return f'<tr class="{name}">{_cell(row.copy, cells)}<td>{sign}</td>{_cell(row.upstream, ())}</tr>'


def _gap(gap: Gap, cells: Cells) -> str:
    return f'<tr class="gap"><td colspan="3">{quoted(_gap_words(gap, cells))}</td></tr>'


def _number(cells: Cells, line: int) -> str:
    """The number of a line; of a notebook, that of its cell before it."""
    if not cells:
        return str(line)
    place = cell_place(cells, line)
    return f"{place.cell}:{place.line}"


def _cell(line: ShownLine | None, cells: Cells) -> str:
    if line is None:
        return "<td></td>"
    told = "".join(_piece(_shown(piece.text), _MARKS.get(piece.mark)) for piece in line.pieces)
    return f'<td data-n="{_number(cells, line.number)}">{told}{"…" if line.cut else ""}</td>'


def _piece(text: str, mark: str | None) -> str:
    return f'<mark class="{mark}">{text}</mark>' if mark else text


def _shown(text: str) -> str:
    return str(quoted(encodable(escape(text))))
