"""Web pages for tests: reports of many files, their copies beside upstreams, and what a page is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle

from msgspec.structs import replace

from modelkin.diffs.model import Gap, Ink, Inked, Mark, Piece, RowKind, ShownLine, ShownRow, SideBySide
from modelkin.results import Finding, Level, Region, Report, Verdict

from .example_reports import ATTRIBUTION, FINDING, REPORT, TRANSFORMERS_LLAMA, VLLM_LLAMA, YI

_WITHOUT_CONTENT = frozenset({"meta", "link", "input", "br", "img", "hr", "col"})
_VERDICTS = (Verdict.IDENTICAL, Verdict.RENAMED, Verdict.MODIFIED, Verdict.FRAGMENTS)


@dataclass
class Element:
    """An element with what is in it, in order; ``text`` is its own and that of all in it."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    content: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.content)

    def all(self, *tags: str, **attributes: str) -> Iterator[Element]:
        """Every element below with one of these tags and all these attributes; ``class_`` is one of its classes."""
        wanted = attributes.pop("class_", None)
        for child in self.content:
            if isinstance(child, str):
                continue
            is_of_class = wanted is None or wanted in child.attributes.get("class", "").split()
            if (not tags or child.tag in tags) and is_of_class and attributes.items() <= child.attributes.items():
                yield child
            yield from child.all(*tags, **attributes, **({"class_": wanted} if wanted else {}))


class _Reader(HTMLParser):
    """Builds the tree; an end tag that does not match what is open is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.open = Element("document", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.content.append(element)
        if tag not in _WITHOUT_CONTENT:
            self.open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _WITHOUT_CONTENT:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.tag == tag, f"</{tag}> ends <{self.open.tag}>"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.content.append(data)


def one(element: Element, *tags: str, **attributes: str) -> Element:
    """The only element below with one of these tags and all these attributes."""
    (found,) = element.all(*tags, **attributes)
    return found


def read_page(page: str) -> Element:
    """The tree of a page; raises AssertionError where elements are not nested or closed."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open is reader.root, f"<{reader.open.tag}> is not closed"
    return reader.root


def line(number: int, text: str, *marked: tuple[str, Mark]) -> ShownLine:
    return ShownLine(number, (Piece(text, Mark.PLAIN), *(Piece(*each) for each in marked)))


def beside(path: str, rows: int = 3, comment: str = "a comment", differences: int = 1) -> SideBySide:
    """A comparison with a row of each kind and a gap, and then ``rows`` that are the same; all that so many times."""
    told: list[ShownRow | Gap] = [
        ShownRow(RowKind.SAME, comment_line(1, comment), comment_line(4, comment)),
        ShownRow(
            RowKind.RENAMED, line(2, "class ", ("YiMLP", Mark.RENAMED)), line(5, "class ", ("LlamaMLP", Mark.RENAMED))
        ),
        ShownRow(RowKind.CHANGED, line(3, "x = ", ("2", Mark.CHANGED)), line(6, "x = ", ("1", Mark.CHANGED))),
        ShownRow(RowKind.COPY_ONLY, line(4, "y = 3"), None),
        ShownRow(RowKind.UPSTREAM_ONLY, None, ShownLine(7, (Piece("z = 4", Mark.PLAIN),), cut=True)),
        Gap(RowKind.SAME, 31, (5, 35), (8, 38)),
    ]
    same: list[ShownRow | Gap] = [
        ShownRow(RowKind.SAME, line(36 + each, "pass"), line(39 + each, "pass")) for each in range(rows)
    ]
    rest = Gap(None, 7, (90, 92), (93, 99))
    counts = dict.fromkeys(RowKind, differences) | {RowKind.SAME: (32 + rows) * differences}
    return SideBySide(path, VLLM_LLAMA, "0.2.1", (*([*told, *same] * differences), rest), counts)


def comment_line(number: int, comment: str) -> ShownLine:
    text = f"# {comment}"
    return ShownLine(number, (Piece(text, Mark.PLAIN),), inked=(Inked(0, len(text), Ink.COMMENT),))


def many(files: int) -> Report:
    """A report with this many copied files, of all verdicts, two upstreams, each third with a finding."""
    upstreams = cycle((VLLM_LLAMA, TRANSFORMERS_LLAMA))
    verdicts = cycle(_VERDICTS)
    paths = [f"models/family_{number % 7}/modeling_{number:03}.py" for number in range(files)]
    verdict_of = [
        replace(YI, path=path, verdict=next(verdicts), upstreams=(next(upstreams),), similarity=1 / (number + 1))
        for number, path in enumerate(paths)
    ]
    findings = tuple(_finding(path, number) for number, path in enumerate(paths) if number % 3 == 0)
    attributions = tuple(replace(ATTRIBUTION, path=path) for path in paths)
    return replace(REPORT, files=tuple(verdict_of), findings=findings, attributions=attributions)


def _finding(path: str, number: int) -> Finding:
    return replace(FINDING, region=Region(path, 1, 4), level=list(Level)[number % 2])


def marked_text(line: ShownLine | None) -> str:
    """A line with its marked words in brackets."""
    if line is None:
        return ""
    brackets = {Mark.PLAIN: "{}", Mark.RENAMED: "[{}]", Mark.CHANGED: "<{}>"}
    return "".join(brackets[piece.mark].format(piece.text) for piece in line.pieces)
