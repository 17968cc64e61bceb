"""Comments and settings that waive findings in, the same findings with what waives them out; none is hidden."""

from .applying import apply_waivers
from .beside import waivers_beside
from .inline import read_waivers
from .model import BadWaiver, Waiver, WaiversRead, joined

__all__ = ["BadWaiver", "Waiver", "WaiversRead", "apply_waivers", "joined", "read_waivers", "waivers_beside"]
