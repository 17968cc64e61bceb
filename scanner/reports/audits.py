"""Audit in, text out, piece by piece: the formats of whole audits. A report of one is rendered as any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..audit import Audit
    from .page import Page


# Each imports its module when called: the command line lists the formats and must not pay for them.
def _text(audit: Audit, page: Page) -> Iterable[str]:
    from .audit_text import render

    return (render(audit, page),)


def _json(audit: Audit, _page: Page) -> Iterable[str]:
    from .audit_json import render

    return (render(audit),)


def _jsonl(audit: Audit, _page: Page) -> Iterable[str]:
    from .jsonl import render

    return map(render, audit.reports())


def _html(audit: Audit, _page: Page) -> Iterable[str]:
    from .html.audits import render_audit

    return (render_audit(audit),)


def _dot(audit: Audit, _page: Page) -> Iterable[str]:
    from .graphs import dot, of_audit

    return (dot(of_audit(audit)),)


def _mermaid(audit: Audit, _page: Page) -> Iterable[str]:
    from .graphs import mermaid, of_audit

    return (mermaid(of_audit(audit)),)


def _graphml(audit: Audit, _page: Page) -> Iterable[str]:
    from .graphs import graphml, of_audit

    return (graphml(of_audit(audit)),)


AUDIT_FORMATS: Mapping[str, Callable[[Audit, Page], Iterable[str]]] = {
    "text": _text,
    "json": _json,
    "jsonl": _jsonl,
    "html": _html,
    "dot": _dot,
    "mermaid": _mermaid,
    "graphml": _graphml,
}
