"""A folder or a file in, the settings that it has for modelkin out."""

from .model import FIELDS, Configuration
from .reading import read_configuration, read_settings

__all__ = ["FIELDS", "Configuration", "read_configuration", "read_settings"]
