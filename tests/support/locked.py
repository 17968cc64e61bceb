"""Reads the lock of the tests' environment, and answers what the scripts of .ci/ ask about it.

``python -m tests.support.locked newer`` lists what is installed in another release than the lock's. ``plain FOLDER``
writes what pip-audit is given, and ``told FOLDER`` says in lines and an exit code what it answered there.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parent.parent / "requirements.txt"
_HASH = re.compile(r" --hash=sha256:[0-9a-f]{64}(?= |$)")


class Locked(NamedTuple):
    """One release of one package, and for how many files of it there is a hash."""

    requirement: Requirement
    hashes: int

    @property
    def name(self) -> str:
        """The name as pip compares it."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The one version that is allowed; raises ValueError where that is not so."""
        (only,) = self.requirement.specifier
        if only.operator != "==" or "*" in only.version:
            raise ValueError(f"{self.requirement} is not pinned")
        return only.version

    def is_for(self, around: dict[str, str] | None = None) -> bool:
        """Whether it is for this Python and system, or for the one that these marker variables tell of."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(dict(around or {}))


def locked(text: str) -> Iterator[Locked]:
    """Each entry of a lock. Raises ValueError for a line that is no requirement, such as an option of pip's."""
    joined = text.replace("\\\n", " ")
    for line in (line.strip() for line in joined.splitlines()):
        if line and not line.startswith("#"):
            line = " ".join(line.split())
            yield Locked(Requirement(_HASH.sub("", line)), len(_HASH.findall(line)))


def newer(entries: Iterable[Locked]) -> Iterator[str]:
    """What is installed here and not as locked."""
    for each in filter(Locked.is_for, entries):
        try:
            installed = version(each.name)
        except PackageNotFoundError:
            installed = "not installed"
        if installed != each.version:
            yield f"{each.name}: {each.version} locked, {installed} here"


def plain(entries: Iterable[Locked]) -> list[str]:
    """Requirements files for every Python and system at once, each of which names a package once."""
    files: list[dict[str, str]] = []
    for each in entries:
        free = next((file for file in files if each.name not in file), None)
        if free is None:
            files.append(free := {})
        free[each.name] = f"{each.name}=={each.version}\n"
    return ["".join(file.values()) for file in files]


def told(reports: Sequence[Path], asked: int) -> tuple[list[str], int]:
    """Lines and the exit code for pip-audit's reports: 0 nothing known, 1 advisories, 2 not all was looked up."""
    try:
        answers = [each for report in reports for each in json.loads(report.read_bytes())["dependencies"]]
    except (OSError, ValueError, KeyError, TypeError):
        return ["not audited: the advisory service cannot be reached, or pip-audit failed"], 2
    known = [
        f"{each['name']} {each['version']}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'no release'}"
        for each in answers
        for found in each.get("vulns", ())
    ]
    missing = asked - sum("skip_reason" not in each for each in answers)
    if missing:
        return [*known, f"not audited: the advisory service does not know {missing} of {asked} locked releases"], 2
    return known or [f"no advisory for any of {asked} locked releases"], 1 if known else 0


def _main(task: str, folder: str = "") -> int:
    entries = list(locked(LOCK.read_text(encoding="utf-8")))
    if task == "newer":
        print(*newer(entries), sep="\n")
        return 0
    files = {Path(folder, f"{number}.txt"): text for number, text in enumerate(plain(entries))}
    if task == "plain":
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        return 0
    lines, code = told([path.with_suffix(".json") for path in files], len(entries))
    print(*lines, sep="\n")
    return code


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
