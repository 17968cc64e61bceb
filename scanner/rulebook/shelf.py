"""An id in, its rule out: the rules that come with modelkin, or those of another folder, each read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ..errors import RuleError
from ..shipped import shipped_folder as folder_of
from .model import FindingRule, LicenceRule

_SUFFIX = ".yaml"


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


# Reading loads YAML, which a run that finds no copy does without.
@cache
def _licence(folder: Path, identifier: str) -> LicenceRule | None:
    from .reading import read_licence

    path = _path(folder / "licences", identifier)
    return read_licence(path) if path else None


@cache
def _finding(folder: Path, identifier: str) -> FindingRule | None:
    from .reading import read_finding

    path = _path(folder / "findings", identifier)
    return read_finding(path) if path else None


@cache
def _licences(folder: Path) -> tuple[LicenceRule, ...]:
    from .checking import clashes

    found = (_licence(folder, identifier) for identifier in sorted(_identifiers(folder / "licences")))
    rules = tuple(rule for rule in found if rule)
    for rule, problem in clashes(rules):
        raise RuleError(f"{_path(folder / 'licences', rule.id)}: {problem}")
    return rules


def _path(folder: Path, identifier: str) -> Path | None:
    """Only what is listed in the folder is a path: no id reaches out of it, whatever the system thinks of case."""
    return folder / f"{identifier}{_SUFFIX}" if identifier in _identifiers(folder) else None


@cache
def _identifiers(folder: Path) -> frozenset[str]:
    """The ids in a folder. Whatever else lies in it is a mistake someone would want to know of."""
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise RuleError(f"{folder}: cannot be read: {error.strerror}") from None
    for path in paths:
        if path.suffix != _SUFFIX:
            raise RuleError(f"{path}: not a rule; a rule's name is its id and {_SUFFIX}")
    return frozenset(path.name.removesuffix(_SUFFIX) for path in paths)
