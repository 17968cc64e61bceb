"""Days as ISO dates, read strictly: what people give as the date of a release.

Edit this when a day may be written in another way.
"""

from __future__ import annotations

import re
from datetime import date, datetime

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def iso_day(value: object) -> str:
    """``value``, text or a date as YAML reads one, as an ISO date. Raises ValueError for anything else."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError(f"{value!r} is no date")
    return date.fromisoformat(value).isoformat()
