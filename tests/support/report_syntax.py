"""What the formats of reports are made of, for tests that nothing scanned becomes syntax in them.

Each check raises AssertionError. Edit this when a format is added or says one more thing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator

from .pages import Element, read_page

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]")
# What a name may hold so that the line it stands in stays one statement of the syntax.
DOT_NODE = re.compile(r'  n\d+ \[label="(?:[^"\\]|\\["\\])*"(, style=rounded)?\];')
DOT_EDGE = re.compile(r'  n\d+ -> n\d+ \[label="(?:[^"\\]|\\["\\])*", style=\w+\];')
MERMAID_LINE = re.compile(
    r'  n\d+(?:\(?\["[^"<>&|\[\]{}`;*]*(?:#\d+;[^"<>&|\[\]{}`;*]*)*"\]\)?| \S+\|"[^"|<>]*"\| n\d+)'
)
_MERMAID_NOTE = re.compile(r"  %% [\w .,:/=+@#;-]*")
_OWN_TAGS = re.compile(r"</?details>|</?summary>|&#8203;")
# Sites find these in what they show, behind a backslash as well.
_CALLS = re.compile(r"(?<!\w)@\w|#\d|!\d|\bGH-\d", re.IGNORECASE)
_COMMAND = re.compile(r"::(?:error|warning|notice) file=[^,\n]*,(?:line=\d+,endLine=\d+,)?title=[^,:\n]*::[^\n]*")


def check_visible(text: str) -> None:
    """No character but the line's end steers a terminal or hides."""
    found = CONTROLS.search(text)
    assert not found, f"control character {found[0]!r} at {text[max(0, found.start() - 40) : found.end() + 20]!r}"
    text.encode("utf-8")


def check_no_commands(text: str) -> None:
    """No line is a command to the runner of a CI service, which reads what steps print."""
    for line in text.split("\n"):
        assert not line.lstrip().startswith("::"), f"a workflow command: {line:.120}"
        assert "##[" not in line, f"a command of the runner's older kind: {line:.120}"


def check_github(text: str, expected: int) -> None:
    """As many annotations as there is to tell, then one line that sums up."""
    *commands, last = text.removesuffix("\n").split("\n")
    assert len(commands) == expected, f"{len(commands)} annotations for {expected} findings and skips"
    assert all(_COMMAND.fullmatch(line) for line in commands), "an annotation is not as ours are"
    assert last.startswith("modelkin: "), f"the last line is {last:.80}"
    check_no_commands(last)


def strict_json(text: str) -> object:
    """The value of ``text``, which no strict reader may refuse."""

    def refused(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refused)


def check_markdown(text: str) -> None:
    """No tag, link, image, mention or address that is not ours stands outside of code."""
    outside = _OWN_TAGS.sub("", "".join(_outside_code(text)))
    found = re.search(r"<|@|\]\(|!\[|&[a-z#]|https?:|www\.", outside)
    call = _CALLS.search("".join(_outside_code(text.replace("&#8203;", "\u200b"), is_shown=True)))
    assert not call, f"a mention or reference {call[0]!r}"
    assert not found, f"markup {outside[max(0, found.start() - 40) : found.end() + 40]!r}"


def _outside_code(text: str, is_shown: bool = False) -> Iterator[str]:
    """The text but for code spans and, unless what ``is_shown`` is asked for, characters behind a backslash, as
    CommonMark tells them.
    """
    for block in text.split("\n\n"):
        place = 0
        while place < len(block):
            if block[place] == "\\":
                if is_shown:
                    yield block[place + 1 : place + 2]
                place += 2
            elif block[place] == "`":
                fence = re.compile("`+").match(block, place)
                assert fence
                end = re.compile(rf"(?<!`){fence[0]}(?!`)").search(block, fence.end())
                place = end.end() if end else fence.end()
            else:
                yield block[place]
                place += 1
        yield "\n\n"


def check_dot(text: str) -> None:
    """Notes, three lines that open, a statement a line, one that closes."""
    lines = [line for line in text.removesuffix("\n").split("\n") if not line.startswith("// ")]
    assert lines[0] == "digraph lineage {"
    assert lines[-1] == "}"
    for line in lines[3:-1]:
        assert DOT_NODE.fullmatch(line) or DOT_EDGE.fullmatch(line), f"no statement of dot: {line:.200}"


def check_mermaid(text: str) -> None:
    """A flowchart whose lines are notes, nodes and edges."""
    first, *lines = text.removesuffix("\n").split("\n")
    assert first == "flowchart LR"
    for line in lines:
        assert MERMAID_LINE.fullmatch(line) or _MERMAID_NOTE.fullmatch(line), f"no statement of Mermaid: {line:.200}"


def check_html(text: str) -> None:
    """Well-formed, and nothing in it but the page's own runs, loads or leads anywhere but to the web."""
    check_closed(read_page(text))


def check_closed(page: Element, leads: str = r"#|https?://") -> None:
    """Nothing is asked of the network and nothing runs but the page's own style and script, if it has one.

    Its links begin as ``leads`` says.
    """
    (meta,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    allowed = dict(part.strip().split(" ", 1) for part in meta.attributes["content"].split(";"))
    assert allowed["default-src"] == "'none'"
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        owned = list(page.all(tag))
        assert len(owned) == 1 or (tag == "script" and not owned)
        for own in owned:
            digest = base64.b64encode(hashlib.sha256(own.text.encode()).digest()).decode()
            assert allowed[directive] == f"'sha256-{digest}'"
            assert "url(" not in own.text.replace("url(#", "")
    for element in page.all():
        bad = {name for name in element.attributes if name.startswith("on") or name in ("src", "style", "srcset")}
        assert not bad, f"<{element.tag}> has {bad}"
        assert element.tag not in ("link", "iframe", "img", "object", "base"), f"<{element.tag}> in the page"
    for link in page.all("a"):
        assert re.match(leads, link.attributes["href"]), f"a link to {link.attributes['href']:.80}"
