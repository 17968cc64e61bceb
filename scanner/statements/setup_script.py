"""The text of a setup.py in, the licence it passes to setup() out: by its syntax tree, never run."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from ..grammar import LANGUAGE

MOST_BYTES = 256 * 1024


def setup_arguments(text: str) -> Iterator[tuple[str, str, int]]:
    """``license`` and each of ``classifiers`` of the calls of setup(): name, value, line (1-based).

    A value is a string that stands there, or a name that a string is assigned to in the same file.
    """
    root = tree_sitter.Parser(LANGUAGE).parse(text.encode("utf-8", "replace")).root_node
    strings: dict[str, str] = {}
    calls = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "assignment":
            _remember(node, strings)
        elif node.type == "call" and _called(node) == "setup":
            calls.append(node)
        stack.extend(node.named_children)
    for call in calls:
        yield from _arguments(call, strings)


def _arguments(call: tree_sitter.Node, strings: dict[str, str]) -> Iterator[tuple[str, str, int]]:
    arguments = call.child_by_field_name("arguments")
    for argument in arguments.named_children if arguments else ():
        name, value = argument.child_by_field_name("name"), argument.child_by_field_name("value")
        if argument.type != "keyword_argument" or name is None or value is None:
            continue
        if _text(name) == "license" and (text := _string(value, strings)):
            yield "license", text, argument.start_point[0] + 1
        if _text(name) == "classifiers" and value.type in ("list", "tuple"):
            for each in value.named_children:
                if text := _string(each, strings):
                    yield "classifiers", text, each.start_point[0] + 1


def _called(call: tree_sitter.Node) -> str:
    function = call.child_by_field_name("function")
    return _text(function).rpartition(".")[2] if function else ""


def _remember(assignment: tree_sitter.Node, strings: dict[str, str]) -> None:
    left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if left is not None and right is not None and left.type == "identifier" and (text := _string(right, {})):
        strings[_text(left)] = text


def _string(node: tree_sitter.Node, strings: dict[str, str]) -> str:
    if node.type == "identifier":
        return strings.get(_text(node), "")
    if node.type == "concatenated_string":
        return "".join(_string(each, {}) for each in node.named_children)
    if node.type != "string":
        return ""
    return "".join(_text(part) for part in node.named_children if part.type == "string_content")


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
