"""The page of a report in Chromium: from difference to difference, in any window, in Python's colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from modelkin import compare
from modelkin.diffs.side_by_side import side_by_sides
from modelkin.reports.html.page import render

from ..support.browser import console, prefer, settled, window
from ..support.pages import many
from ..support.small_corpora import ATTENTION
from ..support.upstreams import renamed

HERE = """
const row = document.querySelector(".here");
return row && [row.closest("article").id, [...row.closest("tbody").querySelectorAll(".d")].indexOf(row)]
"""
IN_SIGHT = """
const row = document.querySelector(".here").getBoundingClientRect();
const pane = document.querySelector(".here").closest(".pane").getBoundingClientRect();
return row.top >= Math.max(0, pane.top) - 1 && row.bottom <= Math.min(innerHeight, pane.bottom) + 1
"""
OUTPUT = "return document.querySelector('.here').closest('details').querySelector('output').textContent"
OPEN = "document.querySelectorAll('details.beside')[given[0]].open = true"
SEARCH = """
const field = document.getElementById("query");
field.value = given[0];
field.dispatchEvent(new Event("input", {bubbles: true}))
"""
TO = "document.querySelectorAll('article')[given[0]].scrollIntoView()"


def press(driver: Chrome, key: str, times: int = 1) -> None:
    for _ in range(times):
        driver.find_element(By.TAG_NAME, "body").send_keys(key)
    settled(driver, "")


def here(driver: Chrome) -> tuple[str, int]:
    article, place = driver.execute_script(HERE)
    return article.rpartition("_")[2].removesuffix(".py"), place


def order(driver: Chrome) -> list[str]:
    ids = driver.execute_script("return [...document.querySelectorAll('article')].map((each) => each.id)")
    return [each.rpartition("_")[2].removesuffix(".py") for each in ids]


def test_a_comparison_opens_at_its_first_difference(opened: Callable[..., Chrome]) -> None:
    driver = opened(many(5), rows=80, differences=4)
    settled(driver, TO, 0)
    settled(driver, "document.querySelector('details.beside summary').click()")
    assert here(driver) == (order(driver)[0], 0)
    assert driver.execute_script(OUTPUT) == "difference 1 of 4"
    assert driver.execute_script(IN_SIGHT) or driver.execute_script(
        "return document.querySelector('.here').offsetTop < document.querySelector('.pane').clientHeight"
    )


@pytest.mark.parametrize("keys", ["np", "jk"])
@pytest.mark.parametrize("width", [1400, 390])
def test_keys_step_from_difference_to_difference_and_from_file_to_file(
    opened: Callable[..., Chrome], keys: str, width: int
) -> None:
    driver = opened(many(5), rows=80, differences=4)
    with window(driver, width):
        first, second = order(driver)[:2]
        settled(driver, TO, 0)
        steps: list[tuple[str, int]] = []
        for key in (*keys[0] * 5, keys[1]):
            press(driver, key)
            assert driver.execute_script(IN_SIGHT), (key, steps)
            steps.append(here(driver))
        assert steps == [(first, 0), (first, 1), (first, 2), (first, 3), (second, 0), (first, 3)]
        assert driver.execute_script(OUTPUT) == "difference 4 of 4"


def test_the_first_and_the_last_difference_are_the_end(opened: Callable[..., Chrome]) -> None:
    driver = opened(many(2), rows=5, differences=2)
    first, last = order(driver)
    settled(driver, TO, 0)
    press(driver, "n")
    press(driver, "p")
    assert here(driver) == (first, 0)
    assert driver.execute_script(OUTPUT) == "this was the first difference"
    press(driver, "n", 9)
    assert here(driver) == (last, 1)
    assert driver.execute_script(OUTPUT) == "this was the last difference"


def test_buttons_step_too_and_by_the_keyboard(opened: Callable[..., Chrome]) -> None:
    driver = opened(many(5), rows=80, differences=3)
    settled(driver, OPEN, 1)
    buttons = driver.find_elements(By.CSS_SELECTOR, "article:nth-of-type(2) [data-step]")
    back, on = buttons
    for key in (Keys.ENTER, Keys.SPACE, Keys.ENTER):
        on.send_keys(key)
    assert here(driver) == (order(driver)[1], 2)
    back.click()
    assert here(driver) == (order(driver)[1], 1)


def test_steps_go_on_from_where_the_reader_is(opened: Callable[..., Chrome]) -> None:
    driver = opened(many(8), rows=80, differences=3)
    settled(driver, TO, 0)
    press(driver, "n", 2)
    settled(driver, TO, 5)
    press(driver, "n")
    assert here(driver) == (order(driver)[5], 0)


def test_files_that_are_filtered_out_are_stepped_over(opened: Callable[..., Chrome]) -> None:
    driver = opened(many(5), rows=5, differences=1)
    wanted = order(driver)[3]
    settled(driver, SEARCH, f"modeling_{wanted}")
    settled(driver, "document.activeElement.blur()")
    press(driver, "n")
    assert here(driver) == (wanted, 0)


def test_keys_that_are_typed_or_turned_off_do_not_step(opened: Callable[..., Chrome]) -> None:
    driver = opened(many(5), rows=5)
    settled(driver, TO, 0)
    driver.find_element(By.ID, "query").send_keys("np")
    assert driver.execute_script(HERE) is None
    assert driver.find_element(By.ID, "query").get_attribute("value") == "np"
    driver.find_element(By.ID, "query").clear()
    settled(driver, "document.getElementById('keys').click(); document.activeElement.blur()")
    press(driver, "n")
    assert driver.execute_script(HERE) is None


def test_a_narrow_window_has_the_lines_below_each_other_and_all_of_them(opened: Callable[..., Chrome]) -> None:
    driver = opened(many(1), rows=5)
    lefts = """
    const row = document.querySelector(".sides tr.c");
    const [copy, , upstream] = [...row.cells].map((each) => each.getBoundingClientRect());
    return [copy.top < upstream.top - 1, Math.max(copy.right, upstream.right) <= innerWidth,
        getComputedStyle(document.querySelector(".sides tr.s").cells[2]).display]
    """
    for width, told in ((1400, [False, True, "table-cell"]), (700, [True, True, "none"]), (390, [True, True, "none"])):
        with window(driver, width):
            assert driver.execute_script(lefts) == told


def test_real_lines_keep_the_colours_of_python_in_light_and_dark(browser: Chrome, tmp_path: Path) -> None:
    for name, text in (("copy.py", renamed(ATTENTION, WindowAttention="PaneAttention")), ("original.py", ATTENTION)):
        (tmp_path / name).write_text(text)
    copy, original = str(tmp_path / "copy.py"), str(tmp_path / "original.py")
    report = compare(copy, original)
    (tmp_path / "page.html").write_text(render(report, side_by_sides(report, copy, [original])), encoding="utf-8")
    console(browser)
    browser.get((tmp_path / "page.html").as_uri())
    colours = """
    const inked = (ink) => [...document.querySelectorAll(`.sides td:first-child i.${ink}`)];
    return [..."kqhnd"].map((ink) => inked(ink).map((each) => each.textContent))
    """
    keywords, _strings, _comments, numbers, defined = browser.execute_script(colours)
    assert {"class", "def", "return"} <= set(keywords)
    assert "forward" in defined
    assert "PaneAttention" in defined
    assert numbers
    ink = "return ['.sides i.k', 'body'].map((each) => getComputedStyle(document.querySelector(each)).color)"
    for scheme in ("light", "dark"):
        prefer(browser, prefers_color_scheme=scheme)
        keyword, words = browser.execute_script(ink)
        assert keyword != words
    assert console(browser) == []
