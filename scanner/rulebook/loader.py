"""The rules as they stand in ``rules/``: one licence or finding by its id, or all, read and checked.

Edit this when a rule could be wrong in one more way: what is wrong is said in one line, with the file and the key. A
new fact that messages of findings may name goes into ``FIELDS``; what a rule may say at all is in ``model.py``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ..errors import RuleError
from ..results import Level
from ..support.data_files import shipped_folder as folder_of
from ..support.lazy import lazy_pattern
from .anchors import anchor_problem
from .compiled import compiled_value
from .model import Duty, Family, FindingRule, LicenceRule, Scope

# What messages of findings may name. Attribution fills in each for every finding; what does not apply is empty.
FIELDS = frozenset(
    {
        "asks",  # what the clause asks for
        "base_model",  # a model that a model card names, or should
        "clause",  # "Apache-2.0 §4(c)"
        "credited",  # the project that the copy's own credit names
        "definitions",  # of the copy, by qualified name
        "figures",  # those of the evidence that a finding on a model rests on
        "found",  # what stands in the copy in place of what is missing
        "holders",  # the upstream's copyright lines that are concerned
        "key",  # of a configuration file
        "licence",  # the upstream file's
        "like",  # "a copy of", or "alike with" where it is not known who was first
        "like_changed",  # "a changed copy of", or "alike with"
        "missing",  # the text that should stand there
        "path",  # the copy's
        "project",  # the upstream's
        "project_at",  # the same with the upstream file's address: "transformers (https://...)"
        "reason",  # why two licences cannot be combined
        "release",  # the upstream's first release with that text
        "share",  # of the copy's tokens, in percent
        "source",  # the upstream as a credit names it: "transformers 4.28.1 (2023-04-18), models/llama/..., https://..."
        "upstream",  # "transformers 4.28.1 models/llama/modeling_llama.py"
        "upstream_path",
        "url",  # the upstream file's
        "value",  # of the configuration's key
        "whole",  # the licence of the repository the copy stands in
    }
)

_SUFFIX = ".yaml"
# More than YAML of ours may have.
_MOST_READ = 256_001
_ID = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_FAMILIES = frozenset(family.value for family in Family)
# These say nothing without the exact words.
_EXACT = frozenset({Duty.EXACT_NOTICE, Duty.DISPLAY, Duty.NAME_PREFIX})

_CHOICES: dict[str, type[Enum]] = {"duty": Duty, "family": Family, "level": Level, "scope": Scope}
# What msgspec calls the kinds of values, in words.
_KINDS = {
    "array": "a list",
    "object": "a mapping",
    "str": "a text",
    "bool": "true or false",
    "float": "a number",
    "int": "a number",
}
# What msgspec says is wrong, in words that follow the key.
_SAID = (
    (lazy_pattern(r"Object missing required field `(?P<key>\w+)`"), "is missing"),
    (lazy_pattern(r"Object contains unknown field `(?P<key>[^`]*)`"), "is not a key of a rule"),
    (lazy_pattern(r"Expected `str` of length >= 1"), "is empty"),
)

Rule = TypeVar("Rule", LicenceRule, FindingRule)


def shipped_folder() -> Path:
    """The rules that come with modelkin."""
    return folder_of("rules")


def licence_rule(identifier: str, folder: Path | None = None) -> LicenceRule | None:
    """The licence of that id, from its own file and no other; None where there is none. Raises RuleError."""
    return _licence(folder or shipped_folder(), identifier)


def finding_rule(identifier: str, folder: Path | None = None) -> FindingRule | None:
    """The finding of that id; None where there is none. Raises RuleError."""
    return _finding(folder or shipped_folder(), identifier)


def licence_rules(folder: Path | None = None) -> tuple[LicenceRule, ...]:
    """All licences, by id, also checked against each other. Raises RuleError."""
    return _licences(folder or shipped_folder())


def finding_rules(folder: Path | None = None) -> tuple[FindingRule, ...]:
    """All findings, by id. Raises RuleError."""
    folder = folder or shipped_folder()
    found = (_finding(folder, identifier) for identifier in sorted(_identifiers(folder / "findings")))
    return tuple(rule for rule in found if rule)


@cache
def _licence(folder: Path, identifier: str) -> LicenceRule | None:
    path = _path(folder / "licences", identifier)
    return read_licence(path) if path else None


@cache
def _finding(folder: Path, identifier: str) -> FindingRule | None:
    path = _path(folder / "findings", identifier)
    return read_finding(path) if path else None


@cache
def _licences(folder: Path) -> tuple[LicenceRule, ...]:
    found = (_licence(folder, identifier) for identifier in sorted(_identifiers(folder / "licences")))
    rules = tuple(rule for rule in found if rule)
    for rule, problem in _clashes(rules):
        raise RuleError(f"{_path(folder / 'licences', rule.id)}: {problem}")
    return rules


def _path(folder: Path, identifier: str) -> Path | None:
    """Only what is listed in the folder is a path: no id reaches out of it, whatever the system thinks of case."""
    return folder / f"{identifier}{_SUFFIX}" if identifier in _identifiers(folder) else None


@cache
def _identifiers(folder: Path) -> frozenset[str]:
    """The ids in a folder. Whatever else lies in it is a mistake someone would want to know of."""
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208 - of each run
    except OSError as error:
        raise RuleError(f"{folder}: cannot be read: {error.strerror}") from None
    for name in names:
        if not name.endswith(_SUFFIX):
            raise RuleError(f"{folder / name}: not a rule: rules are named after their id and end in {_SUFFIX}")
    return frozenset(name.removesuffix(_SUFFIX) for name in names)


def read_licence(path: Path) -> LicenceRule:
    """The licence at ``path``, whose name must be its id. Raises RuleError naming the file and the key."""
    rule, is_checked = _read(path, LicenceRule)
    if not is_checked:
        _refuse(path, _licence_problems(rule))
    return rule


def read_finding(path: Path) -> FindingRule:
    """As ``read_licence``, for a finding."""
    rule, is_checked = _read(path, FindingRule)
    if not is_checked:
        _refuse(path, _finding_problems(rule))
    return rule


def _read(path: Path, kind: type[Rule]) -> tuple[Rule, bool]:
    """The rule at ``path``, and whether it was compiled, and so checked before."""
    content = _bytes(path)
    value = compiled_value(path, content)
    is_checked = value is not None
    try:
        rule = msgspec.convert(value if is_checked else _yaml(path, content), kind, strict=False)
    except msgspec.ValidationError as error:
        raise RuleError(f"{path}: {' '.join(_explained(str(error)).split())}") from None
    if rule.id != path.stem:
        raise RuleError(f"{path}: id: {rule.id!r} is not the file's name")
    return rule, is_checked


def _yaml(path: Path, content: bytes) -> Any:
    from ..support.yaml import BrokenYamlError, read_plain_yaml  # takes as long as a small file

    try:
        return read_plain_yaml(content)
    except BrokenYamlError as error:
        raise RuleError(f"{path}: {error}") from None


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise RuleError(f"{path}: not a file")
    try:
        with path.open("rb") as file:
            return file.read(_MOST_READ)
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from None


def _refuse(path: Path, problems: Iterator[str]) -> None:
    for problem in problems:
        raise RuleError(f"{path}: {problem}")


def _licence_problems(rule: LicenceRule) -> Iterator[str]:
    """What is wrong in one licence: each begins with its key."""
    if not _ID.fullmatch(rule.id):
        yield f"id: {rule.id!r} may use letters, digits, full stops, plus signs and hyphens"
    yield from _name_problems(rule)
    for place, obligation in enumerate(rule.obligations):
        if obligation.duty in _EXACT and not obligation.strings:
            yield f"obligations[{place}].strings: is missing; {obligation.duty.value} needs the exact words"
    for key, patterns in (("required", rule.anchors.required), ("refused", rule.anchors.refused)):
        for place, pattern in enumerate(patterns):
            if problem := anchor_problem(pattern):
                yield f"anchors.{key}[{place}]: {pattern!r} {problem}"
    if (rule.combination.under or rule.combination.not_under) and not rule.combination.reason:
        yield "combination.reason: is missing"


def _name_problems(rule: LicenceRule) -> Iterator[str]:
    for place, name in enumerate(rule.names):
        if name != " ".join(name.lower().split()):
            yield f"names[{place}]: {name!r} is not in lower case and single spaces"
        elif name in rule.names[:place] or name == rule.id.lower():
            yield f"names[{place}]: {name!r} stands twice, or is the id"


def _finding_problems(rule: FindingRule) -> Iterator[str]:
    """What is wrong in one finding: each begins with its key."""
    for key in ("message", "remedy", "message_of_many", "remedy_of_many"):
        template = getattr(rule, key)
        if problem := _template_problem(template):
            yield f"{key}: {problem}"
    for key, examples in (("reported", rule.reported), ("passed", rule.passed)):
        if not examples:
            yield f"{key}: has no example"
        for place, example in enumerate(examples):
            if example.copy not in example.files and not example.models:
                yield f"{key}[{place}].copy: {example.copy!r} is not among its files"


def _template_problem(template: str) -> str:
    """Why ``template`` cannot be filled in, in words; empty where it can."""
    from string import Formatter  # rules were checked when they were compiled

    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        return f"is no template: {error}"
    for _, field, form, conversion in parts:
        if field is None:
            continue
        if field not in FIELDS:
            return f"names {{{field}}}; known are {', '.join(sorted(FIELDS))}"
        if form or conversion:
            return f"formats {{{field}}}; a field stands bare"
    return ""


def _clashes(rules: Iterable[LicenceRule]) -> Iterator[tuple[LicenceRule, str]]:
    """What is wrong between licences: the rule it is wrong in, and words that begin with its key."""
    rules = tuple(rules)
    known = _FAMILIES | {rule.id for rule in rules}
    owners = {rule.id.lower(): rule for rule in rules}
    for rule in rules:
        for place, name in enumerate(rule.names):
            if owners.setdefault(name, rule) is not rule:
                yield rule, f"names[{place}]: {name!r} already means {owners[name].id}"
        for key in ("under", "not_under"):
            for place, name in enumerate(getattr(rule.combination, key)):
                if name not in known:
                    yield rule, f"combination.{key}[{place}]: {name!r} is neither a known licence nor a family"


def _explained(message: str) -> str:
    """msgspec's sentence, its place first: ``obligations[1].duty: is missing``."""
    what, _, where = message.partition(" - at `")
    where = where.rstrip("`").removeprefix("$").removeprefix(".")
    for pattern, words in _SAID:
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
