"""Report in, text out: one module per format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..scan import Report
    from .page import Page


# Each imports its module when called: the command line lists the formats and must not pay for them.
def _text(report: Report, page: Page) -> str:
    from .text import render

    return render(report, page)


def _concise(report: Report, _page: Page) -> str:
    from .concise import render

    return render(report)


def _json(report: Report, _page: Page) -> str:
    from .json import render

    return render(report)


def _jsonl(report: Report, _page: Page) -> str:
    from .jsonl import render

    return render(report)


def _markdown(report: Report, _page: Page) -> str:
    from .markdown import render

    return render(report)


def _html(report: Report, _page: Page) -> str:
    from .html import render

    return render(report)


def _dot(report: Report, _page: Page) -> str:
    from .graphs import dot, of_report

    return dot(of_report(report))


def _mermaid(report: Report, _page: Page) -> str:
    from .graphs import mermaid, of_report

    return mermaid(of_report(report))


def _graphml(report: Report, _page: Page) -> str:
    from .graphs import graphml, of_report

    return graphml(of_report(report))


def _github(report: Report, _page: Page) -> str:
    from .github import render

    return render(report)


def _sarif(report: Report, _page: Page) -> str:
    from .sarif import render

    return render(report)


def _cyclonedx(report: Report, _page: Page) -> str:
    from .cyclonedx import render

    return render(report)


def _spdx(report: Report, _page: Page) -> str:
    from .spdx import render

    return render(report)


FORMATS: Mapping[str, Callable[[Report, Page], str]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "jsonl": _jsonl,
    "html": _html,
    "markdown": _markdown,
    "github": _github,
    "sarif": _sarif,
    "cyclonedx": _cyclonedx,
    "spdx": _spdx,
    "dot": _dot,
    "mermaid": _mermaid,
    "graphml": _graphml,
}
