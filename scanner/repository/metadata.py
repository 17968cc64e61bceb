"""The licences that package metadata declares: pyproject.toml, setup.cfg, setup.py, METADATA, PKG-INFO, CITATION.cff.

Edit this when such a file has one more place for a licence, or one more kind of file is to be read (``_READERS``).
"""

from __future__ import annotations

import configparser
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ..results import Region, Skipped
from .model import DeclaredLicence

if TYPE_CHECKING:
    import tree_sitter

    from ..syntax.tree import LineOf

_CLASSIFIER = "License ::"
# What is longer is no name but a text.
_LONGEST_NAME = 200
# So many licences of one file are taken.
_MOST_NAMED = 50
# Arguments of setup() that are one text.
_TEXTS = frozenset(("license", "name", "url"))
# A longer setup.py is not parsed.
MOST_OF_SETUP = 256 * 1024


class _StatedAt(NamedTuple):
    """A licence as some key states it, and the line (1-based) of the key."""

    stated: str
    line: int


class _UnreadableError(Exception):
    """Why a metadata file tells nothing, in one line."""


def read_metadata(path: str, text: str) -> tuple[tuple[DeclaredLicence, ...], Skipped | None]:
    """The licences that the metadata file at ``path`` declares, and why it could not be read, if so."""
    name = path.rpartition("/")[2].lower()
    if "licen" not in text.lower():
        return (), None
    try:
        named = list(islice(_READERS[name](text), _MOST_NAMED))
    except _UnreadableError as error:
        return (), Skipped(path, f"its licence is not known: {error}")
    declared = [_declared(path, each) for each in dict.fromkeys(named) if each.stated.strip()]
    return tuple(declared), None


def licences_meant_by(stated: str) -> tuple[str, ...]:
    """The ids that ``stated`` means: a name, an expression, a classifier, or the text of a licence itself."""
    from ..licences.identify import identify
    from ..licences.licence_names import licence_ids

    if "\n" in stated or len(stated) > _LONGEST_NAME:
        return tuple(dict.fromkeys(found.licence for found in identify(stated)))
    return tuple(licence_ids(stated))


def readme_in(text: str) -> str:
    """The README that METADATA carries below its headers, on the lines it stands on; a wheel has no other."""
    headers, blank, body = text.partition("\n\n")
    return "\n" * (headers.count("\n") + 2) + body if blank else ""


def _declared(path: str, named: _StatedAt) -> DeclaredLicence:
    first = next(line.strip() for line in named.stated.split("\n") if line.strip())
    return DeclaredLicence(Region(path, named.line, named.line), first[:_LONGEST_NAME], licences_meant_by(named.stated))


def _pyproject(text: str) -> Iterator[_StatedAt]:
    from ..support.toml import BrokenTomlError, line_of, parse_toml

    try:
        tables = parse_toml(text)
    except BrokenTomlError as error:
        raise _UnreadableError(str(error)) from None
    project, tool = table_of(tables, "project"), table_of(tables, "tool")
    places = (
        ("project", project),
        ("tool.poetry", table_of(tool, "poetry")),
        ("tool.flit.metadata", table_of(table_of(tool, "flit"), "metadata")),
    )
    for place, table in places:
        licence = table.get("license")
        stated = licence.get("text") if isinstance(licence, dict) else licence
        if isinstance(stated, str):
            yield _StatedAt(stated, line_of(text, place, "license"))
        classifiers = table.get("classifiers")
        for each in classifiers if isinstance(classifiers, list) else ():
            if isinstance(each, str) and each.startswith(_CLASSIFIER):
                yield _StatedAt(each, _line_with(text, each))


def table_of(tables: dict[str, Any], name: str) -> dict[str, Any]:
    """The table of that name; empty where there is none."""
    found = tables.get(name)
    return found if isinstance(found, dict) else {}


def _setup_cfg(text: str) -> Iterator[_StatedAt]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise _UnreadableError(f"not valid: {' '.join(str(error).split())[:_LONGEST_NAME]}") from None
    if not parser.has_section("metadata"):
        return
    metadata = dict(parser.items("metadata"))
    if (stated := metadata.get("license", "")) and not stated.startswith("file:"):
        yield _StatedAt(stated, _line_with(text, "license"))
    for each in metadata.get("classifiers", metadata.get("classifier", "")).splitlines():
        if each.strip().startswith(_CLASSIFIER):
            yield _StatedAt(each.strip(), _line_with(text, each.strip()))


def _setup_py(text: str) -> Iterator[_StatedAt]:
    if len(text) > MOST_OF_SETUP:
        raise _UnreadableError(f"it is over the limit of {MOST_OF_SETUP // 1024} KB for a setup.py")
    for name, value, line in setup_arguments(text):
        if name == "license" or value.startswith(_CLASSIFIER):
            yield _StatedAt(value, line)


def setup_arguments(text: str) -> Iterator[tuple[str, str, int]]:
    """What the calls of setup() say under `_TEXTS`, and each of ``classifiers``: name, value, line (1-based).

    A value is a string that stands there, or a name that a string is assigned to in the same file.
    """
    from ..syntax.tree import syntax_tree  # the parser, which a repository without code does not need

    source = text.encode("utf-8", "replace")
    tree = syntax_tree(source)
    strings: dict[str, str] = {}
    calls = []
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type == "assignment":
            _remember(node, strings, source)
        elif node.type == "call" and _called(node, source) == "setup":
            calls.append(node)
        stack.extend(node.named_children)
    for call in calls:
        yield from _arguments(call, strings, source, tree.line_of)


def _arguments(
    call: tree_sitter.Node, strings: dict[str, str], source: bytes, line_of: LineOf
) -> Iterator[tuple[str, str, int]]:
    arguments = call.child_by_field_name("arguments")
    for argument in arguments.named_children if arguments else ():
        name, value = argument.child_by_field_name("name"), argument.child_by_field_name("value")
        if argument.type != "keyword_argument" or name is None or value is None:
            continue
        if _text(name, source) in _TEXTS and (text := _string(value, strings, source)):
            yield _text(name, source), text, line_of(argument.start_point, argument.start_byte)
        if _text(name, source) == "classifiers" and value.type in ("list", "tuple"):
            for each in value.named_children:
                if text := _string(each, strings, source):
                    yield "classifiers", text, each.start_point[0] + 1


def _called(call: tree_sitter.Node, source: bytes) -> str:
    function = call.child_by_field_name("function")
    return _text(function, source).rpartition(".")[2] if function else ""


def _remember(assignment: tree_sitter.Node, strings: dict[str, str], source: bytes) -> None:
    left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if left is not None and right is not None and left.type == "identifier" and (text := _string(right, {}, source)):
        strings[_text(left, source)] = text


def _string(node: tree_sitter.Node, strings: dict[str, str], source: bytes) -> str:
    if node.type == "identifier":
        return strings.get(_text(node, source), "")
    if node.type == "concatenated_string":
        return "".join(_string(each, {}, source) for each in node.named_children)
    if node.type != "string":
        return ""
    return "".join(_text(part, source) for part in node.named_children if part.type == "string_content")


def _text(node: tree_sitter.Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _core_metadata(text: str) -> Iterator[_StatedAt]:
    for name, value, line in header_fields(text):
        if name in ("license", "license-expression") or (name == "classifier" and value.startswith(_CLASSIFIER)):
            yield _StatedAt(value, line)


def header_fields(text: str) -> Iterator[tuple[str, str, int]]:
    """Each field in lower case, its value and its line (1-based); a value goes on over lines that begin with blanks."""
    name, value, start = "", "", 0
    for number, line in enumerate([*text.split("\n\n", 1)[0].split("\n"), "end:"], 1):
        if line[:1] in (" ", "\t"):
            value += "\n" + line.strip().removeprefix("|")
            continue
        if name:
            yield name, value.strip(), start
        name, _, value = line.partition(":")
        name, value, start = name.strip().lower(), value.strip(), number


def _citation(text: str) -> Iterator[_StatedAt]:
    from ..support.yaml import BrokenYamlError, top_level

    try:
        licence = top_level(text, frozenset(("license",))).get("license")
    except BrokenYamlError as error:
        raise _UnreadableError(str(error)) from None
    for stated in licence.texts if licence else ():
        yield _StatedAt(stated, licence.line if licence else 1)


def _line_with(text: str, words: str) -> int:
    """The first line that begins with ``words``, quotes and white space aside; 1 when none does."""
    lines = enumerate(text.split("\n"), 1)
    return next((number for number, line in lines if line.strip(" \t\"',").startswith(words)), 1)


_READERS: dict[str, Callable[[str], Iterator[_StatedAt]]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "pkg-info": _core_metadata,
    "metadata": _core_metadata,
    "citation.cff": _citation,
}
