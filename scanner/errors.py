"""The errors that can end a run. Add one here when there is a new way in which nothing can be done.

Each message is one line that says what is wrong, where, and what to do next. A room may have an error of its own that
never leaves it, and a subclass of one of these where it must tell two cases apart.
"""

from __future__ import annotations


class ModelkinError(Exception):
    """A run that cannot be done. It is raised where that is known, and shown by the command line.

    A room that can go on without what failed makes it a `Skipped`.
    """


class SourceError(ModelkinError):
    """A source does not exist, cannot be fetched, or cannot be opened."""


class CorpusError(ModelkinError):
    """A corpus file is missing, damaged, or of another format."""


class UsageError(ModelkinError):
    """The options given do not fit together."""


class RestoreError(ModelkinError):
    """A file cannot be rewritten without changing more than was asked for."""


class RuleError(ModelkinError):
    """A rule file is missing or broken, or says what no rule can say; the message names the file and the key."""


class WaiverError(ModelkinError):
    """A waiver has no reason, names an unknown rule, or repeats another; the message names the file and the line."""


class ConfigurationError(ModelkinError):
    """A setting or a glob is not valid; the message names the file and the key."""


class BaselineError(ModelkinError):
    """A baseline cannot be read or written."""


class MissingExtraError(ModelkinError):
    """A library is not installed that an optional feature needs; the message names the extra to install."""
