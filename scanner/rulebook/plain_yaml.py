"""The bytes of a YAML file in, mappings, lists and texts out: the part of YAML that has no surprises.

Every scalar is the text that stands in the file, so that ``no``, ``1.10`` and ``2024-04-01`` stay what was written.
Tags, anchors, aliases and repeated keys are refused, and so is what is large or nested deeply. The key ``license`` is
read as ``licence``, as it is called here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ..nesting import passing_in_refused_yaml
from ..patterns import lazy_pattern

MOST_BYTES = 256_000
MOST_DEPTH = 12

_AMERICAN = lazy_pattern(r"license(?:_[a-z]+)?")
# Under this key of an example the keys are names of files.
_NAMES = "files"

# libyaml where PyYAML was built with it: ten times as fast, the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PlainYamlError(Exception):
    """Why a text is not plain YAML, in words that follow a file's name."""


def read_plain_yaml(content: bytes) -> Any:
    """The one document in ``content``: dict, list or str. Raises PlainYamlError."""
    if len(content) > MOST_BYTES:
        raise PlainYamlError(f"larger than {MOST_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlainYamlError(f"not UTF-8 at byte {error.start + 1}") from None
    try:
        return _in_british(_document(yaml.parse(text, Loader=_LOADER)))
    except RecursionError:
        raise _too_deep(passing_in_refused_yaml(text, None, MOST_DEPTH) or 1) from None
    except yaml.MarkedYAMLError as error:
        # The parser reads ahead and has a limit of its own, which may be met before the events that go past ours.
        if deep := passing_in_refused_yaml(text, error.problem_mark, MOST_DEPTH):
            raise _too_deep(deep) from None
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise PlainYamlError(f"{line}not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise PlainYamlError(f"not valid YAML: {' '.join(str(error).split())}") from None


def _document(events: Iterator[Any]) -> Any:
    next(events)  # the start of the stream
    if isinstance(next(events), yaml.StreamEndEvent):
        raise PlainYamlError("empty")
    value = _value(next(events), events, MOST_DEPTH)
    next(events)  # the end of the document
    following = next(events)
    if not isinstance(following, yaml.StreamEndEvent):
        raise _refused(following, "a second document")
    return value


def _value(event: Any, events: Iterator[Any], depth: int) -> Any:
    _check(event, depth)
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, depth - 1)
    items = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_value(event, events, depth - 1))
    return items


def _mapping(events: Iterator[Any], depth: int) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if isinstance(event, yaml.CollectionStartEvent):
            raise _refused(event, "a key that is not a text")
        key = _value(event, events, depth)
        if key in pairs:
            raise _refused(event, f"the key {key[:60]!r} for a second time")
        pairs[key] = _value(next(events), events, depth)
    return pairs


def _in_british(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_british(item) for item in value]
    if not isinstance(value, dict):
        return value
    pairs: dict[str, Any] = {}
    for key, inner in value.items():
        named = key.replace("license", "licence") if _AMERICAN.fullmatch(key) else key
        if named in pairs:
            raise PlainYamlError(f"{named!r} and {named.replace('licence', 'license')!r} are one key; give it once")
        pairs[named] = inner if key == _NAMES else _in_british(inner)
    return pairs


def _check(event: Any, depth: int) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise _refused(event, "an alias (*)")
    if event.anchor is not None:
        raise _refused(event, "an anchor (&)")
    if event.tag is not None:
        raise _refused(event, "a tag (!)")
    if not depth:
        raise _too_deep(event.start_mark.line + 1)


def _refused(event: Any, what: str) -> PlainYamlError:
    return _not_allowed(event.start_mark.line + 1, what)


def _too_deep(line: int) -> PlainYamlError:
    return _not_allowed(line, f"a value nested more than {MOST_DEPTH} deep")


def _not_allowed(line: int, what: str) -> PlainYamlError:
    return PlainYamlError(f"line {line}: {what}, which no rule may have")
