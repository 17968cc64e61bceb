"""Licence texts and names in, licence ids out."""

from .names import licence_ids
from .texts import LicenceText, identify

__all__ = ["LicenceText", "identify", "licence_ids"]
