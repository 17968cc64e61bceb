"""YAML of one flat mapping in, the texts under its keys out: nothing is built that the text could choose."""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from msgspec import Struct

from ..nesting import passing_in_refused_yaml

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
        raise _too_deep(passing_in_refused_yaml(text, None, _DEEPEST) or 1) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # The parser reads ahead and has a limit of its own, which may be met before the events that go past ours.
        if deep := passing_in_refused_yaml(text, mark, _DEEPEST):
            raise _too_deep(deep) from None
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
            raise _too_deep(_line(event))
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


def _too_deep(line: int) -> BrokenYamlError:
    return BrokenYamlError(line, f"nested more than {_DEEPEST} deep")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
