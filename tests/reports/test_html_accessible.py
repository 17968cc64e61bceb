"""The pages in Chromium under the rules of axe-core: no serious fault, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver import Chrome

from modelkin import compare
from modelkin.results import Report

from ..support.axe import faults
from ..support.browser import prefer, settled, window
from ..support.example_reports import EMPTY, IN_TIME, REPORT
from ..support.hostile_reports import HOSTILE_REPORT
from ..support.model_folders import NAMES, model_folder, renamed
from ..support.pages import many

REPORTS = {"usual": REPORT, "in time": IN_TIME, "empty": EMPTY, "hostile": HOSTILE_REPORT, "many": many(6)}
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1400, 390)]


def unfold(driver: Chrome) -> None:
    settled(driver, "for (const each of document.querySelectorAll('details')) each.open = true")


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_page_has_a_serious_fault(opened: Callable[..., Chrome], name: str, scheme: str, width: int) -> None:
    driver = opened(REPORTS[name])
    prefer(driver, prefers_color_scheme=scheme)
    with window(driver, width):
        unfold(driver)
        assert faults(driver) == []


def test_nor_has_one_with_evidence_of_two_models(opened: Callable[..., Chrome], tmp_path: Any) -> None:
    sides = [model_folder(tmp_path / name, names) for name, names in (("copy", renamed(NAMES)), ("lamp", NAMES))]
    report: Report = compare(str(sides[0]), str(sides[1]))
    driver = opened(report)
    for scheme in ("light", "dark"):
        prefer(driver, prefers_color_scheme=scheme)
        unfold(driver)
        assert faults(driver) == []


def test_a_fault_would_be_found(opened: Callable[..., Chrome]) -> None:
    driver = opened(REPORT)
    settled(driver, "document.querySelector('#query').previousElementSibling.remove()")
    settled(driver, "document.querySelector('#query').removeAttribute('placeholder')")
    assert [each.partition(":")[0] for each in faults(driver)] == ["label"]
