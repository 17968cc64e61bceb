"""Comments and settings that waive findings in, the same findings with what waives them out; none is hidden."""

from .applying import apply_waivers, settled
from .beside import waivers_beside
from .inline import files_with_waivers, read_waivers
from .model import BadWaiver, Waiver, WaiversRead, joined

__all__ = [
    "BadWaiver",
    "Waiver",
    "WaiversRead",
    "apply_waivers",
    "files_with_waivers",
    "joined",
    "read_waivers",
    "settled",
    "waivers_beside",
]
