"""Templates filled: the Jinja environment that all pages share.

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

from ...results.cells import line_words
from ...support.escaping import encodable, escape
from .. import chronology, phrases
from .graph_sums import arrow_words
from .side_rows import row_counts, side_rows

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
    "most_places": 200,
}
_TICKED = re.compile(r"`([^`\n]+)`")
_ADDRESS = re.compile(r"https?://[^\s/]")


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


def ticked(text: str) -> Markup:
    """Text in which what stands between backquotes is code, as our own sentences name commands."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(quoted(visible(text)))))


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
    environment.filters.update(percent=phrases.percent, name=phrases.name, uses=phrases.uses, ticked=ticked)
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
        confidence_words=phrases.confidence_words,
        side_rows=side_rows,
        linkable=linkable,
        line_words=line_words,
        upstream_lines=phrases.upstream_lines,
        row_counts=row_counts,
        arrow_words=arrow_words,
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
