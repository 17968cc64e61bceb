"""A file's text in, its notices out: copyright lines, licence statements and credits."""

from .headers import HEADER_BYTES, read_notice
from .model import Credit, LicenceForm, Notice, Strength

__all__ = ["HEADER_BYTES", "Credit", "LicenceForm", "Notice", "Strength", "read_notice"]
