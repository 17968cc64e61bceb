"""A template's name and its values in, a page out that lets in only its own style and script."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...regions import line_words
from .. import phrases
from ..escaping import encodable, escape
from .sides import row_counts, side_rows

_TEMPLATES = Path(__file__).parent / "templates"
_DEFINITION_WORDS = {
    "identical": "identical",
    "renamed": "renamed",
    "modified": "modified",
    "fragments": "in fragments",
    "independent": "without a counterpart",
}
# A page is read; the JSON report has all.
_MOST = {"most_renames": 150, "most_locals": 20, "most_definitions": 80, "most_skipped": 500, "most_upstreams": 30}
_ADDRESS = re.compile(r"https?://[^\s/]")


def rendered(name: str, **values: Any) -> str:
    """The template ``name`` filled with ``values``."""
    style, script = _asset("page.css"), _asset("page.js")
    page = _environment().get_template(name)
    return page.render(policy=_policy(style, script), style=Markup(style), script=Markup(script), **values) + "\n"


def visible(value: object) -> object:
    """Any text in characters that show and can be encoded; what is markup already stays."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return encodable(escape(value))
    return value


def linkable(address: str) -> bool:
    """Whether an address from a corpus may become a link: of the web, and nothing that runs."""
    return _ADDRESS.match(address) is not None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=phrases.percent, name=phrases.name)
    environment.globals.update(
        counted=phrases.counted,
        counted_as={verdict.value: words for verdict, words in phrases.COUNTED_AS.items()},
        releases=phrases.releases,
        and_more=phrases.and_more,
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
    return (_TEMPLATES / name).read_text("utf-8").strip()


def _policy(style: str, script: str) -> Markup:
    """No address is ever asked for anything; the hashes are of our own files, so nothing is left to escape."""
    return Markup(
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
