"""The browser that the web pages of reports are opened in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from modelkin.reports.html.page import render
from modelkin.results import Report

from ..support.browser import chromium, console, prefer
from ..support.hostile_reports import HOSTILE
from ..support.pages import beside


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Chromium; skips the tests of a module where there is none."""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def opened(browser: Chrome, tmp_path: Path) -> Iterator[Callable[..., Chrome]]:
    """What opens the page of a report, at an anchor; at the end nothing may be in the console."""

    def open_page(report: Report, anchor: str = "", rows: int = 3, differences: int = 1) -> Chrome:
        copied = [file.path for file in report.files if file.upstreams]
        sides = {path: beside(path, rows, comment=HOSTILE, differences=differences) for path in copied}
        (tmp_path / "page.html").write_text(render(report, sides), encoding="utf-8")
        browser.get((tmp_path / "page.html").as_uri() + anchor)
        return browser

    prefer(browser)
    console(browser)
    yield open_page
    assert console(browser) == []
