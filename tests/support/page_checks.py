"""What every web page must be, whatever it is about: well formed, open to everyone, closed to what was scanned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from .pages import Element, one
from .report_syntax import check_closed

_HEADINGS = ("h1", "h2", "h3", "h4")


def check_ids(page: Element) -> None:
    """An id stands once, and whatever names an id names one that is there."""
    ids = [each.attributes["id"] for each in page.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    links = [each.attributes["href"] for each in page.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    for labelled in page.all():
        for name in ("aria-labelledby", "aria-controls", "for"):
            assert set(labelled.attributes.get(name, "").split()) <= set(ids)


def check_headings(page: Element) -> None:
    """One main heading, and each below it goes down one step at most."""
    levels = [_HEADINGS.index(each.tag) for each in page.all(*_HEADINGS)]
    assert levels[0] == 0
    assert levels.count(0) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def check_landmarks(page: Element) -> None:
    """Landmarks, labels and headers for those who do not see the page."""
    assert one(page, "html").attributes["lang"] == "en"
    for landmark in ("header", "nav", "main", "footer"):
        one(page, landmark)
    labels = {each.attributes["for"] for each in page.all("label")}
    assert {each.attributes["id"] for each in page.all("input", "select")} <= labels
    assert all(each.attributes.get("scope") in ("col", "row") for each in page.all("th"))
    assert all("aria-labelledby" in each.attributes for each in page.all("section", "article"))
    for picture in page.all("svg"):
        # What a picture is made of is not told one by one, so that no link may stand in one.
        role = "group" if list(picture.all("a")) else "img"
        assert picture.attributes.get("aria-hidden") == "true" or picture.attributes.get("role") == role


CHECKS = (check_ids, check_headings, check_landmarks, check_closed)


def failures(check: Callable[[Element], None], pages: Mapping[str, Element]) -> list[str]:
    """Each page that a check fails on, by its name, and why."""
    return [f"{name}: {why}" for name, page in pages.items() if (why := _failure(check, page))]


def _failure(check: Callable[[Element], None], page: Element) -> str:
    try:
        check(page)
    except AssertionError as error:
        return str(error) or check.__name__
    return ""
