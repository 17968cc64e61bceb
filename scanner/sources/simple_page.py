"""A simple index's HTML page (PEP 503) -> its files in the shape of the JSON form (PEP 691).

Company indexes and mirrors often speak only HTML. Upload times are no part of that form; some mirrors add them.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, unquote, urldefrag, urlsplit


def parse_page(html: bytes) -> list[dict[str, Any]]:
    """The files linked from the page, in its order; an empty list when it links none."""
    parser = _Links()
    parser.feed(html.decode("utf-8", "replace"))
    parser.close()
    return parser.files


class _Links(HTMLParser):
    """Collects anchors; the file's name is the last part of its address, as the text may be abbreviated."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag != "a" or not attributes.get("href"):
            return
        url, fragment = urldefrag(attributes["href"] or "")
        self.files.append(
            {
                "filename": unquote(urlsplit(url).path).rpartition("/")[2],
                "url": url,
                "hashes": {name: values[0] for name, values in parse_qs(fragment).items()},
                "upload-time": attributes.get("data-upload-time"),
                "yanked": (attributes["data-yanked"] or True) if "data-yanked" in attributes else False,
            }
        )
