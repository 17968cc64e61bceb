"""A file's text in, its notices out: copyright lines, licence statements and credits."""

from .credits import read_credits
from .headers import HEADER_BYTES, read_notice
from .holder_names import holders
from .model import Credit, LicenceForm, Notice, Strength
from .prose import read_credits_in_prose
from .same_holders import holders_missing, same_holder

__all__ = [
    "HEADER_BYTES",
    "Credit",
    "LicenceForm",
    "Notice",
    "Strength",
    "holders",
    "holders_missing",
    "read_credits",
    "read_credits_in_prose",
    "read_notice",
    "same_holder",
]
