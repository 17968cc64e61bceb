"""A served audit in Chromium: rows asked of the server, what is new shown by itself, a form that is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from ..support.audit_processes import wait_for
from ..support.axe import faults
from ..support.browser import chromium, console, prefer, settled, window
from ..support.index_server import serving as serving_index
from ..support.index_server import wheel
from ..support.journals import many, sealed
from ..support.served import Served, serving

COUNT = 240
NAMES = "return [...document.querySelectorAll('#rows th')].map((each) => each.innerText)"
SHOWN = "return document.getElementById('shown').textContent"
CHOOSE = """
const field = document.getElementById(given[0]);
field.value = given[1];
field.dispatchEvent(new Event("input", {bubbles: true}))
"""


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return list(sealed(many(COUNT)))


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> Path:
    path = tmp_path_factory.mktemp("served") / "audit.jsonl"
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    return path


@pytest.fixture(scope="module")
def served(journal: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_index() as index:
        index.add("lamp-1.0-py3-none-any.whl", wheel({"lamp/<b>wick.py": b"def burn(oil):\n    return oil\n"}))
        cache = tmp_path_factory.mktemp("cache")
        with serving(journal, "--allow-scan", PIP_INDEX_URL=index.url, MODELKIN_CACHE_DIR=str(cache)) as server:
            yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(browser: Chrome, served: Served) -> Iterator[Chrome]:
    """The audit, open; at the end nothing may be in the console."""
    prefer(browser)
    console(browser)
    browser.get(served.address)
    wait_for(lambda: bool(browser.execute_script(SHOWN)))
    yield browser
    assert console(browser) == []


def shows(driver: Chrome, text: str) -> None:
    wait_for(lambda: driver.execute_script(SHOWN) == text, 20)


def test_the_address_opens_the_audit_and_no_secret_stays_in_it(page: Chrome, served: Served) -> None:
    assert page.current_url == f"{served.origin}/"
    assert page.execute_script("return document.cookie") == ""
    assert served.address.partition("token=")[2] not in page.page_source


def test_rows_are_sorted_filtered_and_paged_by_the_server(page: Chrome) -> None:
    whole = page.execute_script(SHOWN).split()[2]
    first = page.execute_script(NAMES)
    settled(page, CHOOSE, "query", "org3")
    wait_for(lambda: page.execute_script(SHOWN).split()[0] != whole)
    assert all("org3" in name for name in page.execute_script(NAMES))
    settled(page, CHOOSE, "query", "")
    shows(page, f"{whole} of {whole} repositories")
    settled(page, "document.getElementById('after').click()")
    wait_for(lambda: page.find_element(By.ID, "place").text.startswith("page 2 "))
    assert not set(page.execute_script(NAMES)) & set(first)
    settled(page, "document.querySelector('th[data-sort=name] button').click()")
    wait_for(lambda: page.execute_script(NAMES) == sorted(page.execute_script(NAMES)))


def test_links_lead_to_a_report_and_back(page: Chrome, served: Served) -> None:
    page.find_element(By.CSS_SELECTOR, "#first a").click()
    assert "/repositories/" in page.current_url
    page.find_element(By.LINK_TEXT, "The audit").click()
    assert page.current_url.startswith(f"{served.origin}/")
    assert page.find_element(By.ID, "first").is_displayed()


def test_what_is_new_is_shown_by_itself(page: Chrome, journal: Path, lines: list[bytes]) -> None:
    counts = page.find_element(By.ID, "counts").text
    with journal.open("ab") as file:
        file.writelines(lines[len(lines) // 2 :])
    wait_for(lambda: page.find_element(By.ID, "counts").text != counts, 20)
    shows(page, f"{COUNT} of {COUNT} repositories")
    assert page.find_element(By.ID, "live").text.startswith("growing")


def test_a_pasted_address_is_scanned_and_its_report_shown(page: Chrome) -> None:
    page.find_element(By.ID, "address").send_keys("pypi:lamp==1.0")
    page.find_element(By.CSS_SELECTOR, "form.scan button").click()
    wait_for(lambda: "modelkin report" in page.page_source)
    assert "lamp/<b>wick.py" in str(page.execute_script("return document.body.textContent"))
    page.find_element(By.LINK_TEXT, "The audit").click()
    assert page.find_element(By.CSS_SELECTOR, "#scan li").text == "pypi:lamp==1.0 scanned"


def test_the_policy_lets_nothing_else_run_or_load(page: Chrome) -> None:
    refused = page.execute_script(
        """
        const refused = [];
        addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
        document.body.insertAdjacentHTML("beforeend", "<p id=x onclick='window.ran = 1' style='color: red'>");
        const script = document.createElement("script");
        script.textContent = "window.ran = 1";
        document.body.append(script, Object.assign(new Image(), {src: "/x.png"}));
        document.body.append(Object.assign(document.createElement("iframe"), {src: "/"}));
        document.getElementById("x").click();
        return fetch("http://127.0.0.1:9/").catch(() => 0)
            .then(() => new Promise((done) => setTimeout(() => done([refused, window.ran || 0]), 200)));
        """
    )
    console(page)  # which tells of each refusal
    expected = {"script-src-elem", "script-src-attr", "style-src-attr", "img-src", "frame-src", "connect-src"}
    assert expected <= set(refused[0])
    assert refused[1] == 0


def test_it_has_no_serious_fault_and_fits_a_narrow_window(page: Chrome) -> None:
    assert faults(page) == []
    with window(page, 390):
        wait_for(lambda: page.execute_script("return document.documentElement.scrollWidth") <= 390, 20)
