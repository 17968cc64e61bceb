"""The bytes of a YAML file in, mappings, lists and texts out: the part of YAML that has no surprises.

Every scalar is the text that stands in the file, so that ``no``, ``1.10`` and ``2024-04-01`` stay what was written.
Tags, anchors, aliases and repeated keys are refused, and so is what is large or nested deeply. The key ``license`` is
read as ``licence``, as it is called here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

from .lazy import lazy_pattern
from .nesting import passing_in_refused_yaml

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


# Results of benchmarks stand in front matter too: the longest seen has 5,000 lines.
MOST_CHARACTERS = 512 * 1024
_DEEPEST = 40
_NULL = ("", "~", "null", "Null", "NULL")


class BrokenYamlError(Exception):
    """``reason`` says what is wrong on ``line`` (1-based)."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


class Value(Struct, frozen=True):
    """The scalars under a key, as spelled, and the line (1-based) of the key; ``texts`` is empty for null."""

    line: int
    texts: tuple[str, ...]


def top_level(text: str, wanted: frozenset[str]) -> dict[str, Value]:
    """Those of the ``wanted`` keys of the mapping ``text`` whose value is a scalar or a list of scalars.

    Reads the parser's events and constructs nothing, so a date stays a text, and a tag or an alias, which a card never
    needs, is refused. Raises BrokenYamlError.
    """
    if len(text) > MOST_CHARACTERS:
        raise BrokenYamlError(1, f"over the limit of {MOST_CHARACTERS // 1024} KB for YAML")
    reader = _Reader(wanted)
    for event in _events(text):
        reader.take(event)
    return reader.values


def _events(text: str) -> Iterator[yaml.Event]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except RecursionError:
        raise _nested_too_deep(passing_in_refused_yaml(text, None, _DEEPEST) or 1) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # The parser reads ahead and has a limit of its own, which may be met before the events that go past ours.
        if deep := passing_in_refused_yaml(text, mark, _DEEPEST):
            raise _nested_too_deep(deep) from None
        reason = error.problem or error.context or "cannot be parsed"
        raise BrokenYamlError(mark.line + 1 if mark else 1, f"not valid YAML ({' '.join(reason.split())})") from None
    except yaml.YAMLError:
        raise BrokenYamlError(1, "not valid YAML (a character that YAML does not allow)") from None


class _Reader:
    """Follows the events of one document; ``_key`` is the key whose value comes next."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self.values: dict[str, Value] = {}
        self._depth = 0
        self._key: tuple[str, int] | None = None
        self._listed: list[str] | None = None

    def take(self, event: yaml.Event) -> None:
        _refuse(event)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._depth == 0:
            raise BrokenYamlError(_line(event), "not a mapping of keys to values")
        is_null = event.implicit[0] and event.value in _NULL
        if self._depth == 2 and self._listed is not None:
            self._listed += [] if is_null else [event.value]
        elif self._depth == 1 and self._key is None:
            self._key = event.value, _line(event)
        elif self._depth == 1:
            self._store(() if is_null else (event.value,))

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        self._depth += 1
        is_list = isinstance(event, yaml.SequenceStartEvent)
        if self._depth == 1 and is_list:
            raise BrokenYamlError(_line(event), "not a mapping of keys to values")
        if self._depth > _DEEPEST:
            raise _nested_too_deep(_line(event))
        if self._depth == 2:
            if self._key is None:
                raise BrokenYamlError(_line(event), "a key that is not a text")
            self._listed = [] if is_list else None

    def _close(self) -> None:
        self._depth -= 1
        if self._depth != 1:
            return
        if self._listed is not None:
            self._store(tuple(self._listed))
        self._key = self._listed = None

    def _store(self, texts: tuple[str, ...]) -> None:
        if self._key is not None and self._key[0] in self._wanted:
            name, line = self._key
            if name in self.values:
                raise BrokenYamlError(line, f"key {name!r} for the second time")
            self.values[name] = Value(line, texts)
        self._key = None


def _refuse(event: yaml.Event) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise BrokenYamlError(_line(event), "an anchor or alias (& or *), which is not read here")
    if getattr(event, "tag", None):
        raise BrokenYamlError(_line(event), "a tag (!), which is not read here")


def _nested_too_deep(line: int) -> BrokenYamlError:
    return BrokenYamlError(line, f"nested more than {_DEEPEST} deep")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
