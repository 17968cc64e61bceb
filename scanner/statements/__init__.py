"""A checkout in, what the repository says of itself out: licences, notices, model card, leftovers."""

from .lookup import licence_files_for, repository_licence, says_anything, sidecars_for, speaks_for_all
from .model import (
    Declaration,
    Leftover,
    LegalFile,
    LegalKind,
    ModelCard,
    SidecarNotice,
    Statements,
    Subject,
)
from .reading import read_statements

__all__ = [
    "Declaration",
    "Leftover",
    "LegalFile",
    "LegalKind",
    "ModelCard",
    "SidecarNotice",
    "Statements",
    "Subject",
    "licence_files_for",
    "read_statements",
    "repository_licence",
    "says_anything",
    "sidecars_for",
    "speaks_for_all",
]
