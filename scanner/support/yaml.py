"""YAML without its surprises, for our own files (all of a file) and for a repository's (a few keys of it).

Edit this when YAML is read that should be refused, or the other way round. Tags, anchors, aliases and deep nesting are
refused for both, and every scalar is the text that stands there: ``no``, ``1.10`` and ``2024-04-01`` stay as written.
Import this module where it is used: PyYAML, which few runs need, takes 20 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

from .lazy import lazy_pattern
from .nesting import passing_in_refused_yaml

# Of our own files: rules, and the recipe of the licence texts.
MOST_BYTES = 256_000
MOST_DEPTH = 12
# Of a repository's. Results of benchmarks stand in front matter too: the longest seen has 5,000 lines.
MOST_CHARACTERS = 512 * 1024
_MOST_DEPTH_OF_THEIRS = 40

_AMERICAN = lazy_pattern(r"license(?:_[a-z]+)?")
# Under this key of an example the keys are names of files.
_NAMES = "files"
_NULL = ("", "~", "null", "Null", "NULL")
# libyaml where PyYAML was built with it: ten times as fast, the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BrokenYamlError(Exception):
    """``reason`` says what is wrong on ``line`` (1-based), or, where that is 0, with the whole text."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason, self.line = reason, line


class Value(Struct, frozen=True):
    """The scalars under a key, as spelled, and the line (1-based) of the key; ``texts`` is empty for null."""

    line: int
    texts: tuple[str, ...]


class KeyPlace(Struct, frozen=True):
    """A key of a mapping, and where its value stands. Offsets are in characters of the text."""

    name: str
    column: int
    start: int
    "Where the value begins; of one that is left out, right behind the colon."
    end: int
    "Where it ends; of a nested one, where the last scalar or bracket in it does."
    texts: tuple[str, ...] | None
    "As `Value.texts`; None where the value is nested."
    content: tuple[tuple[str, str, str], ...]
    "All that stands in the value: the same for two texts that say the same in the same way."


def read_plain_yaml(content: bytes) -> Any:
    """All of one of our files: dict, list or str; the key ``license`` reads as ``licence``. Raises BrokenYamlError."""
    if len(content) > MOST_BYTES:
        raise BrokenYamlError(f"larger than {MOST_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenYamlError(f"not UTF-8 at byte {error.start + 1}") from None
    return _in_british(_document(_events(text, MOST_DEPTH)))


def top_level(text: str, wanted: frozenset[str]) -> dict[str, Value]:
    """Those of the ``wanted`` keys of a repository's mapping whose value is a scalar or a list of scalars.

    Whatever else stands in it is passed over, also what stands twice. Raises BrokenYamlError.
    """
    if len(text) > MOST_CHARACTERS:
        raise BrokenYamlError(f"over the limit of {MOST_CHARACTERS // 1024} KB for YAML", 1)
    reader = _TopLevel(wanted)
    for event in _events(text, _MOST_DEPTH_OF_THEIRS):
        reader.take(event)
    return reader.values


def key_places(text: str) -> tuple[KeyPlace, ...]:
    """Each key of a repository's mapping, in order, for who edits the text. Raises BrokenYamlError.

    Refused is also what a reader may understand in two ways: a key twice, a second document, a mapping in braces.
    """
    if len(text) > MOST_CHARACTERS:
        raise BrokenYamlError(f"over the limit of {MOST_CHARACTERS // 1024} KB for YAML", 1)
    events = _events(text, _MOST_DEPTH_OF_THEIRS)
    next(events)  # the start of the stream
    if isinstance(next(events), yaml.StreamEndEvent):
        return ()
    opening = next(events)
    if not isinstance(opening, yaml.MappingStartEvent):
        raise BrokenYamlError("not a mapping of keys to values", _line(opening))
    found: dict[str, KeyPlace] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if opening.flow_style:
            raise BrokenYamlError("a mapping in braces: write one key a line", _line(opening))
        if not isinstance(key, yaml.ScalarEvent):
            raise BrokenYamlError("a key that is not a text", _line(key))
        if key.value in found:
            raise BrokenYamlError(f"key {key.value[:60]!r} for the second time", _line(key))
        found[key.value] = _key_place(key, events)
    next(events)  # the end of the document
    if not isinstance(following := next(events), yaml.StreamEndEvent):
        raise BrokenYamlError("a second document", _line(following))
    return tuple(found.values())


def _key_place(key: yaml.ScalarEvent, events: Iterator[Any]) -> KeyPlace:
    first: Any = next(events)
    taken = [first]
    depth, end = int(isinstance(first, yaml.CollectionStartEvent)), first.end_mark.index
    while depth:
        event = next(events)
        taken.append(event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.ScalarEvent) or _closes(event):
            end = event.end_mark.index
    inner = taken[1:-1] if isinstance(first, yaml.SequenceStartEvent) else [first]
    plain = all(isinstance(each, yaml.ScalarEvent) for each in inner)
    texts = tuple(each.value for each in inner if not _is_null(each)) if plain else None
    content = tuple((type(each).__name__, getattr(each, "value", ""), _style(each)) for each in taken)
    column = key.start_mark.column if key.start_mark else 0
    return KeyPlace(key.value, column, first.start_mark.index, end, texts, content)


def _closes(event: Any) -> bool:
    """Whether the event is a closing bracket or brace, which stands in the text."""
    is_end = isinstance(event, yaml.CollectionEndEvent)
    return bool(is_end and event.end_mark.index > event.start_mark.index)


def _style(event: Any) -> str:
    """How a value is written, as far as that may change what it is: a plain 1.0 is a number, a quoted one is not."""
    if isinstance(event, yaml.ScalarEvent):
        return "plain" if event.implicit[0] else "quoted"
    return ""


def _is_null(event: yaml.ScalarEvent) -> bool:
    return event.implicit[0] and event.value in _NULL


def _events(text: str, most: int) -> Iterator[yaml.Event]:
    """What the parser meets in the text, none of it constructed; lists and mappings nest ``most`` deep."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            _refuse(event)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > most:
                raise _nested_too_deep(most, _line(event))
            yield event
    except RecursionError:
        raise _nested_too_deep(most, passing_in_refused_yaml(text, None, most) or 1) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # The parser reads ahead and has a limit of its own, which may be met before the events that go past ours.
        if deep := passing_in_refused_yaml(text, mark, most):
            raise _nested_too_deep(most, deep) from None
        reason = error.problem or error.context or "cannot be parsed"
        raise BrokenYamlError(f"not valid YAML ({' '.join(reason.split())})", mark.line + 1 if mark else 1) from None
    except yaml.YAMLError:
        raise BrokenYamlError("not valid YAML (a character that YAML does not allow)", _refused_line(text)) from None


def _refuse(event: yaml.Event) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise BrokenYamlError("an anchor or alias (& or *), which is not read here", _line(event))
    if getattr(event, "tag", None) is not None:
        raise BrokenYamlError("a tag (!), which is not read here", _line(event))


def _nested_too_deep(most: int, line: int) -> BrokenYamlError:
    return BrokenYamlError(f"nested more than {most} deep", line)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _refused_line(text: str) -> int:
    """The line of the first character that YAML does not allow; the parser does not say."""
    found = yaml.SafeLoader.NON_PRINTABLE.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _document(events: Iterator[Any]) -> Any:
    """The value of the one document in the text."""
    next(events)  # the start of the stream
    if isinstance(next(events), yaml.StreamEndEvent):
        raise BrokenYamlError("empty")
    value = _value(next(events), events)
    next(events)  # the end of the document
    following = next(events)
    if not isinstance(following, yaml.StreamEndEvent):
        raise BrokenYamlError("a second document", _line(following))
    return value


def _value(event: Any, events: Iterator[Any]) -> Any:
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events)
    items = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_value(event, events))
    return items


def _mapping(events: Iterator[Any]) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if isinstance(event, yaml.CollectionStartEvent):
            raise BrokenYamlError("a key that is not a text", _line(event))
        if event.value in pairs:
            raise BrokenYamlError(f"key {event.value[:60]!r} for the second time", _line(event))
        pairs[event.value] = _value(next(events), events)
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
            raise BrokenYamlError(f"{named!r} and {named.replace('licence', 'license')!r} are one key; give it once")
        pairs[named] = inner if key == _NAMES else _in_british(inner)
    return pairs


class _TopLevel:
    """Follows the events of a mapping and keeps the values wanted; ``_key`` is the key whose value comes next."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self.values: dict[str, Value] = {}
        self._depth = 0
        self._key: tuple[str, int] | None = None
        self._listed: list[str] | None = None

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._depth == 0:
            raise BrokenYamlError("not a mapping of keys to values", _line(event))
        is_null = _is_null(event)
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
            raise BrokenYamlError("not a mapping of keys to values", _line(event))
        if self._depth == 2:
            if self._key is None:
                raise BrokenYamlError("a key that is not a text", _line(event))
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
                raise BrokenYamlError(f"key {name!r} for the second time", line)
            self.values[name] = Value(line, texts)
        self._key = None
