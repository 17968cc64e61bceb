"""What is nested too deeply is said in our words, whatever limit a parser has, gets or loses."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.corpus.builds.manifest import read_manifest
from modelkin.errors import CorpusError
from modelkin.repository import configuration
from modelkin.repository.configuration import Surroundings, read_configuration_file
from modelkin.sources.notebooks import BrokenNotebookError, join_cells
from modelkin.support import toml
from modelkin.support.nesting import MOST_DEPTH, is_deep_json, is_deep_toml, passing
from modelkin.support.yaml import MOST_BYTES, BrokenYamlError, read_plain_yaml, top_level

from .processor_time import processor_seconds

# Each nests as deeply as it is long, but for the one that closes what it opens.
DEEP_YAML = {
    "lists": "[" * 100_000,
    "mappings": "{a: " * 40_000,
    "both": "[{a: " * 40_000,
    "keys": "{? " * 40_000,
    "lines": "[\n" * 100_000,
    "block": "- " * 100_000,
    "block keys": "? " * 100_000,
    "closed": "[" * 5_000 + "]" * 5_000,
    "quoted": '["' + "x" * 2_000 + '", ' + "[" * 100_000,
}
LOADERS = [loader for loader in ("CSafeLoader", "SafeLoader") if hasattr(yaml, loader)]


class Limited:
    """A parser of YAML with a limit of its own, which it meets before it tells of anything."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __call__(self, *_arguments: object, **_options: object) -> Any:
        raise self.error


def limits() -> list[BaseException]:
    mark = yaml.Mark("a text", 2_000, 0, 2_000, "", 0)
    return [
        yaml.scanner.ScannerError("while increasing flow level", mark, "no more than 7 levels", mark),
        yaml.parser.ParserError("while parsing", None, "too complex", mark),
        yaml.composer.ComposerError(None, None, "depth", mark),
        RecursionError("maximum recursion depth exceeded"),
    ]


def test_deep_yaml_is_said_to_be_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for loader, text in product(LOADERS, DEEP_YAML.values()):
        monkeypatch.setattr("modelkin.support.yaml._LOADER", getattr(yaml, loader))
        with pytest.raises(BrokenYamlError, match=r"^line \d+: (nested more than 12 deep|a key that is not a text)$"):
            read_plain_yaml(text[:MOST_BYTES].encode())
        with pytest.raises(BrokenYamlError, match=r"^line \d+: (nested more than 40 deep|a key that is not a text)$"):
            top_level(f"a:\n {text}", frozenset("a"))


def test_a_parser_s_own_limit_does_not_change_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in limits():
        monkeypatch.setattr(yaml, "parse", Limited(error))
        with pytest.raises(BrokenYamlError, match=r"^line 1: nested more than 12 deep$"):
            read_plain_yaml(b"[" * 1_000)
        with pytest.raises(BrokenYamlError, match=r"^line 1: nested more than 40 deep$"):
            top_level("{a: " * 1_000, frozenset("a"))


def test_a_manifest_is_nested_too_deeply_whatever_its_parser_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for error in limits():
        (tmp_path / "manifest.yaml").write_text("[" * 1_000)
        monkeypatch.setattr(yaml, "safe_load", Limited(error))
        with pytest.raises(CorpusError, match=r"manifest\.yaml: not valid YAML: nested too deeply$"):
            read_manifest(tmp_path / "manifest.yaml")


def test_what_is_wrong_before_the_nesting_is_what_is_said() -> None:
    with pytest.raises(BrokenYamlError, match="line 1: not valid YAML \\(mapping values"):
        read_plain_yaml(b"a: b: c\nd: " + b"[" * 1_000)


JSON_NESTS: dict[str, Callable[[int], str]] = {
    "lists": lambda depth: "[" * depth + "]" * depth,
    "objects": lambda depth: '{"a":' * depth + "1" + "}" * depth,
    "both": lambda depth: '[{"a":' * (depth // 2) + ("[]" if depth % 2 else "1") + "}]" * (depth // 2),
    "behind strings": lambda depth: '["\\\\", "]]]]\\"]]", ' + "[" * (depth - 1) + "]" * depth,
}


def test_json_and_toml_may_nest_as_deeply_as_we_say_and_no_deeper() -> None:
    for nest in JSON_NESTS.values():
        fits, deep = nest(MOST_DEPTH), nest(MOST_DEPTH + 1)
        around = Surroundings(frozenset(), ())
        json.loads(fits)
        assert not is_deep_json(fits), nest
        assert all(is_deep_json(deep.encode(codec)) for codec in ("utf-8", "utf-16", "utf-32")), nest
        with pytest.raises(BrokenNotebookError, match=r"^nested too deeply$"):
            join_cells(deep.encode())
        found = read_configuration_file("config.json", f'{{"auto_map": {deep}}}', around)
        assert getattr(found, "reason", None) == "not valid JSON: nested too deeply", nest
        assert not hasattr(
            read_configuration_file("config.json", f'{{"auto_map": {nest(MOST_DEPTH - 1)}}}', around), "reason"
        ), nest
        inline = deep.replace(":", "=")
        with pytest.raises(toml.BrokenTomlError, match=r"^not valid TOML: nested too deeply$"):
            toml.parse_toml(f"a = {inline}")
        toml.parse_toml(f"a = {fits.replace(':', '=')}")


@pytest.mark.parametrize("name", ["tomllib", "json"])
def test_the_parser_of_a_text_that_is_too_deep_is_not_asked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def loads(_text: str) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(getattr(toml if name == "tomllib" else configuration, name), "loads", loads)
    if name == "tomllib":
        with pytest.raises(toml.BrokenTomlError, match="nested too deeply"):
            toml.parse_toml("a = " + "[" * 1_000)
    else:
        with pytest.raises(BrokenNotebookError, match="nested too deeply"):
            join_cells(b"[" * 1_000)


BRACKETS = "[{" * 300
NO_NESTING = {
    "basic string": f'a = "{BRACKETS}"',
    "escaped quote": f'a = "\\"{BRACKETS}\\\\"',
    "literal string": f"a = '\\{BRACKETS}'",
    "long strings": f"a = \"\"\"\n{BRACKETS}\"\n\"\"\"\nb = '''\n{BRACKETS}'\n'''",
    "comment": f"# {BRACKETS}\na = 1 # don't {BRACKETS}",
    "one after another": "a = [" + "[], {}, " * 300 + "]",
}


def test_brackets_that_open_nothing_are_not_counted_in_toml() -> None:
    for text in NO_NESTING.values():
        assert toml.parse_toml(text), text


_VALUES = st.recursive(st.text('[]{}"\\a'), lambda inner: st.lists(inner) | st.dictionaries(st.text('[{"\\'), inner))


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, list | dict) + max(map(_depth, inner), default=0)


@settings(deadline=None)
@given(_VALUES)
def test_brackets_in_json_are_counted_as_its_parser_does(value: Any) -> None:
    # A text of brackets beside it, so that there are enough of them for the count to take place.
    text = json.dumps([value, "[" * MOST_DEPTH], ensure_ascii=False)
    around = MOST_DEPTH - _depth([value])
    for more in (0, 1):
        assert is_deep_json("[" * (around + more) + text + "]" * (around + more)) == bool(more)


def test_a_bracket_that_opens_too_much_is_found_on_its_line() -> None:
    assert passing("[\n[\n]\n[\n[", 2) == 5
    assert passing("]" * 100 + "[[", 2) is None


def test_counting_takes_no_longer_than_in_proportion() -> None:
    for text in ("[]", '"', '\\"', "'", '"""', "'''", "#", "[\n", '"\n', "\\"):
        long = text * 300_000 + "[" * MOST_DEPTH
        with processor_seconds(at_most=4):
            is_deep_json(long)
            is_deep_toml(long)
            passing(long, MOST_DEPTH)
