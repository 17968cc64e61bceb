"""Reports in words: one module a format, with ``render(report) -> str``, and the tables of all formats.

Each format is imported when it is asked for: the command line lists all and must not pay for them. Edit this when a
format is added; see docs/extending.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..audit.outcome import Audit
    from ..results import Report
    from .console import Page

    Format = Callable[[Report, Page], str]
    AuditFormat = Callable[[Audit, Page], Iterable[str]]


def _module(name: str) -> Format:
    """The format in that module."""

    def render(report: Report, _page: Page) -> str:
        return str(import_module(f".{name}", __package__).render(report))

    return render


def _graph(language: str) -> Format:
    """The provenance graph of a report in that language."""

    def render(report: Report, _page: Page) -> str:
        graphs = import_module(".graphs", __package__)
        notes = import_module(".summary", __package__).notes(report)
        return str(getattr(graphs, language)(graphs.of_report(report), notes))

    return render


def _json_lines(report: Report, _page: Page) -> str:
    from .json import render_lines

    return render_lines(report)


def _text(report: Report, page: Page) -> str:
    from .text import render

    return render(report, page)


FORMATS: Mapping[str, Format] = {
    "text": _text,
    "concise": _module("concise"),
    "json": _module("json"),
    "jsonl": _json_lines,
    "html": _module("html.page"),
    "markdown": _module("markdown"),
    "github": _module("github"),
    "sarif": _module("sarif"),
    "cyclonedx": _module("cyclonedx"),
    "spdx": _module("spdx"),
    "dot": _graph("dot"),
    "mermaid": _graph("mermaid"),
    "graphml": _graph("graphml"),
}


def _audit_text(audit: Audit, page: Page) -> Iterable[str]:
    from .audits import render_text

    yield render_text(audit, page)


def _audit_json(audit: Audit, _page: Page) -> Iterable[str]:
    from .audits import render_json

    yield render_json(audit)


def _audit_json_lines(audit: Audit, _page: Page) -> Iterable[str]:
    from .json import render_lines

    yield from map(render_lines, audit.reports())


def _audit_html(audit: Audit, _page: Page) -> Iterable[str]:
    from .html.page import render_audit

    yield render_audit(audit)


def _audit_graph(language: str) -> AuditFormat:
    """The provenance graph over all repositories of an audit in that language."""

    def render(audit: Audit, _page: Page) -> Iterable[str]:
        graphs = import_module(".graphs", __package__)
        yield str(getattr(graphs, language)(graphs.of_audit(audit)))

    return render


AUDIT_FORMATS: Mapping[str, AuditFormat] = {
    "text": _audit_text,
    "json": _audit_json,
    "jsonl": _audit_json_lines,
    "html": _audit_html,
    "dot": _audit_graph("dot"),
    "mermaid": _audit_graph("mermaid"),
    "graphml": _audit_graph("graphml"),
}


def render(report: Report, format: str = "text") -> str:  # noqa: A002 - called as the command's option is
    """The report in one of `FORMATS`, as the command writes it to a file. Raises ModelkinError."""
    from .console import PLAIN

    if format not in FORMATS:
        raise UsageError(f"there is no format {format!r}: choose from {', '.join(FORMATS)}")
    return FORMATS[format](report, PLAIN)
