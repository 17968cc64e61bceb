"""Reports in words: one module a format, with ``render(report) -> str``, and the tables of all formats.

Each format is imported when it is asked for: the command line lists all and must not pay for them. Edit this when a
format is added; see docs/extending.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..audit.outcome import Audit
    from ..predictions.model import Agreement
    from ..results import Report
    from .console import Page

    Format = Callable[[Report, Page], str]
    AuditFormat = Callable[[Audit, Page], Iterable[str]]
    AgreementFormat = Callable[[Agreement, Page], str]


def _module(name: str, function: str = "render") -> Format:
    """The format of that module."""

    def render(report: Report, _page: Page) -> str:
        return str(_function(name, function)(report))

    return render


def _graph(language: str) -> Format:
    """The provenance graph of a report in that language."""

    def render(report: Report, _page: Page) -> str:
        graph = _function("graphs", "of_report")(report)
        notes = (
            *_function("observations", "conclusion_lines")(report.conclusion),
            *_function("summary", "notes")(report),
        )
        return str(_function("graphs", language)(graph, notes))

    return render


def _text(report: Report, page: Page) -> str:
    return str(_function("text", "render")(report, page))


def _function(module: str, name: str) -> Callable[..., Any]:
    return cast("Callable[..., Any]", getattr(import_module(f".{module}", __package__), name))


FORMATS: Mapping[str, Format] = {
    "text": _text,
    "concise": _module("concise"),
    "json": _module("json"),
    "jsonl": _module("json", "render_lines"),
    "html": _module("html.page"),
    "markdown": _module("markdown"),
    "discussion": _module("discussion"),
    "github": _module("github"),
    "sarif": _module("sarif"),
    "cyclonedx": _module("cyclonedx"),
    "spdx": _module("spdx"),
    "dot": _graph("dot"),
    "mermaid": _graph("mermaid"),
    "graphml": _graph("graphml"),
}


def _audit_module(name: str, function: str) -> AuditFormat:
    """The format of an audit in that module."""

    def render(audit: Audit, _page: Page) -> Iterable[str]:
        yield _function(name, function)(audit)

    return render


def _audit_graph(language: str) -> AuditFormat:
    """The provenance graph over all repositories of an audit in that language."""

    def render(audit: Audit, _page: Page) -> Iterable[str]:
        yield _function("graphs", language)(_function("graphs", "of_audit")(audit))

    return render


def _audit_text(audit: Audit, page: Page) -> Iterable[str]:
    yield _function("audits", "render_text")(audit, page)


def _audit_json(audit: Audit, _page: Page) -> Iterable[str]:
    yield from _function("audits", "json_pieces")(audit)


def _audit_json_lines(audit: Audit, _page: Page) -> Iterable[str]:
    yield from map(_function("json", "render_lines"), audit.reports())


AUDIT_FORMATS: Mapping[str, AuditFormat] = {
    "text": _audit_text,
    "json": _audit_json,
    "jsonl": _audit_json_lines,
    "html": _audit_module("html.page", "render_audit"),
    "dot": _audit_graph("dot"),
    "mermaid": _audit_graph("mermaid"),
    "graphml": _audit_graph("graphml"),
}


def _agreement_module(name: str, function: str) -> AgreementFormat:
    """The format of what `agree` says in that module."""

    def render(agreement: Agreement, _page: Page) -> str:
        return str(_function(name, function)(agreement))

    return render


def _agreement_text(agreement: Agreement, page: Page) -> str:
    return str(_function("agreements", "render_text")(agreement, page))


AGREEMENT_FORMATS: Mapping[str, AgreementFormat] = {
    "text": _agreement_text,
    "json": _agreement_module("agreements", "render_json"),
    "markdown": _agreement_module("agreements", "render_markdown"),
    "html": _agreement_module("html.agreement_page", "render"),
}


def render(report: Report, format: str = "text") -> str:  # noqa: A002 - called as the command's option is
    """The report in one of `FORMATS`, as the command writes it to a file. Raises ModelkinError."""
    from .console import PLAIN

    if format not in FORMATS:
        raise UsageError(f"there is no format {format!r}: choose from {', '.join(FORMATS)}")
    return FORMATS[format](report, PLAIN)
