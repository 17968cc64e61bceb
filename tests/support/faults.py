"""Cases of one property checked together, and faults that are known: cases whose answer is right and not given yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A case that fails for now."""

    reason: str
    values: tuple[str, ...]


def fault(reason: str, *values: str) -> Fault:
    """A case that fails for now; once it passes, `failures` says so."""
    return Fault(reason, values)


def failures(cases: Iterable[tuple[str, ...] | str | Fault], holds: Callable[..., object]) -> list[str]:
    """The cases for which ``holds`` does not, and the known faults for which it does."""
    found = []
    for case in cases:
        values = case.values if isinstance(case, Fault) else (case,) if isinstance(case, str) else case
        if bool(holds(*values)) is isinstance(case, Fault):
            known = f": no fault any more ({case.reason})" if isinstance(case, Fault) else ""
            found.append(f"{values!r}{known}")
    return found
