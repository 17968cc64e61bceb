"""The text of a setup.py in, the licence it passes to setup() out: by its syntax tree, never run."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from ..trees import LineOf, syntax_tree

MOST_BYTES = 256 * 1024


def setup_arguments(text: str) -> Iterator[tuple[str, str, int]]:
    """``license`` and each of ``classifiers`` of the calls of setup(): name, value, line (1-based).

    A value is a string that stands there, or a name that a string is assigned to in the same file.
    """
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
        if _text(name, source) == "license" and (text := _string(value, strings, source)):
            yield "license", text, line_of(argument.start_point, argument.start_byte)
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
