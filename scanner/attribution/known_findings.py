"""Baselines: files of the findings that a project knows already, which fail no run.

Edit this when a finding should be known again after a change that now makes it a new one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..errors import BaselineError
from ..results import Finding, FindingPlace, Level
from ..support.atomic_write import replace_file
from ..support.folders import LinkError
from ..support.lazy import sha256_hex
from .finding_groups import split

SCHEMA = "modelkin.baseline/1"
_MOST_BYTES = 64 * 1024**2
_LEVELS = tuple(Level)


class FindingPrint(Struct, frozen=True):
    """What one file of a finding is known by from run to run."""

    finding: int
    """Which of the findings, counted from 0."""
    place: FindingPlace
    digest: str


def fingerprints(findings: Sequence[Finding]) -> list[FindingPrint]:
    """What each file of each finding is known by: rule, file and upstream file, not its lines, nor who stands beside.

    They are in the order of the findings. Several of one fingerprint are told apart by level, path, line and rule. The
    further files of one fact of the whole come after all others, which are numbered as if there were none.
    """
    told = [(each, number, place) for number, each in enumerate(findings) for place in each.each_place]
    told.sort(key=lambda each: (each[0].indivisible and each[2].region != each[0].region, *_place_order(*each)))
    seen: Counter[tuple[str, str, str]] = Counter()
    prints = []
    for finding, number, place in told:
        region = place.upstream_region
        key = finding.rule, place.region.path, region.path if region else place.upstream
        digest = sha256_hex("\0".join([*key, str(seen[key])]).encode("utf-8", "surrogatepass"))
        seen[key] += 1
        prints.append(FindingPrint(number, place, digest))
    return sorted(prints, key=lambda each: each.finding)


def _place_order(finding: Finding, number: int, place: FindingPlace) -> tuple[int, str, int, str, int]:
    return _LEVELS.index(finding.level), place.region.path, place.region.first_line, finding.rule, number


def write_baseline(path: Path, findings: Sequence[Finding], distrusted: Iterable[str] = ()) -> int:
    """Record ``findings``, less the waived ones, as known; how many there are. Raises BaselineError.

    No link is followed below the current folder or one of ``distrusted``.
    """
    import json

    known = {
        each.digest: {
            "rule": findings[each.finding].rule,
            "path": each.place.region.path,
            "upstream": each.place.upstream,
        }
        for each in fingerprints(findings)
        if findings[each.finding].suppression is None
    }
    # One file of a finding a line, in a fixed order: a baseline is reviewed, and merged, like code.
    told = sorted(known.items(), key=_order)
    lines = ",\n".join(f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in told)
    inner = f"{{\n{lines}\n  }}" if lines else "{}"
    try:
        replace_file(path, f'{{\n  "schema": "{SCHEMA}",\n  "findings": {inner}\n}}\n'.encode(), distrusted)
    except LinkError as error:
        raise BaselineError(error.strerror) from None
    except OSError as error:
        raise BaselineError(f"{path}: cannot be written: {error.strerror}") from None
    return sum(finding.suppression is None for finding in findings)


def read_baseline(path: Path | None) -> frozenset[str]:
    """The fingerprints of what is known; without a baseline nothing is. Raises BaselineError in one line."""
    if path is None:
        return frozenset()
    import json  # most runs have no baseline

    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BaselineError(f"{path}: too large for a baseline; record it again with `modelkin baseline`")
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise BaselineError(f"{path}: not a baseline: not valid JSON; record it with `modelkin baseline`") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or not isinstance(data.get("findings"), dict):
        raise BaselineError(f"{path}: not a baseline of this version of modelkin; record it with `modelkin baseline`")
    return frozenset(data["findings"])


def marked(findings: Sequence[Finding], known: frozenset[str]) -> list[Finding]:
    """The findings; those that the baseline has are marked as known, and apart from files that it does not have.

    One fact of the whole is known where the baseline has any of its files.
    """
    if not known:
        return list(findings)
    held: defaultdict[int, set[FindingPlace]] = defaultdict(set)
    for each in fingerprints(findings):
        if each.digest in known:
            held[each.finding].add(each.place)
    found: list[Finding] = []
    for number, finding in enumerate(findings):
        places = held[number]
        if finding.indivisible:
            found.append(replace(finding, known=bool(places)))
        else:
            found += [replace(part, known=is_known) for is_known, part in split(finding, places.__contains__)]
    return found


def _order(entry: tuple[str, dict[str, Any]]) -> tuple[str, str, str]:
    print_, told = entry
    return told["path"], told["rule"], print_
