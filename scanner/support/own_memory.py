"""What this process takes of memory, by what Linux says of it. Edit this when another system tells as much."""

from __future__ import annotations

import os


def own_memory() -> tuple[int, int, int] | None:
    """Bytes of address space, resident, and resident of mapped files; None where the system does not say."""
    try:
        with open("/proc/self/statm", "rb", 0) as file:  # noqa: PTH123 - half the time of Path's
            space, resident, mapped = map(int, file.read().split()[:3])
            page = os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None
    return space * page, resident * page, mapped * page
