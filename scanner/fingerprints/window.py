"""How long k-grams and windows are, apart from what winnows by them: each start reads it in the header of a corpus.

Edit this to change k or the window. Every corpus must then be built again: raise FORMAT in `corpus.model`.
"""

from __future__ import annotations

from msgspec import Struct


class Winnowing(Struct, frozen=True):
    """``k`` tokens make a k-gram; of each ``window`` neighbouring k-grams one is kept.

    A run of ``window + k - 1`` equal tokens always shares a fingerprint.
    """

    k: int = 16
    window: int = 8


WINNOWING = Winnowing()
