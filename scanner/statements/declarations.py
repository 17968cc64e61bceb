"""The text of a metadata file in, the licences it names out: pyproject.toml, setup.cfg, METADATA, CITATION.cff."""

from __future__ import annotations

import configparser
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from ..regions import Region
from ..sources import Skipped
from .core_metadata import header_fields
from .model import Declaration

_CLASSIFIER = "License ::"
_LONGEST_NAME = 200
_MOST_NAMED = 50


class _Named(NamedTuple):
    """A licence as some key states it, and the line (1-based) of the key."""

    stated: str
    line: int


class UnreadableError(Exception):
    """Why a metadata file tells nothing, in one line."""


def read_declarations(path: str, text: str) -> tuple[tuple[Declaration, ...], Skipped | None]:
    """The licences that the metadata file at ``path`` declares, and why it could not be read, if so."""
    name = path.rpartition("/")[2].lower()
    if "licen" not in text.lower():
        return (), None
    try:
        named = list(islice(_READERS[name](text), _MOST_NAMED))
    except UnreadableError as error:
        return (), Skipped(path, f"its licence is not known: {error}")
    declared = [_declaration(path, each) for each in dict.fromkeys(named) if each.stated.strip()]
    return tuple(declared), None


def declared_licences(stated: str) -> tuple[str, ...]:
    """The ids that ``stated`` means: a name, an expression, a classifier, or the text of a licence itself."""
    from ..licences import identify, licence_ids

    if "\n" in stated or len(stated) > _LONGEST_NAME:
        return tuple(dict.fromkeys(found.licence for found in identify(stated)))
    return tuple(licence_ids(stated))


def _declaration(path: str, named: _Named) -> Declaration:
    first = next(line.strip() for line in named.stated.split("\n") if line.strip())
    return Declaration(Region(path, named.line, named.line), first[:_LONGEST_NAME], declared_licences(named.stated))


def _pyproject(text: str) -> Iterator[_Named]:
    from .toml import BrokenTomlError, line_of, parse_toml

    try:
        tables = parse_toml(text)
    except BrokenTomlError as error:
        raise UnreadableError(str(error)) from None
    project, tool = _table(tables, "project"), _table(tables, "tool")
    places = (
        ("project", project),
        ("tool.poetry", _table(tool, "poetry")),
        ("tool.flit.metadata", _table(_table(tool, "flit"), "metadata")),
    )
    for place, table in places:
        licence = table.get("license")
        stated = licence.get("text") if isinstance(licence, dict) else licence
        if isinstance(stated, str):
            yield _Named(stated, line_of(text, place, "license"))
        classifiers = table.get("classifiers")
        for each in classifiers if isinstance(classifiers, list) else ():
            if isinstance(each, str) and each.startswith(_CLASSIFIER):
                yield _Named(each, _line_with(text, each))


def _table(tables: dict[str, Any], name: str) -> dict[str, Any]:
    found = tables.get(name)
    return found if isinstance(found, dict) else {}


def _setup_cfg(text: str) -> Iterator[_Named]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise UnreadableError(f"not valid: {' '.join(str(error).split())[:_LONGEST_NAME]}") from None
    if not parser.has_section("metadata"):
        return
    metadata = dict(parser.items("metadata"))
    if (stated := metadata.get("license", "")) and not stated.startswith("file:"):
        yield _Named(stated, _line_with(text, "license"))
    for each in metadata.get("classifiers", metadata.get("classifier", "")).splitlines():
        if each.strip().startswith(_CLASSIFIER):
            yield _Named(each.strip(), _line_with(text, each.strip()))


def _setup_py(text: str) -> Iterator[_Named]:
    from .setup_script import MOST_BYTES, setup_arguments

    if len(text) > MOST_BYTES:
        raise UnreadableError(f"it is over the limit of {MOST_BYTES // 1024} KB for a setup.py")
    for name, value, line in setup_arguments(text):
        if name == "license" or value.startswith(_CLASSIFIER):
            yield _Named(value, line)


def _core_metadata(text: str) -> Iterator[_Named]:
    for name, value, line in header_fields(text):
        if name in ("license", "license-expression") or (name == "classifier" and value.startswith(_CLASSIFIER)):
            yield _Named(value, line)


def _citation(text: str) -> Iterator[_Named]:
    from .flat_yaml import BrokenYamlError, top_level

    try:
        licence = top_level(text, frozenset(("license",))).get("license")
    except BrokenYamlError as error:
        raise UnreadableError(str(error)) from None
    for stated in licence.texts if licence else ():
        yield _Named(stated, licence.line if licence else 1)


def _line_with(text: str, words: str) -> int:
    """The first line that begins with ``words``, quotes and white space aside; 1 when none does."""
    lines = enumerate(text.split("\n"), 1)
    return next((number for number, line in lines if line.strip(" \t\"',").startswith(words)), 1)


_READERS: dict[str, Callable[[str], Iterator[_Named]]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "pkg-info": _core_metadata,
    "metadata": _core_metadata,
    "citation.cff": _citation,
}
