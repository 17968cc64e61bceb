"""axe-core, which looks for what keeps people from using a page, in the page that a browser shows."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome

_RUN = "return axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
SERIOUS = ("serious", "critical")


def faults(driver: Chrome) -> list[str]:
    """The serious faults of the page, a line each: the rule, and where it is broken first."""
    driver.execute_script(_source())
    found: Any = driver.execute_script(_RUN)
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in SERIOUS]


@cache
def _source() -> str:
    found = find_spec("axe_core_python")  # its own module needs playwright: the script alone is read
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")
