"""A folder in, the settings that it has for modelkin out."""

from .model import Configuration
from .reading import read_configuration

__all__ = ["Configuration", "read_configuration"]
