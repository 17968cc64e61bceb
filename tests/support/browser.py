"""A real browser for tests: Debian's Chromium without a screen, driven by selenium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
WHY_NOT = "" if CHROMIUM and DRIVER else "there is no Chromium: apt-get install chromium chromium-driver"
# No window, no sandbox (tests may run as root), and no request of its own.
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """A browser with the empty ``profile``; skips the test where there is none."""
    if WHY_NOT:
        pytest.skip(WHY_NOT)
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1300,1000"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


@contextmanager
def window(driver: webdriver.Chrome, width: int, height: int = 800) -> Iterator[None]:
    """Emulate a window of that many pixels; one narrower than 500 is a phone's."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        settled(driver, "")
        yield
    finally:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def prefer(driver: webdriver.Chrome, media: str = "", **features: str) -> None:
    """Emulate what a reader prefers, ``prefers_color_scheme="dark"``, or another medium, ``print``."""
    told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": told})


def console(driver: webdriver.Chrome) -> list[str]:
    """What stands in the console since it was last asked."""
    entries: Any = driver.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in entries]


def settled(driver: webdriver.Chrome, script: str, *arguments: Any) -> float:
    """Run a script and wait for two frames, by when the page shows what it did; the milliseconds that took."""
    wait = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));"
    timed = f"{script}; {wait} document.body.offsetHeight; return performance.now() - began"
    call = f"return (async (...given) => {{ const began = performance.now(); {timed} }})(...arguments)"
    return float(driver.execute_script(call, *arguments))


def check_policy(driver: webdriver.Chrome) -> None:
    """The page's policy lets no script, style or image in that comes later."""
    refused = driver.execute_script(
        """
        const refused = [];
        addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
        document.body.insertAdjacentHTML("beforeend", "<p id=x onclick='window.ran = 1' style='color: red'>");
        const script = document.createElement("script");
        script.textContent = "window.ran = 1";
        document.body.append(script, Object.assign(new Image(), {src: "http://127.0.0.1:9/x.png"}));
        document.getElementById("x").click();
        return new Promise((done) => setTimeout(() => done([refused, window.ran || 0]), 200));
        """
    )
    console(driver)  # which tells of each refusal
    assert {"script-src-elem", "script-src-attr", "style-src-attr", "img-src"} <= set(refused[0])
    assert refused[1] == 0
