"""What time it is: SOURCE_DATE_EPOCH, where that is set, so that what is written comes out the same at any time.

Edit this when a report should take its time from something else.
"""

from __future__ import annotations

import os
from datetime import date, datetime, timezone

_MOST_DIGITS = 11


def now() -> datetime:
    """The moment, in UTC."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    is_set = epoch.isascii() and epoch.isdigit() and len(epoch) <= _MOST_DIGITS
    return datetime.fromtimestamp(int(epoch), timezone.utc) if is_set else datetime.now(timezone.utc)


def days_since(day: str) -> int | None:
    """How many days ago ``day`` was, an ISO date; None for one that is to come, and for what is no date."""
    try:
        days = (now().date() - date.fromisoformat(day)).days
    except ValueError:
        return None
    return days if days >= 0 else None
