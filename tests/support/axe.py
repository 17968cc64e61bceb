"""axe-core, which looks for what keeps people from using a page, in the page that a browser shows."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome

_RUN = "return axe.run(document)"
SERIOUS = ("serious", "critical")
# A busy machine takes a minute for a long page.
_MOST_SECONDS = 120


def faults(driver: Chrome) -> list[str]:
    """The serious faults of the page, a line for each place: the rule, where it is broken, and how.

    The script is run by the driver, whom the page's policy does not bind.
    """
    driver.set_script_timeout(_MOST_SECONDS)
    driver.execute_script(_source())
    found: Any = driver.execute_script(_RUN)
    assert len(found["passes"]) > 10
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
        for each in found["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


@cache
def _source() -> str:
    found = find_spec("axe_core_python")  # its own module needs playwright: the script alone is read
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")
