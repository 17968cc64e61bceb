"""When a report was made, and of what release or commit, in words and as data for every format.

Edit this when a source can say one thing more of what it is.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ..results import Report, Scanned
from ..support.escaping import encodable, escape
from ..support.lazy import lazy_pattern

_SHOWN_DIGITS = 12
# git's short form of an address for ssh.
_SHORT_ADDRESS = lazy_pattern(r"(?P<host>[\w.@-]+):(?P<path>(?!//).+)")


def scanned_words(report: Report) -> str:
    """``scanned 2026-11-29 20:03 UTC · commit 0123456789ab of https://…``, escaped; empty where a journal is older."""
    told = report.scanned
    if not told.at:
        return ""
    return f"scanned {escape(told.at[:16].replace('T', ' '))} UTC · {' · '.join(_source_words(told))}"


def _source_words(told: Scanned) -> list[str]:
    read = [f"digest of what was read {told.digest[:_SHOWN_DIGITS]}"] if told.digest else []
    if told.release:
        return [f"release {escape(told.release)}" + (f" of {escape(told.released)}" if told.released else "")]
    if not told.commit:
        return ["no commit or release known", *read]
    place = f" of {escape(told.repository)}" if told.repository else ""
    commit = f"commit {escape(told.commit[:_SHOWN_DIGITS])}{place}"
    if told.changed:
        return [f"{commit}, with changes that are not committed", *read]
    return [commit if told.changed is False else f"{commit}, changes since were not looked for"]


def scanned_data(report: Report) -> dict[str, Any]:
    """The same as JSON has it, and how far the source was trusted."""
    told = report.scanned
    return {
        "at": told.at,
        "source": told.kind.value if told.kind else "",
        "release": encodable(told.release),
        "released": encodable(told.released),
        "repository": encodable(told.repository),
        "commit": encodable(told.commit),
        "changed": told.changed,
        "digest": told.digest,
        "trust": report.trust.value,
    }


def repository_uri(told: Scanned) -> str:
    """The address of the git repository as a URI; empty where none is known."""
    address = told.repository
    if "://" not in address and (short := _SHORT_ADDRESS.fullmatch(address)):
        address = f"ssh://{short['host']}/{short['path']}"
    elif address.startswith("/"):
        address = f"file://{address}"
    return quote(address, safe="/:?&=#%@+,;~") if "://" in address else ""
