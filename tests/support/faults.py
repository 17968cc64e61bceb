"""Cases whose answer is right and not given yet."""

from __future__ import annotations

import pytest
from _pytest.mark import ParameterSet


def fault(reason: str, *values: str) -> ParameterSet:
    """A case that fails for now; once it passes, it says so."""
    return pytest.param(*values, marks=pytest.mark.xfail(strict=True, reason=reason))
