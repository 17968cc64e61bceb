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


AUDIT_FORMATS: Mapping[str, Callable[[Audit, Page], Iterable[str]]] = {"text": _text, "json": _json, "jsonl": _jsonl}
