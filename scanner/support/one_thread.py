"""Has numpy start no threads where none of them would ever have work. Edit this when its wheels multiply with something
else than OpenBLAS.
"""

from __future__ import annotations

import os

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""The variables that say so, for a process that is to be started."""


def keep_to_one_thread() -> None:
    """To be called before numpy is loaded, by what multiplies no large matrices; the user's own wish counts.

    OpenBLAS starts a thread for each core but one as soon as it is loaded, and waits for them.
    """
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
