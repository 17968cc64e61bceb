"""The words that answers are given in: verdicts, levels, grades, directions.

Edit this when an answer may be one more thing; reports, rules and docs/formats.md use these very words.
"""

from __future__ import annotations

from enum import Enum


class Verdict(str, Enum):
    """How a copy relates to an original, closest first (Type-1, Type-2, Type-3 clones, and less)."""

    IDENTICAL = "identical"
    """Equal but for layout, comments, docstrings, annotations and imports."""
    RENAMED = "renamed"
    """Equal once its renames are undone."""
    MODIFIED = "modified"
    """At least half of it stands in the original, or at least half of the original stands in it."""
    FRAGMENTS = "fragments"
    """Less does: a hint at where code is from; definitions among it, ``parts`` of an upstream, may owe something."""
    INDEPENDENT = "independent"
    """Nothing worth naming is shared."""


COPIES = (Verdict.IDENTICAL, Verdict.RENAMED, Verdict.MODIFIED)
"""The verdicts on a copy: it owes what its upstream's terms ask for. Fragments owe nothing but for definitions among
them, the ``parts`` of an upstream."""


class Level(str, Enum):
    """How much a finding matters, most first."""

    ERROR = "error"
    """An obligation is missed, or terms contradict each other."""
    WARNING = "warning"
    """Something is missing that may be owed, or that readers need."""
    NOTE = "note"
    """Worth knowing, or good practice."""


class Confidence(str, Enum):
    """How sure it is that a finding is right, most first. Where it is not high, the finding says why."""

    HIGH = "high"
    """Nothing that was read speaks against it."""
    MEDIUM = "medium"
    """Something does, or is missing: a level that rests on it is lowered."""
    LOW = "low"
    """It may as well be otherwise: a note, for a person to look at."""


class Grade(str, Enum):
    """How well a copy names its upstream, best first."""

    FULL_NOTICE = "full notice"
    """It keeps the upstream's copyright lines and licence, and names it."""
    NAMED_WITH_LINK = "named with link"
    """It names its source, with a link."""
    NAMED = "named"
    """It names its source."""
    LINK_ONLY = "link only"
    """It has a link to its source, and does not say what was taken."""
    NONE = "none"
    """It says nothing."""


class State(str, Enum):
    """Whether an obligation is met."""

    MET = "met"
    """It is."""
    MISSED = "missed"
    """It is not."""
    NOT_JUDGED = "not judged"
    """The files alone cannot tell."""


class LicenceForm(str, Enum):
    """How the header of a file states its licence."""

    NONE = ""
    """Not at all."""
    TAG = "tag"
    """By SPDX-License-Identifier."""
    NAMED = "named"
    """By its name or a link."""
    POINTER = "pointer"
    """As "the LICENSE file in the root directory"."""
    TEXT = "text"
    """By its customary header, or its whole text."""


class Kind(str, Enum):
    """What a renamed name names."""

    CLASS = "class"
    FUNCTION = "function"
    ATTRIBUTE = "attribute"
    """What stands after a dot: ``self.q_proj``."""
    VARIABLE = "variable"
    KEYWORD = "keyword"
    """The name of an argument in a call: ``f(bias=True)``."""
    TENSOR = "tensor"
    """One component of the names of tensors: ``vpm`` in ``vpm.encoder.layers.0.weight``."""


class Direction(str, Enum):
    """Who was first, as far as it can be told: the file, or what it is alike with."""

    IN_ORDER = "in-order"
    """The upstream is the older one: the file may be from it."""
    LATER = "later"
    """The other one is younger than the file: it is no upstream, and is listed apart."""
    OPEN = "open"
    """The file falls between two known releases of the upstream, the one without and the one with its path."""
    UNKNOWN = "unknown"
    """Nothing dates the file, and its code does not tell either."""


class Ground(str, Enum):
    """What a date or a direction rests on."""

    COMMIT = "commit"
    """The first commit of the path."""
    RELEASE = "release"
    """The first release at the package registry that holds the path."""
    HUB = "hub"
    """The first commit of the path on the Hugging Face Hub."""
    ARCHIVE = "archive"
    """The times that an archive gives its members."""
    AS_OF = "as-of"
    """The user said so, with ``--as-of``."""
    INNOVATIONS = "innovations"
    """What the upstream added after its first release, and the file holds."""
    CREDIT = "credit"
    """The other file itself names the scanned project as its source."""
    NONE = "none"
    """Nothing."""


class UnreadKind(str, Enum):
    """What kind of code a file holds that is not read."""

    NATIVE = "native"
    """C, C++, CUDA, Cython, Fortran, Rust and the like, which a package may be built from."""
    SCRIPT = "script"
    """A script that begins with ``#!`` and Python, and whose name has no suffix."""
    PYTHON = "python"
    """Python under another suffix: a stub, a template, a backup."""
    MARKDOWN = "markdown"
    """Text with Python in fenced blocks, as lessons are written."""
    ARCHIVE = "archive"
    """An archive inside the source; ``.pyz`` is one."""
    COMPILED = "compiled"
    """Code that was compiled."""
    OTHER = "other"
    """Another language."""


class SourceKind(str, Enum):
    """What kind of source was scanned."""

    FOLDER = "folder"
    """A folder on this machine, or one inside it."""
    FILE = "file"
    """One file on this machine."""
    CHOSEN = "chosen"
    """Files and folders of the current folder, named one by one."""
    ARCHIVE = "archive"
    """A wheel, a zip or a tar file on this machine."""
    REGISTRY = "registry"
    """A release of the package registry."""
    GIT = "git"
    """A commit that was fetched."""
    HUB = "hub"
    """A repository of the Hugging Face Hub."""


class Trust(str, Enum):
    """Whether what a source says to modelkin counts."""

    WORKING_TREE = "working-tree"
    """It is the working tree that the user stands in: settings that select, waivers and ignore rules count."""
    ISOLATED = "isolated"
    """Nothing that it says to modelkin counts."""
