"""One file of rules in, one checked rule out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TypeVar

import msgspec

from ..errors import RuleError
from ..findings import Level
from ..patterns import lazy_pattern
from .checking import finding_problems, licence_problems
from .model import Duty, Family, FindingRule, LicenceRule, Scope
from .plain_yaml import MOST_BYTES, PlainYamlError, read_plain_yaml

Rule = TypeVar("Rule", LicenceRule, FindingRule)

_CHOICES: dict[str, type[Enum]] = {"duty": Duty, "family": Family, "level": Level, "scope": Scope}
_KINDS = {
    "array": "a list",
    "object": "a mapping",
    "str": "a text",
    "bool": "true or false",
    "float": "a number",
    "int": "a number",
}
_WORDS = (
    (lazy_pattern(r"Object missing required field `(?P<key>\w+)`"), "is missing"),
    (lazy_pattern(r"Object contains unknown field `(?P<key>[^`]*)`"), "is not a key of a rule"),
    (lazy_pattern(r"Expected `str` of length >= 1"), "is empty"),
)


def read_licence(path: Path) -> LicenceRule:
    """The licence at ``path``, whose name must be its id. Raises RuleError naming the file and the key."""
    rule = _read(path, LicenceRule)
    _refuse(path, licence_problems(rule))
    return rule


def read_finding(path: Path) -> FindingRule:
    """As ``read_licence``, for a finding."""
    rule = _read(path, FindingRule)
    _refuse(path, finding_problems(rule))
    return rule


def _read(path: Path, kind: type[Rule]) -> Rule:
    try:
        rule = msgspec.convert(read_plain_yaml(_bytes(path)), kind, strict=False)
    except PlainYamlError as error:
        raise RuleError(f"{path}: {error}") from None
    except msgspec.ValidationError as error:
        raise RuleError(f"{path}: {' '.join(_explained(str(error)).split())}") from None
    if rule.id != path.stem:
        raise RuleError(f"{path}: id: {rule.id!r} is not the file's name")
    return rule


def _refuse(path: Path, problems: Iterator[str]) -> None:
    for problem in problems:
        raise RuleError(f"{path}: {problem}")


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise RuleError(f"{path}: not a file")
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from None


def _explained(message: str) -> str:
    """msgspec's sentence, its place first: ``obligations[1].duty: is missing``."""
    what, _, where = message.partition(" - at `")
    where = where.rstrip("`").removeprefix("$").removeprefix(".")
    for pattern, words in _WORDS:
        if match := pattern.fullmatch(what):
            named = ".".join(part for part in (where, match.groupdict().get("key", "")) if part)
            return f"{named}: {words}"
    return f"{where or 'the whole file'}: {_choice(where) or _kind(what)}"


def _choice(where: str) -> str:
    choices = _CHOICES.get(where.rpartition(".")[2])
    return f"is not one of {', '.join(str(choice.value) for choice in choices)}" if choices else ""


def _kind(what: str) -> str:
    match = re.fullmatch(r"Expected `(\w+)[^`]*`, got `(\w+)`", what)
    if match is None:
        return what
    wanted, found = (_KINDS.get(name, name) for name in match.groups())
    return f"must be {wanted}, not {found}"
