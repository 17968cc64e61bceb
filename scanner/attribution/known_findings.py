"""Baselines: files of the findings that a project knows already, which fail no run.

Edit this when a finding should be known again after a change that now makes it a new one.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ..errors import BaselineError
from ..results import Finding
from ..support.atomic_write import replace_file
from ..support.folders import LinkError

SCHEMA = "modelkin.baseline/1"
_MOST_BYTES = 64 * 1024**2


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """What each finding is known by from run to run: its rule, file and upstream file, not its lines.

    Several of one fingerprint are told apart by their order.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    prints = []
    for finding in findings:
        region = finding.upstream_region
        key = finding.rule, finding.region.path, region.path if region else finding.upstream
        parts = [*key, str(seen[key])]
        seen[key] += 1
        prints.append(hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest())
    return prints


def write_baseline(path: Path, findings: Sequence[Finding], distrusted: Iterable[str] = ()) -> int:
    """Record ``findings``, less the waived ones, as known; how many there are. Raises BaselineError.

    No link is followed below the current folder or one of ``distrusted``.
    """
    known = {
        print_: {"rule": finding.rule, "path": finding.region.path, "upstream": finding.upstream}
        for finding, print_ in zip(findings, fingerprints(findings), strict=True)
        if finding.suppression is None
    }
    # One finding a line, in a fixed order: a baseline is reviewed, and merged, like code.
    told = sorted(known.items(), key=_order)
    lines = ",\n".join(f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in told)
    inner = f"{{\n{lines}\n  }}" if lines else "{}"
    try:
        replace_file(path, f'{{\n  "schema": "{SCHEMA}",\n  "findings": {inner}\n}}\n'.encode(), distrusted)
    except LinkError as error:
        raise BaselineError(error.strerror) from None
    except OSError as error:
        raise BaselineError(f"{path}: cannot be written: {error.strerror}") from None
    return len(known)


def read_baseline(path: Path | None) -> frozenset[str]:
    """The fingerprints of what is known; without a baseline nothing is. Raises BaselineError in one line."""
    if path is None:
        return frozenset()
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
    """The findings; those that the baseline has are marked as known."""
    prints = fingerprints(findings)
    return [replace(each, known=print_ in known) for each, print_ in zip(findings, prints, strict=True)]


def _order(entry: tuple[str, dict[str, Any]]) -> tuple[str, str, str]:
    print_, told = entry
    return told["path"], told["rule"], print_
